"""BIO both ways; conlleval's reading of what is not well formed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_cards.bio import may_follow, plain, spans, tag_names, tags
from data_cards.records import Slot


@st.composite
def slots_of(draw):
    length = draw(st.integers(0, 9))
    cuts = sorted(draw(st.lists(st.integers(0, length), max_size=8)))
    names = st.sampled_from(["time", "B", "I-O", "a-b", "O"])
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return tuple(Slot(draw(names), a, b) for a, b in pairs if a < b), length


@given(slots_of())
def test_spans_is_the_inverse_of_tags(case):
    slots, length = case
    assert spans(tags(slots, length)) == slots


@given(st.lists(st.sampled_from(["O", "B-x", "I-x", "B-y", "I-y"]), max_size=9))
def test_every_sequence_reads_as_spans_that_tag_well(sequence):
    again = tags(spans(sequence), len(sequence))
    assert spans(again) == spans(sequence)
    assert all(may_follow(a, b) for a, b in zip(["", *again], again, strict=False))


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [
        ("O B-x I-x O", [("x", 1, 3)]),
        ("B-x B-x", [("x", 0, 1), ("x", 1, 2)]),
        ("I-x I-x", [("x", 0, 2)]),  # opened without B-
        ("B-x I-y", [("x", 0, 1), ("y", 1, 2)]),  # another name opens anew
        ("O I-x B-x", [("x", 1, 2), ("x", 2, 3)]),
        ("B-x O I-x", [("x", 0, 1), ("x", 2, 3)]),
        ("", []),
    ],
)
def test_conlleval_cases(sequence, expected):
    assert [(s.name, s.start, s.end) for s in spans(sequence.split())] == expected


@pytest.mark.parametrize(
    ("previous", "tag", "allowed"),
    [
        ("", "I-x", False),
        ("O", "I-x", False),
        ("B-x", "I-x", True),
        ("I-x", "I-x", True),
        ("B-y", "I-x", False),
        ("I-y", "B-x", True),
        ("", "O", True),
    ],
)
def test_an_inside_tag_needs_its_own_name_before_it(previous, tag, allowed):
    assert may_follow(previous, tag) is allowed


def test_tag_names_put_outside_first():
    assert tag_names(["a", "b"]) == ["O", "B-a", "I-a", "B-b", "I-b"]


def test_other_schemes_lose_their_ends():
    assert plain(["S-x", "B-y", "I-y", "E-y", "U-z", "L-z", "O"]) == [
        "B-x", "B-y", "I-y", "I-y", "B-z", "I-z", "O",
    ]  # fmt: skip


@pytest.mark.parametrize("tag", ["", "X", "X-a", "B", "B-", "-a", "o", "BO-a"])
def test_what_is_no_tag_is_refused(tag):
    with pytest.raises(ValueError, match="no BIO tag"):
        plain(["O", tag])
