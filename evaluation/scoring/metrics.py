"""Scores from per-utterance counts, so that a resampled score is a weighted sum and no more.

Every headline metric is a ratio of two sums over utterances:

| metric | numerator | denominator |
|---|---|---|
| frame_accuracy | utterances with intent and all slots right | utterances |
| intent_accuracy | utterances with the intent right | utterances |
| slot_f1 (micro) | 2 x slots right by name and exact span | predicted + reference slots |
| semer | S + I + D | reference slots + utterances |

SemER, the semantic error rate, counts the intent as one more slot. A predicted slot that shares a
word with a reference slot is aligned to it (Makhoul et al. 1999, "Performance measures for
information extraction": alignment by overlap), each slot at most once. An aligned pair that differs
in name or span is one substitution (S); a reference slot left alone is a deletion (D); a predicted
one left alone is an insertion (I); a wrong intent is one substitution. Over a skill it is the sum
of errors by the sum of denominators, never a mean of rates.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_cards.records import Frame, Slot

COLUMNS = ("utterances", "intent", "frame", "right", "predicted", "reference", "errors")
"""The columns of `tally`: one row of whole numbers an utterance."""

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Metric:
    """A ratio of two weighted sums over the columns of `tally`; `title` is its name in a table."""

    name: str
    title: str
    numerator: Mapping[str, int]
    denominator: Mapping[str, int]
    higher_is_better: bool = True

    def of(self, sums: NDArray[np.floating] | Counts) -> Floats:
        """Score column sums (..., columns) -> (...); NaN where the denominator is 0."""
        return ratio(*self.parts(sums))

    def parts(self, counts: NDArray[np.floating] | Counts) -> tuple[Floats, Floats]:
        """Numerator and denominator of each row: (..., columns) -> twice (...)."""
        return counts @ _weights(self.numerator), counts @ _weights(self.denominator)


def ratio(above: Floats, below: Floats) -> Floats:
    """Numerators by denominators of one shape; NaN where the denominator is 0."""
    out = np.full(np.shape(below), np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("frame_accuracy", "frame accuracy", {"frame": 1}, {"utterances": 1}),
        Metric("intent_accuracy", "intent accuracy", {"intent": 1}, {"utterances": 1}),
        Metric("slot_f1", "slot F1", {"right": 2}, {"predicted": 1, "reference": 1}),
        Metric(
            "semer", "SemER", {"errors": 1}, {"reference": 1, "utterances": 1},
            higher_is_better=False,
        ),
    )
}  # fmt: skip
PRECISION = Metric("slot_precision", "slot precision", {"right": 1}, {"predicted": 1})
RECALL = Metric("slot_recall", "slot recall", {"right": 1}, {"reference": 1})


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of one system on one test split; None where a metric cannot be measured."""

    frame_accuracy: float
    intent_accuracy: float | None
    slot_f1: float | None
    semer: float
    slot_precision: float | None
    slot_recall: float | None
    slot_f1_macro: float | None


def tally(gold: Sequence[Frame], predicted: Sequence[Frame]) -> Counts:
    """Count each utterance -> (utterances, len(COLUMNS)). Both in the same order."""
    rows = []
    for reference, answer in zip(gold, predicted, strict=True):
        wanted, given = set(reference.slots), set(answer.slots)
        intent = reference.intent == answer.intent
        rows.append(
            (
                1,
                intent,
                intent and wanted == given,
                len(wanted & given),
                len(given),
                len(wanted),
                slot_errors(reference.slots, answer.slots) + (not intent),
            )
        )
    return np.array(rows, dtype=np.int64).reshape(-1, len(COLUMNS))


def slot_errors(reference: Sequence[Slot], answer: Sequence[Slot]) -> int:
    """Substitutions + insertions + deletions between two slot sets (see the module's head).

    Slots of one side never overlap, so pairing from left to right aligns as many as any pairing.
    """
    wanted, given = sorted(reference, key=_start), sorted(answer, key=_start)
    i = j = pairs = right = 0
    while i < len(wanted) and j < len(given):
        left, other = wanted[i], given[j]
        if left.start < other.end and other.start < left.end:
            pairs += 1
            right += left == other
            i, j = i + 1, j + 1
        elif left.end <= other.start:
            i += 1
        else:
            j += 1
    return len(wanted) + len(given) - pairs - right


def slot_table(gold: Sequence[Frame], predicted: Sequence[Frame]) -> dict[str, tuple[int, ...]]:
    """Counts (right, predicted, reference) of each slot name that either side knows."""
    right: Counter[str] = Counter()
    given: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for reference, answer in zip(gold, predicted, strict=True):
        wanted.update(s.name for s in set(reference.slots))
        given.update(s.name for s in set(answer.slots))
        right.update(s.name for s in set(reference.slots) & set(answer.slots))
    return {n: (right[n], given[n], wanted[n]) for n in sorted(wanted.keys() | given.keys())}


def macro_f1(table: Mapping[str, Sequence[int]]) -> float | None:
    """Unweighted mean of the slots' F1 over all names in gold or prediction, as seqeval has it."""
    if not table:
        return None
    return sum(2 * right / (given + wanted) for right, given, wanted in table.values()) / len(table)


def score(
    counts: Counts, table: Mapping[str, Sequence[int]], *, intents: int, slots: bool
) -> Scores:
    """Score a test split from its counts.

    With a single intent its accuracy is what it is, mostly 1, as published tables count it; it is
    None where the data set names no intent. Slot scores are None where no reference slot stands in
    the split.
    """
    sums = counts.sum(axis=0)
    return Scores(
        frame_accuracy=float(METRICS["frame_accuracy"].of(sums)),
        intent_accuracy=float(METRICS["intent_accuracy"].of(sums)) if intents else None,
        slot_f1=float(METRICS["slot_f1"].of(sums)) if slots else None,
        semer=float(METRICS["semer"].of(sums)),
        slot_precision=_or_none(PRECISION.of(sums)) if slots else None,
        slot_recall=_or_none(RECALL.of(sums)) if slots else None,
        slot_f1_macro=macro_f1(table) if slots else None,
    )


def _weights(terms: Mapping[str, int]) -> NDArray[np.float64]:
    return np.array([terms.get(column, 0) for column in COLUMNS], dtype=np.float64)


def _start(slot: Slot) -> int:
    return slot.start


def _or_none(value: Floats) -> float | None:
    return None if np.isnan(value) else float(value)
