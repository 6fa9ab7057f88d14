"""Splits where nobody published one."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_cards.overlap import same_words
from data_cards.parsing.splits import hold_out_within
from data_cards.records import Frame, Utterance


def said(intent: str, *texts: str) -> list[Utterance]:
    return [Utterance(f"{intent}:{t}", tuple(t.split()), Frame(intent), t) for t in texts]


@pytest.mark.parametrize(
    ("number", "tested"), [(1, 0), (2, 1), (3, 1), (4, 1), (5, 1), (6, 2), (8, 2), (20, 5)]
)
def test_each_intent_gives_its_share_and_keeps_one(number, tested):
    letters = "abcdefghijklmnopqrstuvwxyz"[:number]
    rows = [u for i in "ab" for u in said(i, *(f"{i}{letter} x" for letter in letters))]
    parts = hold_out_within(rows, 0.25)
    assert Counter(u.frame.intent for u in parts.test) == Counter({"a": tested, "b": tested})
    assert len(parts.train) + len(parts.test) == len(rows)


def test_a_text_that_two_intents_share_stays_in_train():
    rows = said("a", "yes", "right", "fine") + said("b", "yes", "sure", "Yes", "good")
    parts = hold_out_within(rows, 0.5)
    assert {u.text for u in parts.test}.isdisjoint({"yes", "Yes"}) and parts.test


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("pqrstu")), max_size=30))
def test_nothing_is_lost_and_no_text_stands_on_both_sides(rows):
    utterances = [Utterance(str(i), (t,), Frame(n), t) for i, (n, t) in enumerate(rows)]
    parts = hold_out_within(utterances, 0.25)
    assert sorted(u.id for u in (*parts.train, *parts.test)) == sorted(u.id for u in utterances)
    assert {same_words(u) for u in parts.train}.isdisjoint({same_words(u) for u in parts.test})
    assert {u.frame.intent for u in parts.test} <= {u.frame.intent for u in parts.train}
