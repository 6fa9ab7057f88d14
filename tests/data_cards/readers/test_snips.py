"""SNIPS 2017: pieces of text, one skill an intent or all together."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.readers import snips


def entry(*pieces):
    return {"data": [{"text": t} | ({"entity": e} if e else {}) for t, e in pieces]}


def folder(tmp_path, write, train, encoding="utf-8"):
    for intent in ("MakeTea", "MakeToast"):
        raw = json.dumps({intent: train}, ensure_ascii=False).encode(encoding)
        write(tmp_path / f"{intent}/train_{intent}_full.json", raw)
        test = {intent: [entry(("one more", ""))]}
        write(tmp_path / f"{intent}/validate_{intent}.json", json.dumps(test))
    return tmp_path


def test_one_skill_an_intent(tmp_path, make_card, write):
    root = folder(tmp_path, write, [entry(("two cups of ", ""), ("rosehip tea", "kind"))])
    tea, toast = snips.read(make_card("snips"), root, Faults())
    assert (tea.key, toast.key) == ("MakeTea@en-US", "MakeToast@en-US")
    assert tea.train[0].words(tea.train[0].frame.slots[0]) == ("rosehip", "tea")
    assert tea.test[0].id == "validate_MakeTea:1"


def test_or_all_together(tmp_path, make_card, write):
    root = folder(tmp_path, write, [entry(("a cup", ""))])
    (skill,) = snips.read(make_card("snips", options={"together": True}), root, Faults())
    assert skill.intents == ("MakeTea", "MakeToast")


def test_latin_1_is_read_where_utf8_fails(tmp_path, make_card, write):
    root = folder(tmp_path, write, [entry(("thé", ""))], "latin-1")
    assert next(snips.read(make_card("snips"), root, Faults())).train[0].tokens == ("thé",)


def test_faulty_entries_are_counted(tmp_path, make_card, write):
    train = [entry(("tea", "a"), ("pot", "b")), {}, {"data": "x"}, {"data": [{"entity": "a"}]}, 3]
    faults = Faults()
    list(snips.read(make_card("snips"), folder(tmp_path, write, train), faults))
    assert len(faults) == 2 * 5
    assert "entry 1: slot 'b' at [0, 1) overlaps" in faults.found[0].reason


def test_broken_json_is_an_error_with_its_line(tmp_path, make_card, write):
    write(tmp_path / "A/train_A_full.json", '{\n"A": [}')
    with pytest.raises(DataError, match=r"train_A_full\.json:2: broken JSON"):
        list(snips.read(make_card("snips"), tmp_path, Faults()))


_PIECE = st.fixed_dictionaries(
    {}, optional={k: st.none() | st.text("a b'?é\ud800", max_size=4) for k in ("text", "entity")}
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.none() | st.fixed_dictionaries({"data": st.lists(_PIECE, max_size=3)})))
def test_every_entry_is_read_or_counted(tmp_path, make_card, write, entries):
    write(tmp_path / "A/train_A_full.json", json.dumps({"A": entries}))
    write(tmp_path / "A/validate_A.json", json.dumps({"A": []}))
    faults = Faults()
    (skill,) = snips.read(make_card("snips"), tmp_path, faults)
    assert len(skill.train) + len(faults) == len(entries)


def test_the_real_files_agree_with_their_provenance(real):
    skills, faults = real("snips")
    assert [len(s.train) for s in skills] == [1942, 1973, 2000, 2000, 1956, 1954, 1959]
    assert sum(len(s.test) for s in skills) + len(faults) == 700
