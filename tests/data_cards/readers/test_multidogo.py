"""MultiDoGO: a label a word, no B- and I-; line breaks within cells."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.readers import multidogo

HEAD = "conversationId\tturnNumber\tsentenceNumber\tutteranceId\tutterance\tslot-labels\tintent\n"


def row(id, said, labels, intent="order"):
    return f"c\t0\t0\t{id}\t{said}\t{labels}\t{intent}\n"


@pytest.fixture
def folder(tmp_path, write):
    def make(train, test="", dev=""):
        top = tmp_path / "splits_annotated_at_sentence_level/bakery"
        for split, rows in (("train", train), ("dev", dev), ("test", test)):
            write(top / f"{split}.tsv.gz", HEAD + rows)
        return tmp_path

    return make


def test_neighbours_of_one_label_are_one_slot(folder, make_card):
    labels = "O O bread bread O size"
    root = folder(row("1", "i want rye loaf in small", labels))
    (skill,) = multidogo.read(make_card("multidogo"), root, Faults())
    (utterance,) = skill.train
    assert skill.key == "bakery@en-US"
    assert [(s.name, utterance.words(s)) for s in utterance.frame.slots] == [
        ("bread", ("rye", "loaf")), ("size", ("small",)),
    ]  # fmt: skip


def test_a_line_break_within_a_cell_is_a_word_with_a_label(folder, make_card):
    root = folder(row("1", '"12 mill lane \n york"', "address address address O address"))
    faults = Faults()
    (skill,) = multidogo.read(make_card("multidogo"), root, faults)
    (utterance,) = skill.train
    assert not len(faults)
    assert utterance.tokens == ("12", "mill", "lane", "york")
    assert [(s.start, s.end) for s in utterance.frame.slots] == [(0, 3), (3, 4)]


def test_deduplication_leaves_out_test_texts_of_train(folder, make_card):
    train = row("1", "Hello there", "O O") + row("2", "a loaf", "O O")
    root = folder(train, row("3", "hello there!", "O O") + row("4", "two loaves", "O O"))
    (plain,) = multidogo.read(make_card("multidogo"), root, Faults())
    card = make_card("multidogo", options={"deduplicate_test": True})
    (fresh,) = multidogo.read(card, root, Faults())
    assert [u.id for u in plain.test] == ["3", "4"]
    assert [u.id for u in fresh.test] == ["4"]


def test_faulty_rows_are_counted(folder, make_card):
    rows = row("1", "", "O") + row("2", "a loaf", "O") + "short\trow\n" + row("3", "a", "O", "")
    faults = Faults()
    (skill,) = multidogo.read(make_card("multidogo"), folder(rows + row("4", "a", "O")), faults)
    assert [f.line for f in faults.found] == [2, 3, 4, 5]
    assert len(skill.train) == 1


def test_a_missing_column_is_an_error(tmp_path, make_card, write):
    write(tmp_path / "splits_annotated_at_sentence_level/bakery/train.tsv", "a\tb\n")
    with pytest.raises(DataError, match="has no column 'utteranceId'"):
        list(multidogo.read(make_card("multidogo"), tmp_path, Faults()))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text('ab O\t\n"\r\x00é', max_size=60))
def test_whatever_follows_the_header_is_read_or_counted(
    folder, make_card, reads_back, lines_of, text
):
    faults = Faults()
    (skill,) = multidogo.read(make_card("multidogo"), folder(text), faults)
    assert reads_back(skill)
    if '"' not in text:  # then a line is a row
        assert len(skill.train) + len(faults) == len(lines_of(text))


def test_the_real_rows_are_all_read_or_listed(real):
    skills, faults = real("multidogo")
    assert [s.name for s in skills] == ["airline", "fastfood", "finance"]
    splits = zip(*((len(s.train), len(s.dev), len(s.test)) for s in skills), strict=True)
    train, dev, test = map(sum, splits)
    # PROVENANCE.md counts lines; cells with line breaks make them more than rows.
    assert train + dev + test + len(faults) == 45005 + 6340 + 12913
