"""Skills out to JSON lines, Rasa and CoNLL, and back."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError
from data_cards.exchange.exporting import EXPORTS, export
from data_cards.exchange.importing import preview
from data_cards.jsonl import write_skill
from data_cards.parsing.expansion import distinct
from data_cards.records import Frame, Skill, Slot, Utterance
from data_cards.words import tokenize

WORD = st.text("abcäöüß", min_size=1, max_size=5) | st.sampled_from(["#", "7:30", "'s", "-x"])
NAME = st.text("abc.:_()[]{}ß ", min_size=1, max_size=6).map(str.strip).filter(bool)
BETWEEN = st.sampled_from([" ", ", ", " [", "] ", "! ", " (", "  ", " : ", " [x](y) "])


@st.composite
def an_utterance(draw: st.DrawFn) -> Utterance:
    """A sentence with literal brackets and up to two slots, cut as the tokenizer cuts it."""
    text = draw(WORD)
    for word in draw(st.lists(WORD, max_size=5)):
        text += draw(BETWEEN) + word
    tokens = tokenize(text) or ("a",)
    slots, at = [], 0
    for name in draw(st.lists(NAME, max_size=2)):
        if at < len(tokens):
            start = draw(st.integers(at, len(tokens) - 1))
            at = draw(st.integers(start + 1, len(tokens)))
            slots.append(Slot(name, start, at))
    text = text if tokenize(text) == tokens else " ".join(tokens)
    frame = Frame(draw(st.sampled_from(["Ask", "tell/all", "#1", "yes"])), tuple(slots))
    template = draw(st.sampled_from(["", "{hue} please", "a [b](c)"]))
    return Utterance("", tokens, frame, text, template)


@st.composite
def a_skill(draw: st.DrawFn) -> Skill:
    """A small skill with any splits and catalogs."""
    said = draw(st.lists(an_utterance(), min_size=4, max_size=9))
    said = [replace(u, id=f"u {i}:{i}") for i, u in enumerate(said)]
    train = [replace(said[0], frame=replace(said[0].frame, intent=i)) for i in
             ("Ask", "tell/all", "#1", "yes")]  # fmt: skip
    train = [replace(u, id=f"t{i}") for i, u in enumerate(train)]
    dev = draw(st.integers(0, 2))
    values = st.lists(st.text("abc [](ß'-", min_size=1, max_size=6), max_size=3, unique=True)
    found = draw(st.dictionaries(NAME, values, max_size=2))
    catalogs = {slot: kept for slot, listed in found.items() if (kept := distinct(listed))}
    return Skill(
        "toy", "en-GB", (*train, *said[3 + dev :]), tuple(said[3 : 3 + dev]), tuple(said[:3]),
        catalogs,
    )  # fmt: skip


def known(skill: Skill) -> dict[str, tuple[object, ...]]:
    """What of a skill no format may lose, utterances by split in their order."""
    return {
        split: tuple((u.id, u.tokens, u.frame, u.text or " ".join(u.tokens), u.template)
                     for u in getattr(skill, split))
        for split in ("train", "dev", "test")
    }  # fmt: skip


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[], Path]:
    """A new folder for each example."""
    numbers = iter(range(10**6))
    return lambda: tmp_path / str(next(numbers))


@pytest.mark.parametrize("format", EXPORTS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(skill=a_skill())
def test_a_skill_comes_back_as_it_went_out(
    fresh: Callable[[], Path], format: str, skill: Skill
) -> None:
    root = fresh()
    out = root / ("out.jsonl" if format == "jsonl" else "out")
    told = export(write_skill(skill, root), format, out)
    seen = preview(out, None, name=skill.name, locale=skill.locale)
    assert not seen.faults and seen.format == format
    assert known(seen.skill) == known(skill), told
    if format != "jsonl":
        assert dict(seen.skill.gazetteers) == dict(skill.gazetteers)
        assert told[1] == "all that the skill holds is in it"
    elif skill.gazetteers:
        assert "the listed values of" in told[1]


def utterance(id: str, text: str, intent: str, *slots: Slot, words: str = "") -> Utterance:
    return Utterance(id, tuple((words or text).split()), Frame(intent, slots), text)


TEA = Skill(
    "tea", "en-GB",
    (
        utterance("a1", "a large [hot] tea", "Order", Slot("size", 1, 2), words="a large hot tea"),
        utterance("a2", "what is there", "Ask"),
    ),
    (),
    (utterance("b1", "small tea", "Order", Slot("size", 0, 1)),),
    {"size": ("small", "large")},
)  # fmt: skip


def test_rasa_gets_a_file_a_split_and_its_lookups(tmp_path: Path) -> None:
    told = export(write_skill(TEA, tmp_path), "rasa", tmp_path / "rasa")
    assert told[0] == f"{tmp_path / 'rasa'}: tea@en-GB as rasa, 2 train, 0 dev, 1 test utterances"
    files = sorted(p.name for p in (tmp_path / "rasa").iterdir())
    assert files == ["lookups.yml", "test.yml", "train.yml"]
    content = yaml.safe_load((tmp_path / "rasa/train.yml").read_text("utf-8"))
    first = content["nlu"][0]
    assert (first["intent"], first["examples"][0]["text"]) == (
        "Order", r"a [large](size) \[hot\] tea",
    )  # fmt: skip
    assert first["examples"][0]["metadata"]["id"] == "a1"
    lookups = yaml.safe_load((tmp_path / "rasa/lookups.yml").read_text("utf-8"))
    assert lookups["nlu"] == [{"lookup": "size", "examples": "- small\n- large\n"}]


def test_conll_has_a_word_and_its_tag_a_line(tmp_path: Path) -> None:
    export(write_skill(TEA, tmp_path), "conll", tmp_path / "conll")
    text = (tmp_path / "conll/test.conll").read_text("utf-8")
    assert text == "# id: b1\n# intent: Order\n# text: small tea\nsmall\tB-size\ntea\tO\n\n"


def test_words_that_others_cut_stay(tmp_path: Path) -> None:
    name = Slot("who", 1, 3)
    said = (
        utterance("b1", "", "Ask", words="do n't , please"),
        utterance("b2", "is King's X (there)?", "Ask", name, words="is King's X there ?"),
    )
    cut = replace(TEA, test=said)
    folder = write_skill(cut, tmp_path)
    for format in ("conll", "rasa", "jsonl"):
        out = tmp_path / (f"{format}.jsonl" if format == "jsonl" else format)
        told = export(folder, format, out)[1]
        again = preview(out, locale="en-GB").skill
        assert "words of" not in told and "slots of" not in told
        assert [(u.tokens, u.frame) for u in again.test] == [(u.tokens, u.frame) for u in said]


def test_what_a_format_cannot_hold_is_told(tmp_path: Path) -> None:
    odd = Utterance("b1", ("new york", "a\tb"), Frame("Ask"), "")
    folder = write_skill(replace(TEA, test=(odd,)), tmp_path)
    for format in ("conll", "rasa"):
        told = export(folder, format, tmp_path / format)[1]
        assert told.startswith("not held as it was: ") and "words of 1 utterance" in told


def test_rows_of_jsonl_have_their_split(tmp_path: Path) -> None:
    told = export(write_skill(TEA, tmp_path), "jsonl", tmp_path / "tea.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "tea.jsonl").read_text("utf-8").splitlines()]
    assert [row["split"] for row in rows] == ["train", "train", "test"]
    assert told[1] == "not held as it was: the listed values of size"


def test_what_cannot_be_written_is_one_error_and_leaves_nothing(tmp_path: Path) -> None:
    folder = write_skill(TEA, tmp_path)
    with pytest.raises(DataError, match="cannot be written; known: conll, jsonl, rasa"):
        export(folder, "csv", tmp_path / "out")
    with pytest.raises(DataError, match="no such file"):
        export(tmp_path / "none@en-GB", "rasa", tmp_path / "out")
    (tmp_path / "taken").mkdir()
    with pytest.raises(DataError, match="is there already"):
        export(folder, "rasa", tmp_path / "taken")
    nameless = replace(
        TEA, name="n",
        train=(utterance("a", "red", "", Slot("hue", 0, 1)),),
        test=(utterance("b", "blue", ""),),
    )  # fmt: skip
    folder = write_skill(nameless, tmp_path)
    with pytest.raises(DataError, match="'a' has no intent, and Rasa takes none without"):
        export(folder, "rasa", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert "all that" in export(folder, "conll", tmp_path / "out")[1]
