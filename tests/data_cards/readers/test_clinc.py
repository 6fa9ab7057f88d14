"""CLINC150: domains as skills, out-of-scope queries only where asked for."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.readers import clinc

DOMAINS = {"garden": ["water", "mow"], "garage": ["open_door"]}
DATA = {
    "train": [["water the roses", "water"], ["mow the lawn", "mow"], ["open up", "open_door"]],
    "val": [["sprinkle the beds", "water"]],
    "test": [["cut the grass", "mow"]],
    "oos_train": [["who was kant", "oos"]],
    "oos_val": [],
    "oos_test": [["sing", "oos"], ["dance", "oos"]],
}


def folder(tmp_path, write, data=DATA, domains=DOMAINS):
    write(tmp_path / "data_full.json.gz", json.dumps(data))
    write(tmp_path / "domains.json", json.dumps(domains))
    return tmp_path


def test_a_domain_is_a_skill(tmp_path, make_card, write):
    garage, garden = clinc.read(make_card("clinc"), folder(tmp_path, write), Faults())
    assert garden.intents == ("mow", "water")
    assert [u.frame.intent for u in (*garden.dev, *garden.test)] == ["water", "mow"]
    assert garage.train[0].id == "train:3"


def test_out_of_scope_joins_every_domain_where_asked_for(tmp_path, make_card, write):
    card = make_card("clinc", options={"out_of_scope": True})
    for skill in clinc.read(card, folder(tmp_path, write), Faults()):
        assert [u.frame.intent for u in skill.test].count("oos") == 2


def test_faulty_pairs_are_counted(tmp_path, make_card, write):
    data = DATA | {"train": [["water", "fly"], ["?", "mow"], ["x"], 3, ["mow it", "mow"]]}
    faults = Faults()
    (garden,) = clinc.read(make_card("clinc"), folder(tmp_path, write, data), faults)
    assert len(garden.train) == 1 and len(faults) == 4


def test_a_missing_part_is_an_error(tmp_path, make_card, write):
    with pytest.raises(DataError, match="has no list 'val'"):
        list(clinc.read(make_card("clinc"), folder(tmp_path, write, {"train": []}), Faults()))


_ITEM = st.none() | st.integers() | st.sampled_from(["water", "mow", "", "?", "\ud800"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_ITEM | st.lists(_ITEM, max_size=3), max_size=6))
def test_every_pair_is_read_or_counted(tmp_path, make_card, write, pairs):
    faults = Faults()
    data = DATA | {"train": pairs, "val": [], "test": []}
    skills = list(clinc.read(make_card("clinc"), folder(tmp_path, write, data), faults))
    assert sum(len(s.train) for s in skills) + len(faults) == len(pairs)


def test_the_real_files_agree_with_their_provenance(real):
    skills, faults = real("clinc150")
    assert len(skills) == 10 and not len(faults)
    assert {len(s.intents) for s in skills} == {15}
    assert {(len(s.train), len(s.dev), len(s.test)) for s in skills} == {(1500, 300, 450)}
