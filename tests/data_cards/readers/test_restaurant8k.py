"""RESTAURANTS-8k: spans by character, a start of 0 left out."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.faults import Faults
from data_cards.readers import restaurant8k


def entry(text, *labels):
    spans = [{"slot": s, "valueSpan": span} for s, span in labels]
    return {"userInput": {"text": text}, "labels": spans}


def folder(tmp_path, write, train, test=()):
    write(tmp_path / "train_0.json.gz", json.dumps(train))
    write(tmp_path / "test.json", json.dumps(list(test)))
    return tmp_path


def test_spans_become_slots_of_words(tmp_path, make_card, write):
    train = [
        entry("8pm for 2", ("time", {"endIndex": 3}), ("people", {"startIndex": 8, "endIndex": 9})),
        {"userInput": {"text": "no idea"}},
    ]
    root = folder(tmp_path, write, train, [entry("fine")])
    (skill,) = restaurant8k.read(make_card("restaurant8k"), root, Faults())
    first, second = skill.train
    assert [(s.name, first.words(s)) for s in first.frame.slots] == [
        ("time", ("8", "pm")), ("people", ("2",)),
    ]  # fmt: skip
    assert second.frame.intent == "" and not second.frame.slots
    assert skill.test[0].id == "test:1"


def test_two_slots_on_one_word_are_a_counted_fault(tmp_path, make_card, write):
    both = entry("in an hour", ("date", {"endIndex": 10}), ("time", {"endIndex": 10}))
    faults = Faults()
    (skill,) = restaurant8k.read(
        make_card("restaurant8k"), folder(tmp_path, write, [both, entry("today")]), faults
    )
    assert len(skill.train) == 1
    assert "entry 1" in faults.found[0].reason and "overlaps" in faults.found[0].reason


_VALUE = st.none() | st.integers(-2, 12) | st.sampled_from(["today", "", "\ud800"])
_LABEL = st.fixed_dictionaries(
    {},
    optional={
        "slot": _VALUE,
        "valueSpan": st.fixed_dictionaries({}, optional={"startIndex": _VALUE, "endIndex": _VALUE}),
    },
)
_ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "userInput": _VALUE | st.fixed_dictionaries({"text": _VALUE}),
        "labels": _VALUE | st.lists(_LABEL, max_size=2),
    },
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_VALUE | _ENTRY, max_size=4))
def test_every_entry_is_read_or_counted(tmp_path, make_card, write, entries):
    faults = Faults()
    root = folder(tmp_path, write, entries)
    (skill,) = restaurant8k.read(make_card("restaurant8k"), root, faults)
    assert len(skill.train) + len(faults) == len(entries)


def test_the_real_files_agree_with_their_provenance(real):
    (skill,), faults = real("restaurant8k")
    assert len(skill.train) + sum("train_0" in f.path.name for f in faults.found) == 8198
    assert len(skill.test) + sum("test" in f.path.name for f in faults.found) == 3731
    assert skill.slot_names == ("date", "first_name", "last_name", "people", "time")
