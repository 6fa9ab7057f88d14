"""Delimited files by column names."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError, SkillwiseError
from data_cards.faults import Faults
from data_cards.readers import csv_file


def read(tmp_path, make_card, write, content, faults=None, **options):
    write(tmp_path / "all.csv", content)
    card = make_card("csv_file", options={"files": {"all": "all.csv"}} | options)
    return list(csv_file.read(card, tmp_path, faults if faults is not None else Faults()))


def test_columns_are_found_by_name(tmp_path, make_card, write):
    text = "who,said,meant,part\npat,book [a red bike](bike),Book,train\npat,bye,End,valid\n"
    text += "pat,no bike,End,TEST\n"
    options = {"annotated": "said", "marks": "link", "intent": "meant", "split": "part"}
    (skill,) = read(tmp_path, make_card, write, text, **options, name="bikes", locale="en-GB")
    assert skill.key == "bikes@en-GB"
    assert skill.train[0].words(skill.train[0].frame.slots[0]) == ("a", "red", "bike")
    assert [len(skill.train), len(skill.dev), len(skill.test)] == [1, 1, 1]


def test_a_column_may_name_the_skill_and_tags_come_with_tokens(tmp_path, make_card, write):
    text = "skill;words;tags\na;ring pat;O B-who\nb;wait;O\n"
    options = {"tokens": "words", "tags": "tags", "skill": "skill", "delimiter": ";"}
    a, b = read(tmp_path, make_card, write, text, **options)
    assert (a.name, b.name) == ("a", "b")
    assert a.slot_names == ("who",)


def test_a_file_a_split(tmp_path, make_card, write):
    write(tmp_path / "a.tsv", "text\tintent\nhello\tgreet\n")
    write(tmp_path / "b.tsv", "text\tintent\nbye\tleave\n")
    files = {"train": "a.tsv", "test": "b.tsv"}
    options = {"files": files, "delimiter": "\t", "text": "text", "intent": "intent"}
    (skill,) = csv_file.read(make_card("csv_file", options=options), tmp_path, Faults())
    assert (skill.train[0].id, skill.test[0].id) == ("a:1", "b:2")


def test_a_missing_column_names_the_nearest(tmp_path, make_card, write):
    with pytest.raises(DataError, match="no column 'utterance'; did you mean 'utterence'"):
        read(tmp_path, make_card, write, "utterence\nhi\n", text="utterance")


def test_one_sentence_column_must_be_named(tmp_path, make_card, write):
    with pytest.raises(SkillwiseError, match="name one of the columns"):
        read(tmp_path, make_card, write, "text\nhi\n")


def test_faulty_rows_are_counted(tmp_path, make_card, write):
    text = "id,text,set\n1,hello,train\n1,again,train\n2,?,train\n3,hi,never\n4,hi\n5,ho,train\n"
    faults = Faults()
    options = {"text": "text", "id": "id", "split": "set"}
    (skill,) = read(tmp_path, make_card, write, text, faults, **options)
    assert len(skill.train) + len(skill.test) == 2
    assert [f.line for f in faults.found] == [3, 4, 5, 6]


def test_a_name_that_is_no_folder_is_a_fault(tmp_path, make_card, write):
    faults = Faults()
    assert not read(tmp_path, make_card, write, "s,t\n../x,hi\n", faults, skill="s", text="t")
    assert "no name for a skill" in faults.found[0].reason


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text('ab,"\n\r[]()é', max_size=50))
def test_nothing_but_our_own_error_escapes(tmp_path, make_card, write, reads_back, lines_of, text):
    options = {"annotated": "text", "marks": "link", "intent": "intent"}
    faults = Faults()
    skills = read(tmp_path, make_card, write, "text,intent\n" + text, faults, **options)
    assert all(map(reads_back, skills))
    if '"' not in text:  # then a line is a row
        found = sum(len(s.train) + len(s.test) for s in skills)
        assert found + len(faults) == len(lines_of(text))
