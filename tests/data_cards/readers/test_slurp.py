"""SLURP: inline annotation, split by hash of the text."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.errors import SkillwiseError
from data_cards.faults import Faults
from data_cards.readers import slurp


def line(number, annotation, scenario="lights", intent="lights_on"):
    row = {"slurp_id": number, "sentence_annotation": annotation}
    return json.dumps(row | {"scenario": scenario, "intent": intent}) + "\n"


def test_a_row_becomes_words_and_slots(tmp_path, make_card, write):
    write(tmp_path / "slurp/devel.jsonl", line(7, "make the [room : living room] bright"))
    (skill,) = slurp.read(make_card("slurp"), tmp_path, Faults())
    (utterance,) = (*skill.train, *skill.test)
    assert (skill.key, utterance.id) == ("lights@en-GB", "7")
    assert utterance.tokens == ("make", "the", "living", "room", "bright")
    assert [(s.name, s.start, s.end) for s in utterance.frame.slots] == [("room", 2, 4)]


def test_the_hash_split_keeps_texts_together_and_teaches_every_intent(tmp_path, make_card, write):
    rows = [line(i, f"lamp {i // 2} on", intent=f"lights_{i % 7}") for i in range(200)]
    rows += [line(900 + i, f"only {i}", intent=f"rare_{i}") for i in range(30)]
    write(tmp_path / "slurp/devel.jsonl.gz", "".join(rows))
    (skill,) = slurp.read(make_card("slurp"), tmp_path, Faults())
    assert len(skill.train) + len(skill.test) == 230
    assert not {u.text for u in skill.train} & {u.text for u in skill.test}
    assert {u.frame.intent for u in skill.test} <= set(skill.intents)
    assert 40 <= len(skill.test) <= 80  # near 30% of the first 200, none of the rare ones


def test_published_files_are_taken_as_they_are(tmp_path, make_card, write):
    for stem, number in (("train", 1), ("devel", 2), ("test", 3)):
        write(tmp_path / f"slurp/{stem}.jsonl", line(number, "lamp on"))
    card = make_card("slurp", options={"split": "published"})
    (skill,) = slurp.read(card, tmp_path, Faults())
    assert [u.id for part in (skill.train, skill.dev, skill.test) for u in part] == ["1", "2", "3"]


def test_a_faulty_line_is_counted_with_its_place(tmp_path, make_card, write):
    bad = ["{broken", '{"slurp_id": 1}', "[]", line(2, "turn [room : on").strip(), line(3, "?!")]
    write(tmp_path / "slurp/devel.jsonl", "\n".join([line(1, "lamp on").strip(), *bad]))
    faults = Faults()
    list(slurp.read(make_card("slurp"), tmp_path, faults))
    assert [f.line for f in faults.found] == [2, 3, 4, 5, 6]
    assert "unclosed slot bracket" in faults.found[3].reason


def test_an_unknown_option_is_refused_with_the_nearest(tmp_path, make_card):
    with pytest.raises(SkillwiseError, match="did you mean 'test_share'"):
        list(slurp.read(make_card("slurp", options={"test_shar": 0.5}), tmp_path, Faults()))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    annotations=st.lists(
        st.text("ab [:]'é\ud800 ", max_size=30) | st.none() | st.integers(), max_size=5
    ),
    scenario=st.sampled_from(["a", "", 5, None, "\ud800"]),
)
def test_nothing_but_our_own_error_escapes(tmp_path, make_card, write, annotations, scenario):
    rows = "".join(line(i, a, scenario=scenario) for i, a in enumerate(annotations))
    write(tmp_path / "slurp/devel.jsonl", rows)
    faults = Faults()
    skills = list(slurp.read(make_card("slurp"), tmp_path, faults))
    read = sum(len(s.train) + len(s.test) for s in skills)
    assert read + len(faults) == len(annotations)


def test_the_real_file_agrees_with_its_provenance(real):
    skills, faults = real("slurp")
    assert len(skills) == 18
    assert sum(len(s.train) + len(s.test) for s in skills) + len(faults) == 2033
