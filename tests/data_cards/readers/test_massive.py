"""MASSIVE: the published JSON lines, one file a locale."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.readers import massive


def row(id, annotation, partition="train", locale="de-DE", **other):
    fields = {"id": id, "locale": locale, "partition": partition, "scenario": "alarm"}
    return fields | {"intent": "alarm_set", "annot_utt": annotation} | other


def dump(rows):
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)


def test_partitions_become_splits_of_each_locale(tmp_path, make_card, write):
    rows = [
        row("0", "weck mich um [time : sieben uhr]"),
        row("1", "wecker für [date : übermorgen]", "dev"),
        row("2", "alle wecker aus", "test"),
    ]
    write(tmp_path / "data/de-DE.jsonl", dump(rows))
    card = make_card("massive", options={"locales": ["de-DE"]})
    (skill,) = massive.read(card, tmp_path, Faults())
    assert skill.key == "alarm@de-DE"
    assert skill.train[0].words(skill.train[0].frame.slots[0]) == ("sieben", "uhr")
    assert skill.dev[0].tokens == ("wecker", "für", "übermorgen")
    assert [u.id for u in skill.test] == ["2"]


def test_an_unknown_partition_is_a_fault(tmp_path, make_card, write):
    write(tmp_path / "data/de-DE.jsonl", dump([row("0", "wecker aus", "heldout")]))
    faults = Faults()
    assert not list(
        massive.read(make_card("massive", options={"locales": ["de-DE"]}), tmp_path, faults)
    )
    assert "partition is 'heldout'" in str(faults.found[0])


def test_a_missing_locale_is_an_error(tmp_path, make_card):
    with pytest.raises(DataError, match="no such file"):
        list(massive.read(make_card("massive"), tmp_path, Faults()))


_FIELD = st.sampled_from(["id", "partition", "scenario", "intent", "annot_utt"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(_FIELD, st.none() | st.text("a[:] ß", max_size=9) | st.lists(st.integers())))
def test_a_damaged_row_is_a_fault_not_a_crash(tmp_path, make_card, write, damage):
    write(tmp_path / "data/de-DE.jsonl", dump([row("0", "wecker aus") | damage]))
    faults = Faults()
    card = make_card("massive", options={"locales": ["de-DE"]})
    skills = list(massive.read(card, tmp_path, faults))
    assert sum(len(s.train) + len(s.dev) + len(s.test) for s in skills) + len(faults) == 1
