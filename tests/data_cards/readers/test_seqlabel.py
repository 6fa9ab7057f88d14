"""Line-aligned folders: seq.in, label and seq.out."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError, SkillwiseError
from data_cards.faults import Faults
from data_cards.readers import seqlabel


def folder(tmp_path, write, train, others=("a dog", "bark", "O O")):
    for split, columns in (("train_5", train), ("valid", others), ("test", others)):
        for name, column in zip(("seq.in", "label", "seq.out"), columns, strict=True):
            write(tmp_path / "PETS" / split / name, column)
    return tmp_path


def options(**more):
    return {"skills": {"PETS": "en-GB"}, "train": "train_5"} | more


def test_lines_are_aligned_and_the_train_folder_is_an_option(tmp_path, make_card, write):
    root = folder(tmp_path, write, ("feed rex\nwalk\n", "feed\nwalk\n", "O B-pet\nO\n"))
    (skill,) = seqlabel.read(make_card("seqlabel", options=options()), root, Faults())
    assert (skill.key, skill.intents) == ("pets@en-GB", ("feed", "walk"))
    assert not skill.slot_names and len(skill.dev) == 1
    (tagged,) = seqlabel.read(make_card("seqlabel", options=options(slots=True)), root, Faults())
    assert tagged.train[0].words(tagged.train[0].frame.slots[0]) == ("rex",)


def test_files_of_other_lengths_are_an_error(tmp_path, make_card, write):
    root = folder(tmp_path, write, ("feed rex\nwalk", "feed", "O B-pet"))
    with pytest.raises(DataError, match="2 and 1 lines"):
        list(seqlabel.read(make_card("seqlabel", options=options()), root, Faults()))


def test_faulty_lines_are_counted(tmp_path, make_card, write):
    train = ("feed rex\n\nwalk rex\nwalk", "feed\nfeed\n\nwalk", "O\nO\nO O\nX")
    faults = Faults()
    card = make_card("seqlabel", options=options(slots=True))
    (skill,) = seqlabel.read(card, folder(tmp_path, write, train), faults)
    assert not skill.train and [f.line for f in faults.found] == [1, 2, 3, 4]


def test_the_skills_must_be_named(tmp_path, make_card):
    with pytest.raises(SkillwiseError, match="option skills"):
        list(seqlabel.read(make_card("seqlabel"), tmp_path, Faults()))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*[st.text("ab O-BIé ", max_size=9)] * 3), min_size=1, max_size=5))
def test_every_line_is_read_or_counted(tmp_path, make_card, write, rows):
    faults = Faults()
    train = ["".join(f"{cell}\n" for cell in column) for column in zip(*rows, strict=True)]
    card = make_card("seqlabel", options=options(slots=True))
    (skill,) = seqlabel.read(card, folder(tmp_path, write, train), faults)
    assert len(skill.train) + len(faults) == len(rows)


@pytest.mark.parametrize(("name", "shots"), [("few-shot-5", 5), ("few-shot-10", 10)])
def test_the_real_shots_are_as_many_an_intent(real, name, shots):
    skills, faults = real(name)
    assert [len(s.train) for s in skills] == [77 * shots, 150 * shots, 64 * shots]
    assert [len(s.dev) for s in skills] == [1540, 3000, 1076]
    assert [len(s.test) for s in skills] == [3080, 4500, 1076]
    assert not len(faults)
