"""Scores against seqeval, scikit-learn and cases worked by hand."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2
from sklearn.metrics import accuracy_score

from data_cards.bio import spans, tags
from data_cards.records import Frame, Slot
from evaluation.scoring.metrics import (
    COLUMNS,
    METRICS,
    macro_f1,
    score,
    slot_errors,
    slot_table,
    tally,
)

LENGTH = 8


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    sequence = draw(st.lists(st.sampled_from(["O", "B-a", "I-a", "B-b", "I-b"]), max_size=LENGTH))
    return Frame(draw(st.sampled_from(["x", "y", "z"])), spans(sequence))


pairs = st.lists(st.tuples(frames(), frames()), min_size=1, max_size=12)


@settings(deadline=None)  # a busy machine is no fault
@given(pairs)
def test_slot_f1_is_seqevals(answers: list[tuple[Frame, Frame]]) -> None:
    gold, predicted = [g for g, _ in answers], [p for _, p in answers]
    true = [tags(f.slots, LENGTH) for f in gold]
    given_ = [tags(f.slots, LENGTH) for f in predicted]
    counts, table = tally(gold, predicted), slot_table(gold, predicted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # seqeval warns where nothing was predicted
        micro = f1_score(true, given_, mode="strict", scheme=IOB2, zero_division=0)
        macro = f1_score(true, given_, mode="strict", scheme=IOB2, average="macro", zero_division=0)
    ours = float(METRICS["slot_f1"].of(counts.sum(axis=0)))
    if np.isnan(ours):
        assert not any(f.slots for f in (*gold, *predicted))
    else:
        assert ours == pytest.approx(micro)
        assert macro_f1(table) == pytest.approx(macro)


@settings(deadline=None)  # a busy machine is no fault
@given(pairs)
def test_accuracies_are_scikit_learns(answers: list[tuple[Frame, Frame]]) -> None:
    gold, predicted = [g for g, _ in answers], [p for _, p in answers]
    scores = score(tally(gold, predicted), {}, intents=3, slots=False)
    wanted = accuracy_score([g.intent for g in gold], [p.intent for p in predicted])
    assert scores.intent_accuracy == pytest.approx(wanted)
    whole = accuracy_score([str(g) for g in gold], [str(p) for p in predicted])
    assert scores.frame_accuracy == pytest.approx(whole)


A, B, C = Slot("artist", 1, 3), Slot("genre", 4, 5), Slot("time", 6, 8)


@pytest.mark.parametrize(
    ("reference", "answer", "errors"),
    [
        ((), (), 0),
        ((A, B), (A, B), 0),
        ((A,), (), 1),  # deletion
        ((), (A,), 1),  # insertion
        ((A,), (Slot("song", 1, 3),), 1),  # substitution of the name
        ((A,), (Slot("artist", 1, 2),), 1),  # substitution of the span
        ((A,), (Slot("artist", 1, 2), Slot("artist", 2, 3)), 2),  # one aligned, one inserted
        ((A,), (Slot("artist", 4, 5),), 2),  # no word shared: deleted here, inserted there
        ((A, B, C), (B,), 2),
        ((A, B), (Slot("artist", 1, 5),), 2),  # one over both: one substituted, one deleted
        ((B, A), (A, B), 0),  # order is by place
        ((A, C), (Slot("artist", 0, 2), B, Slot("time", 6, 9)), 3),
    ],
)
def test_slot_errors_by_hand(
    reference: tuple[Slot, ...], answer: tuple[Slot, ...], errors: int
) -> None:
    assert slot_errors(reference, answer) == errors


def test_semer_by_hand() -> None:
    gold = [Frame("play", (A, B)), Frame("stop"), Frame("play", (A,))]
    predicted = [Frame("play", (A, Slot("song", 4, 5))), Frame("play"), Frame("play", (A,))]
    # 1 substituted slot, 1 wrong intent; 3 reference slots and 3 intents
    scores = score(tally(gold, predicted), slot_table(gold, predicted), intents=2, slots=True)
    assert scores.semer == pytest.approx(2 / 6)
    assert scores.frame_accuracy == pytest.approx(1 / 3)
    assert scores.slot_f1 == pytest.approx(2 * 2 / (3 + 3))


@settings(deadline=None)  # a busy machine is no fault
@given(frames(), frames())
def test_slot_errors_lie_between_the_bounds(one: Frame, other: Frame) -> None:
    missed = len(set(one.slots) - set(other.slots))
    extra = len(set(other.slots) - set(one.slots))
    assert max(missed, extra) <= slot_errors(one.slots, other.slots) <= missed + extra
    assert slot_errors(one.slots, other.slots) == slot_errors(other.slots, one.slots)


def test_what_cannot_be_measured_is_none() -> None:
    gold = [Frame(""), Frame("")]
    scores = score(tally(gold, gold), {}, intents=0, slots=False)
    assert scores.intent_accuracy is None
    assert scores.slot_f1 is None
    assert scores.slot_f1_macro is None
    assert scores.frame_accuracy == 1


def test_a_single_intent_counts_as_it_is() -> None:
    gold = [Frame("only"), Frame("only")]
    assert score(tally(gold, gold), {}, intents=1, slots=False).intent_accuracy == 1
    other = [Frame("only"), Frame("another")]
    assert score(tally(gold, other), {}, intents=1, slots=False).intent_accuracy == 0.5


def test_no_prediction_has_recall_and_no_precision() -> None:
    gold, silent = [Frame("play", (A,))], [Frame("play")]
    scores = score(tally(gold, silent), slot_table(gold, silent), intents=2, slots=True)
    assert scores.slot_precision is None
    assert scores.slot_recall == 0
    assert scores.slot_f1 == 0


def test_counts_add_up() -> None:
    gold = [Frame("play", (A, B)), Frame("stop")]
    counts = tally(gold, gold)
    assert counts.shape == (2, len(COLUMNS))
    assert dict(zip(COLUMNS, counts.sum(axis=0).tolist(), strict=True)) == {
        "utterances": 2, "intent": 2, "frame": 2, "right": 2, "predicted": 2, "reference": 2,
        "errors": 0,
    }  # fmt: skip
