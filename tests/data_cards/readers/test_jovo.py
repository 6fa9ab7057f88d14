"""Jovo language models, versions 3 and 4: phrases are templates, types bring values."""

import contextlib
import json

import bot_toys
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError, SkillwiseError
from data_cards.faults import Faults
from data_cards.parsing.expansion import Expansion
from data_cards.readers.jovo import read, read_model

VALUES = [{"value": "assam", "synonyms": ["asm"]}, {"value": "mint"}, {"value": "${Rest}"}]
V3 = {
    "invocation": "tea pot",
    "intents": [
        {"name": "Brew", "phrases": ["brew {kind}", "{kind} at {when}", "brew {other}", "..."],
         "inputs": [{"name": "kind", "type": "Tea"},
                    {"name": "when", "type": {"alexa": "AMAZON.TIME", "dialogflow": "@sys.time"}}]},
        {"name": "Stop", "phrases": []},
    ],
    "inputTypes": [{"name": "Tea", "values": VALUES}],
    "alexa": {"interactionModel": {"languageModel": {
        "intents": [{"name": "AMAZON.StopIntent", "samples": ["no more {size} pots"],
                     "slots": [{"name": "size", "type": "Size"}]}],
        "types": [{"name": "Size", "values": [{"name": {"value": "big", "synonyms": ["huge"]}}]}],
    }}},
}  # fmt: skip
V4 = {
    "version": "4.0",
    "invocation": {"alexaSkill": "tea pot"},
    "intents": {"Brew": {"phrases": ["brew {kind}"], "entities": {"kind": {"type": "Tea"}}},
                "Ask": {"phrases": ["which {kind}"], "entities": {"kind": "Tea"}}},
    "entityTypes": {"Tea": {"values": ["assam", *VALUES[1:]]}},
}  # fmt: skip


def model_file(tmp_path, write, model):
    return write(tmp_path / "pot/models/en-US.json", json.dumps(model))


def test_reads_version_3(tmp_path, write):
    faults = Faults()
    model = read_model(model_file(tmp_path, write, V3), faults, "en-US")
    assert [(s.intent, s.template) for s in model.samples] == [
        ("Brew", "brew {kind}"),
        ("Brew", "{kind} at {when}"),
        ("AMAZON.StopIntent", "no more {size} pots"),
    ]
    assert model.catalogs["kind"] == ("assam", "asm", "mint")
    assert model.catalogs["size"] == ("big", "huge") and len(model.catalogs["when"]) > 5
    assert [f.reason for f in faults.found] == [
        "value '${Rest}' of 'Tea' cannot be said",
        "slot 'other' of 'brew {other}' is not declared (intent 'Brew')",
        "phrase '...' holds no word (intent 'Brew')",
    ]


def test_reads_version_4(tmp_path, write):
    model = read_model(model_file(tmp_path, write, V4), Faults(), "en-US")
    assert [(s.intent, s.template) for s in model.samples] == [
        ("Brew", "brew {kind}"),
        ("Ask", "which {kind}"),
    ]
    assert model.catalogs == {"kind": ("assam", "mint")}


def test_train_and_test_share_no_phrase(tmp_path, write):
    phrases = [f"{word} {{kind}}" for word in ("brew", "boil", "pour", "stir", "heat", "serve")]
    brew = {"name": "Brew", "phrases": phrases, "inputs": [{"name": "kind", "type": "Tea"}]}
    skill = read(model_file(tmp_path, write, V3 | {"intents": [brew]}), Faults())
    train, test = ({u.template for u in part} for part in (skill.train, skill.test))
    assert train and test and not train & test and skill.key == "pot@en-US"


def test_a_cap_counts_what_it_leaves_out(tmp_path, write):
    many = {"name": "Go", "phrases": [f"go {n}" for n in range(30)]}
    few = {"name": "Stop", "phrases": ["stop", "no more"]}
    faults = Faults()
    path = model_file(tmp_path, write, {"intents": [many, few]})
    skill = read(path, faults, how=Expansion(aim=1), per_intent=10)
    said = [u.frame.intent for u in (*skill.train, *skill.test)]
    assert said.count("Go") == 10 and said.count("Stop") == 2
    assert [f.reason for f in faults.found] == [
        "intent 'Go': 20 of 30 examples left out, at most 10 an intent are kept of this skill"
    ]


@pytest.mark.parametrize(
    ("raw", "fault"),
    [(b"{", "broken JSON"), (b"[]", "has no intents"), (b"{}", "has no intents"),
     (b'{"intents": "x"}', "has no intents"), (b"\xff", "not UTF-8")],
)  # fmt: skip
def test_what_is_no_model_is_an_error(tmp_path, write, raw, fault):
    with pytest.raises(DataError, match=fault):
        read(write(tmp_path / "en-US.json", raw), Faults())


def exported(bot, version):
    """A bot as a model whose phrases hold slots in place of values."""
    intents = []
    for intent, said in bot.items():
        phrases = [" ".join(f"{{{s}}}" if s else t for t, s in one) for one in said]
        slots = sorted({s for one in said for _, s in one if s})
        intents.append((intent, phrases, slots))
    values = ["small", "large"]
    if version == 3:
        return {
            "intents": [
                {"name": n, "phrases": p, "inputs": [{"name": s, "type": "T"} for s in slots]}
                for n, p, slots in intents
            ],
            "inputTypes": [{"name": "T", "values": [{"value": v} for v in values]}],
        }
    return {
        "intents": {
            n: {"phrases": p, "entities": {s: {"type": "T"} for s in slots}}
            for n, p, slots in intents
        },
        "entityTypes": {"T": {"values": values}},
    }


@settings(max_examples=60)
@given(bot_toys.bots, st.sampled_from([3, 4]))
def test_every_phrase_of_a_well_formed_model_is_a_sample(tmp_path_factory, bot, version):
    path = tmp_path_factory.mktemp("model") / "en-US.json"
    path.write_text(json.dumps(exported(bot, version)), "utf-8")
    faults = Faults()
    model = read_model(path, faults, "en-US")
    assert len(model.samples) == bot_toys.rows(bot) and not len(faults)
    slots = sum(len(c.slots) for sample in model.samples for c in sample.carriers)
    assert slots == bot_toys.slot_count(bot)
    assert {s.intent for s in model.samples} == set(bot)


@settings(max_examples=60)
@given(bot_toys.bots, st.lists(st.sampled_from(["{", "a {}", "!", "{nobody} a", 3, None])))
def test_every_phrase_is_a_sample_or_a_fault(tmp_path_factory, bot, broken):
    path = tmp_path_factory.mktemp("model") / "en-US.json"
    model = exported(bot, 3)
    model["intents"].append({"name": "Broken", "phrases": broken})
    path.write_text(json.dumps(model), "utf-8")
    faults = Faults()
    found = read_model(path, faults, "en-US")
    assert len(found.samples) == bot_toys.rows(bot) and len(faults) == len(broken)


JSON = st.recursive(
    st.none() | st.integers() | st.text("ab{}|$", max_size=4),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["name", "phrases", "inputs", "entities", "type", "values", "value",
                         "synonyms", "samples", "intents", "alexa", "interactionModel",
                         "languageModel"]), inner,
    ),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=100)
@given(st.sampled_from(["intents", "inputTypes", "entityTypes", "alexa"]), JSON)
def test_nothing_but_our_errors_escapes(tmp_path_factory, key, value):
    path = tmp_path_factory.mktemp("model") / "en-US.json"
    path.write_text(json.dumps({"intents": [], key: value}), "utf-8")
    with contextlib.suppress(SkillwiseError):
        read(path, Faults())
