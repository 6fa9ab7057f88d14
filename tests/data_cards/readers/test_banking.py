"""BANKING77: two columns of CSV."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.readers import banking

HEAD = "text,category\n"


def folder(tmp_path, write, train, test="Where is it?,lost\n"):
    write(tmp_path / "train.csv.gz", HEAD + train if isinstance(train, str) else train)
    write(tmp_path / "test.csv", HEAD + test)
    return tmp_path


def test_the_whole_is_one_skill(tmp_path, make_card, write):
    train = '"My card, please!",order\n"Two\nlines",order\n'
    (skill,) = banking.read(make_card("banking"), folder(tmp_path, write, train), Faults())
    assert [u.tokens for u in skill.train] == [("My", "card", "please"), ("Two", "lines")]
    assert [u.id for u in (*skill.train, *skill.test)] == ["train:1", "train:2", "test:1"]


def test_faulty_rows_are_counted_with_their_line(tmp_path, make_card, write):
    faults = Faults()
    train = "one,order\n?!,order\nno category\nlost card, \n"
    (skill,) = banking.read(make_card("banking"), folder(tmp_path, write, train), faults)
    assert len(skill.train) == 1
    assert [f.line for f in faults.found] == [3, 4, 5]


def test_what_is_no_utf8_is_an_error_with_its_line(tmp_path, make_card, write):
    with pytest.raises(DataError, match=r"train\.csv\.gz:2: byte 0xe9 is not UTF-8"):
        train = HEAD.encode() + b"caf\xe9,order\n"
        list(banking.read(make_card("banking"), folder(tmp_path, write, train), Faults()))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text('ab,"\n\r\x00é\u2028', max_size=40))
def test_whatever_follows_the_header_is_read_or_counted(
    tmp_path, make_card, write, reads_back, lines_of, text
):
    faults = Faults()
    (skill,) = banking.read(make_card("banking"), folder(tmp_path, write, text), faults)
    assert reads_back(skill)
    if '"' not in text:  # then a line is a row
        assert len(skill.train) + len(faults) == len(lines_of(text))


def test_the_real_files_agree_with_their_provenance(real):
    (skill,), faults = real("banking77")
    assert (len(skill.intents), len(skill.train), len(skill.test)) == (77, 10003, 3080)
    assert not len(faults)
