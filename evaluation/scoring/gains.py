"""A gain, said three ways: a small one in points may be half of all errors."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gain:
    """What a candidate gains over a baseline; None where a way of saying it has no meaning.

    `points` is candidate - baseline and `relative_gain` candidate / baseline - 1, both raw: for
    SemER, where less is better, a good candidate has negative ones. `relative_error_reduction` is
    the share of the baseline's errors that the candidate takes away, positive when it is good.
    """

    points: float | None
    relative_gain: float | None
    relative_error_reduction: float | None


def gain(baseline: float | None, candidate: float | None, *, higher_is_better: bool = True) -> Gain:
    """Compare two scores; an accuracy's error is 1 - score, an error rate is its own error."""
    if baseline is None or candidate is None or math.isnan(baseline) or math.isnan(candidate):
        return Gain(None, None, None)
    before, after = (1 - baseline, 1 - candidate) if higher_is_better else (baseline, candidate)
    return Gain(
        points=candidate - baseline,
        relative_gain=candidate / baseline - 1 if baseline > 0 else None,
        relative_error_reduction=(before - after) / before if before > 0 else None,
    )
