"""Delimited files: quote marks that stray, cells over several lines, widths, marks and ends."""

import csv
from io import StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing.csv_rows import delimiter_of, rows

CELL = st.text('ab ,;\t"\n|é', max_size=8)


def read(write, path, content, faults=None, **how):
    kept = faults if faults is not None else Faults()
    return [(p.line, r) for p, r in rows(write(path, content), kept, **how)]


@pytest.mark.parametrize(
    "stray",
    ['"never closed,a', '"closed" too soon,a', 'fine,"a'],
)
def test_a_stray_quote_mark_costs_its_row(tmp_path, write, stray):
    faults = Faults()
    content = f'text,intent\none,a\n{stray}\ntwo,b\n"a, b",c\nmy 5" screen,b\n'
    found = read(write, tmp_path / "m.csv", content, faults)
    assert [(line, row["text"]) for line, row in found] == [
        (2, "one"), (4, "two"), (5, "a, b"), (6, 'my 5" screen'),
    ]  # fmt: skip
    assert [f.line for f in faults.found] == [3]
    assert "a quote mark opens here" in faults.found[0].reason


def test_a_cell_that_may_have_swallowed_rows_is_told(tmp_path, write):
    faults = Faults()
    content = 'text,intent\n"one,a\ntwo,b\nmy tv is 12",b\nthree,a\n'
    assert len(read(write, tmp_path / "m.csv", content, faults)) == 2
    assert [(n.line, "over 3 lines, to line 4" in n.reason) for n in faults.notes] == [(2, True)]


def test_a_quote_mark_of_a_tsv_file_is_a_character(tmp_path, write):
    content = "text\tintent\n"
    content += '"a start\ta\nplain\tb\nmy 5" screen\tb\n"5""\tb\n"a ""b"""\tc\nends "\ta\n'
    faults = Faults()
    found = read(write, tmp_path / "m.tsv", content, faults, delimiter="\t")
    assert [row["text"] for _, row in found] == [
        '"a start', "plain", 'my 5" screen', '"5""', 'a "b"', 'ends "',
    ]  # fmt: skip
    assert not faults.found


def test_a_tsv_cell_may_hold_tabs_and_line_breaks_within_quote_marks(tmp_path, write):
    content = 'id\ttext\tintent\n1\t"one\ttwo\nthree"\ta\n2\tfour\tb\n'
    found = read(write, tmp_path / "m.tsv", content, delimiter="\t")
    assert [(line, row["text"]) for line, row in found] == [(2, "one\ttwo\nthree"), (4, "four")]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(st.tuples(CELL, CELL), max_size=5),
    delimiter=st.sampled_from(",;|"),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_whatever_csv_writes_is_read_again(tmp_path, write, table, delimiter, end, mark):
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end)
    writer.writerows([("one", "two"), *table])
    faults = Faults()
    found = read(write, tmp_path / "m.csv", mark + buffer.getvalue(), faults, delimiter=delimiter)
    assert [tuple(row.values()) for _, row in found] == table
    assert not faults.found


@pytest.mark.parametrize("raw", ["a,b\r1,2\r3,4", "a,b\r\n1,2\r\n3,4\r\n", "a,b\n1,2,\n3,4,,\n"])
def test_line_ends_of_every_kind_and_rows_that_were_filled_up(tmp_path, write, raw):
    assert [row for _, row in read(write, tmp_path / "m.csv", raw)] == [
        {"a": "1", "b": "2"}, {"a": "3", "b": "4"},
    ]  # fmt: skip


def test_what_a_spreadsheet_calls_unicode_text_is_read(tmp_path, write):
    raw = "text\tintent\nübermorgen\tWann\n".encode("utf-16")
    ((_, row),) = read(write, tmp_path / "m.tsv", raw, delimiter="\t")
    assert row["text"] == "übermorgen"


def test_a_header_that_names_a_column_twice_tells_them_apart(tmp_path, write):
    ((_, row),) = read(write, tmp_path / "m.csv", "text,text,intent\na,b,c\n")
    assert row == {"text": "a", "text (2)": "b", "intent": "c"}


@pytest.mark.parametrize(
    ("header", "mark"),
    [
        ("text,intent", ","), ("text;intent", ";"), ("text\tintent", "\t"), ("text|intent", "|"),
        ("sep=;\ntext;a,b", ";"), ('"text, said";intent', ";"), ("what is;this,thing;x", ";"),
    ],
)  # fmt: skip
def test_the_header_tells_the_delimiter(tmp_path, write, header, mark):
    path = write(tmp_path / "m.csv", header + "\n")
    assert delimiter_of(path, frozenset({"text", "intent"})) == mark


def test_a_byte_that_is_no_utf8_is_an_error_with_its_line(tmp_path, write):
    with pytest.raises(DataError, match=r"m\.csv:3: byte 0xe9 is not UTF-8"):
        read(write, tmp_path / "m.csv", b"text\r\na\r\ncaf\xe9\r\n")
