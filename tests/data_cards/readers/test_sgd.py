"""Schema-Guided Dialogue: services as skills, capped, split by folder or by dialogue."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.readers import sgd


def turn(text, service="Bikes_1", intent="RentBike", slots=()):
    marks = [{"slot": s, "start": a, "exclusive_end": b} for s, a, b in slots]
    frame = {"service": service, "slots": marks, "state": {"active_intent": intent}}
    return {"speaker": "USER", "utterance": text, "frames": [frame]}


def answer(text):
    return {"speaker": "SYSTEM", "utterance": text, "frames": [{"service": "Bikes_1", "slots": []}]}


@pytest.fixture
def folder(tmp_path, write):
    """Bikes_1 stands in both schemas, Boats_1 in train's alone."""

    def make(train, dev):
        for split, services in (("train", ["Bikes_1", "Boats_1"]), ("dev", ["Bikes_1"])):
            schema = [{"service_name": s} for s in services]
            write(tmp_path / split / "schema.json.gz", json.dumps(schema))
        for split, dialogues in (("train", train), ("dev", dev)):
            content = [{"dialogue_id": f"d{i}", "turns": t} for i, t in enumerate(dialogues)]
            write(tmp_path / split / "dialogues_001.json", json.dumps(content))
        return tmp_path

    return make


def test_user_turns_become_utterances_with_character_spans(folder, make_card):
    root = folder(
        [[turn("I need two bikes in Kiel.", slots=[("city", 20, 24)]), answer("Fine. When?")]],
        [[turn("A bike, please")]],
    )
    (skill,) = sgd.read(make_card("sgd"), root, Faults())
    assert skill.key == "Bikes_1@en-US"
    assert skill.train[0].words(skill.train[0].frame.slots[0]) == ("Kiel",)
    assert [u.id for u in skill.test] == ["dev/d0:0"]


def test_turns_without_intent_are_left_out_unless_asked_for(folder, make_card):
    root = folder([[turn("a bike"), turn("thanks", intent="NONE")]], [[turn("two bikes")]])
    faults = Faults()
    (skill,) = sgd.read(make_card("sgd"), root, faults)
    assert [u.text for u in skill.train] == ["a bike"]
    (kept,) = sgd.read(make_card("sgd", options={"keep_none": True}), root, faults)
    assert [u.frame.intent for u in kept.train] == ["RentBike", "NONE"]
    assert not len(faults)


def test_a_service_of_one_folder_is_cut_by_dialogue(folder, make_card):
    talks = [[turn(f"boat {i} {k}", "Boats_1") for k in range(3)] for i in range(60)]
    root = folder([*talks, [turn("a bike")]], [[turn("two bikes")]])
    boats = {s.name: s for s in sgd.read(make_card("sgd"), root, Faults())}["Boats_1"]
    asked = {u.id.partition(":")[0] for u in boats.test}
    assert not asked & {u.id.partition(":")[0] for u in boats.train}
    assert 5 <= len(asked) <= 25 and len(boats.test) == 3 * len(asked)


def test_the_cap_is_a_stable_sample(folder, make_card):
    root = folder([[turn(f"bike {i}") for i in range(500)]], [[turn("one bike")]])
    (few,) = sgd.read(make_card("sgd", options={"train_limit": 10}), root, Faults())
    (more,) = sgd.read(make_card("sgd", options={"train_limit": 50}), root, Faults())
    assert (len(few.train), len(more.train)) == (10, 50)
    assert {u.id for u in few.train} < {u.id for u in more.train}
    numbers = [int(u.tokens[1]) for u in more.train]
    assert numbers == sorted(numbers)


def test_faulty_frames_are_counted_with_their_turn(folder, make_card):
    turns = [
        turn("a bike", slots=[("city", 2, 99)]),
        turn("a red bike", slots=[("colour", 2, 5), ("kind", 3, 10)]),
        {"speaker": "NOBODY"},
        turn("fine"),
    ]
    faults = Faults()
    (skill,) = sgd.read(make_card("sgd"), folder([turns], [[turn("a bike")]]), faults)
    assert len(skill.train) == 1 and len(faults) == 3
    assert "dialogue train/d0 turn 0: slot 'city' spans [2, 99) of 6 characters" in str(
        faults.found[0]
    )


def test_missing_files_are_errors(tmp_path, make_card):
    with pytest.raises(DataError, match="no such file"):
        list(sgd.read(make_card("sgd"), tmp_path, Faults()))


_JSON = st.recursive(
    st.none() | st.integers(-3, 9) | st.sampled_from(["USER", "Bikes_1", "a bike", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["speaker", "utterance", "frames", "slots", "state", "service"]), inner
        )
    ),
    max_leaves=8,
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_JSON, max_size=3))
def test_damaged_dialogues_are_faults_not_crashes(folder, make_card, turns):
    root = folder([turns], [[turn("a bike")]])
    skills = list(sgd.read(make_card("sgd"), root, Faults()))
    assert sum(len(s.test) for s in skills if s.name == "Bikes_1") >= 1


@pytest.mark.slow
def test_the_real_files_agree_with_their_card(real):
    skills, faults = real("sgd")
    assert len(skills) == 34 and len(faults) == 2
    assert max(len(s.train) for s in skills) == 1500 and max(len(s.test) for s in skills) == 500
    ids = [(s.key, u.id) for s in skills for u in (*s.train, *s.test)]
    assert len(ids) == len(set(ids)) == 44785 + 15188
