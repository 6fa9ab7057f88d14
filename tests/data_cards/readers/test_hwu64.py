"""HWU64: fold 1, a second fold by hash, ids that stand twice."""

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.readers import hwu64

HEAD = "answerid;scenario;intent;answer_annotation;answer_from_anno\n"


def folder(tmp_path, write, train, test='9000;tea;brew;"[kind : mint] tea";"x"\n'):
    write(tmp_path / "KFold_1/trainset/tea_brew.csv", HEAD + train)
    write(tmp_path / "KFold_1/testset/csv/tea_brew.csv", HEAD + test)
    return tmp_path


def test_the_second_fold_is_a_ninth_by_hash_of_the_answer(tmp_path, make_card, write):
    rows = "".join(f'{i};tea;brew;"cup {i}";"x"\n' for i in range(300))
    (skill,) = hwu64.read(make_card("hwu64"), folder(tmp_path, write, rows), Faults())
    digests = {str(i): hashlib.sha256(str(i).encode()).digest() for i in range(300)}
    ninth = {i for i, d in digests.items() if int.from_bytes(d[:4], "big") % 9 == 0}
    assert {u.id for u in skill.test} == ninth | {"9000"}
    assert len(skill.train) + len(ninth) == 300
    assert skill.key == "tea@en-GB" and skill.intents == ("tea_brew",)


def test_an_id_that_stands_twice_is_told_apart_in_the_same_split(tmp_path, make_card, write):
    rows = "".join(f'2;tea;brew;"{n}";"x"\n' for n in ("one", "two", "three"))
    (skill,) = hwu64.read(make_card("hwu64"), folder(tmp_path, write, rows), Faults())
    assert [u.id for u in skill.train] == ["2", "2#2", "2#3"]


def test_faulty_rows_are_counted(tmp_path, make_card, write):
    rows = '1;tea;brew;"[kind : mint";"x"\n2;tea\n3;tea;brew;"fine";"x"\n'
    faults = Faults()
    list(hwu64.read(make_card("hwu64"), folder(tmp_path, write, rows), faults))
    assert [f.line for f in faults.found] == [2, 3]


def test_a_missing_folder_or_column_is_an_error(tmp_path, make_card, write):
    with pytest.raises(DataError, match="holds no"):
        list(hwu64.read(make_card("hwu64"), tmp_path, Faults()))
    write(tmp_path / "KFold_1/trainset/a.csv", "answerid;scenario\n")
    with pytest.raises(DataError, match="has no column 'intent'"):
        list(hwu64.read(make_card("hwu64"), tmp_path, Faults()))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text('1a;"[:]\n\ré', max_size=60))
def test_whatever_follows_the_header_is_read_or_counted(
    tmp_path, make_card, write, reads_back, lines_of, text
):
    faults = Faults()
    skills = list(hwu64.read(make_card("hwu64"), folder(tmp_path, write, text), faults))
    assert all(map(reads_back, skills))
    if '"' not in text:  # then a line is a row; the test file has one more
        found = sum(len(s.train) + len(s.test) for s in skills)
        assert found + len(faults) == len(lines_of(text)) + 1


def test_the_real_files_agree_with_their_provenance(real):
    skills, faults = real("hwu64")
    assert len(skills) == 18 and not len(faults)
    assert sum(len(s.train) + len(s.test) for s in skills) == 11036
    assert (sum(len(s.train) for s in skills), sum(len(s.test) for s in skills)) == (8834, 2202)
    for skill in skills:
        ids = [u.id for u in (*skill.train, *skill.test)]
        assert len(ids) == len(set(ids))
