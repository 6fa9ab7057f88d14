"""LUIS apps: marks in characters or tokens, nested ones, list entities, patterns."""

import contextlib
import json

import bot_toys
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError, SkillwiseError
from data_cards.faults import Faults
from data_cards.readers.luis import read


def mark(entity, start, end, **more):
    return {"entity": entity, "startPos": start, "endPos": end, **more}


APP = {
    "luis_schema_version": "3.2.0",
    "culture": "en-us",
    "intents": [{"name": "Brew"}, {"name": "None"}],
    "closedLists": [
        {"name": "tea", "subLists": [{"canonicalForm": "assam", "list": ["asm", "black one"]}]},
        {"name": "unused", "subLists": [{"canonicalForm": "x", "list": []}]},
    ],
    "utterances": [
        {"text": "brew assam, at six", "intent": "Brew",
         "entities": [mark("tea", 5, 9), mark("time", 15, 17, role="start")]},
        {"text": "a pot of black tea", "intent": "Brew",
         "entities": [mark("colour", 9, 13), mark("tea", 9, 17)]},
        {"text": "who are you?", "intent": "None", "entities": []},
        {"text": "what is this", "intent": "None"},
    ],
    "patterns": [{"pattern": "brew {tea}", "intent": "Brew"}],
}  # fmt: skip


def app_file(tmp_path, write, **changes):
    return write(tmp_path / "app.json", json.dumps(APP | changes))


def test_reads_an_app(tmp_path, write):
    faults = Faults()
    skill = read(app_file(tmp_path, write), faults, name="pot", locale="en-GB")
    said = {u.id: u for u in (*skill.train, *skill.test)}
    assert sorted(said) == ["app:1", "app:2", "app:3", "app:4"] and skill.key == "pot@en-GB"
    assert [(s.name, s.start, s.end) for s in said["app:1"].frame.slots] == [
        ("tea", 1, 2),
        ("time.start", 3, 4),
    ]
    assert [(s.name, s.start, s.end) for s in said["app:2"].frame.slots] == [("tea", 3, 5)]
    assert skill.gazetteers == {"tea": ("assam", "asm", "black one")}
    assert [f.reason for f in faults.found] == ["a pattern, no utterance: 'brew {tea}'"]


def test_schema_1_counts_tokens(tmp_path, write):
    rows = [
        {"text": "brew assam , at 6 : 30 pm", "intent": "Brew",
         "entities": [mark("tea", 1, 1), mark("time", 4, 7)]},
        {"text": "who are you", "intent": "None", "entities": [mark("tea", 2, 3)]},
    ]  # fmt: skip
    path = app_file(tmp_path, write, luis_schema_version="1.3.0", utterances=rows, patterns=[])
    faults = Faults()
    skill = read(path, faults)
    (said,) = (*skill.train, *skill.test)
    assert [(s.name, said.words(s)) for s in said.frame.slots] == [
        ("tea", ("assam",)),
        ("time", ("6", "30", "pm")),
    ]
    assert [f.reason for f in faults.found] == ["slot 'tea' spans tokens 2 to 3 of 3 (utterance 2)"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": "", "intent": "Brew"}, "text is '', not a text"),
        ({"text": "tea"}, "intent is 'None', not a text"),
        ({"text": "tea", "intent": "Brew", "entities": [mark("x", 1, 9)]}, "of 3 characters"),
        ({"text": "a tea", "intent": "B", "entities": [mark("x", 0, 2), mark("y", 1, 4)]},
         "overlaps the slot before it"),
        ({"text": "tea", "intent": "Brew", "entities": [{"entity": "x"}]}, "startPos is 'None'"),
        ("tea", "text is 'None'"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_a_fault(tmp_path, write, row, reason):
    path = app_file(tmp_path, write, utterances=[row, *APP["utterances"]], patterns=None)
    faults = Faults()
    skill = read(path, faults)
    assert len(skill.train) + len(skill.test) == 4
    assert len(faults) == 1 and reason in faults.found[0].reason
    assert faults.found[0].reason.endswith("(utterance 1)")


def test_what_is_no_app_of_the_language_is_an_error(tmp_path, write):
    for raw, fault in (
        (b"{", "broken JSON"),
        (b"[]", "no list of utterances"),
        (b'{"intents": []}', "no list of utterances"),
        (b"\xff", "is not UTF-8"),
    ):
        with pytest.raises(DataError, match=fault):
            read(write(tmp_path / "app.json", raw), Faults())
    with pytest.raises(DataError, match="is an app for 'en-us', not for de-DE"):
        read(app_file(tmp_path, write), Faults(), locale="de-DE")


def exported(bot, in_tokens):
    """A bot as an app; words are single tokens, so both ways of counting are easy."""
    rows = []
    for intent, said in bot.items():
        for one in said:
            marks, text, count = [], "", 0
            for words, slot in one:
                start, first = len(text), count
                text, count = text + words + " ", count + len(words.split())
                where = (first, count - 1) if in_tokens else (start, len(text) - 2)
                marks += [mark(slot, *where)] if slot else []
            rows.append({"text": text.strip(), "intent": intent, "entities": marks})
    return {"luis_schema_version": "1.3.0" if in_tokens else "7.0.0", "utterances": rows}


@settings(max_examples=60)
@given(bot_toys.bots, st.booleans())
def test_every_row_of_a_well_formed_app_is_an_utterance(tmp_path_factory, bot, in_tokens):
    path = tmp_path_factory.mktemp("app") / "app.json"
    path.write_text(json.dumps(exported(bot, in_tokens)), "utf-8")
    faults = Faults()
    skill = read(path, faults)
    said = (*skill.train, *skill.test)
    assert len(said) == bot_toys.rows(bot) and not len(faults)
    assert sum(len(u.frame.slots) for u in said) == bot_toys.slot_count(bot)
    values = sorted(" ".join(u.words(s)) for u in said for s in u.frame.slots)
    assert values == sorted(t for said in bot.values() for one in said for t, slot in one if slot)


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "intent", "entities", "entity", "startPos", "endPos", "name"]),
            inner,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=80)
@given(st.sampled_from(["utterances", "patterns", "closedLists", "culture"]), JSON)
def test_nothing_but_our_errors_escapes(tmp_path_factory, key, value):
    path = tmp_path_factory.mktemp("app") / "app.json"
    path.write_text(json.dumps({"utterances": [], key: value}), "utf-8")
    with contextlib.suppress(SkillwiseError):
        read(path, Faults())
