"""The paired interval of one skill: quick enough for hundreds of skills times many pairs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics import COLUMNS, Counts, Metric

LEVEL = 0.95

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gap:
    """Candidate - baseline on one skill, raw (a good candidate's SemER is negative), and its 95%
    interval."""

    points: float
    low: float
    high: float


def paired_gap(
    baseline: Mapping[int, Counts], candidate: Mapping[int, Counts], metric: Metric
) -> Gap | None:
    """The gap over the seeds that both have; None where it cannot be measured.

    A ratio of sums is linearised into one value an utterance (the empirical influence, Davison and
    Hinkley 1997, section 2.7); their paired differences, means over seeds, give the variance. Two
    half wins and two half losses on two extra utterances keep a handful of flips from looking sure
    (Agresti and Min 2005, "Simple improved confidence intervals for comparing matched
    proportions", which this is for accuracies; for slot F1 and SemER a half counts one slot). With
    several seeds the variance of their mean is added: utterances and seeds are crossed.
    """
    differences: list[Floats] = []
    units: list[float] = []
    for seed in sorted(baseline.keys() & candidate.keys()):
        before, after = _values(baseline[seed], metric), _values(candidate[seed], metric)
        if before is None or after is None:
            continue
        differences.append(after[0] - before[0])
        units.append(max(before[1], after[1]))
    if not differences:
        return None
    each = np.stack(differences)  # (seeds, utterances)
    drawn = each.mean(axis=0)
    n, unit = len(drawn) + 2, max(units)
    centre = float(drawn.sum()) / n
    variance = ((float(drawn @ drawn) + unit**2) / n - centre**2) / n
    if len(each) > 1:
        variance += float(each.mean(axis=1).var(ddof=1)) / len(each)
    half = NormalDist().inv_cdf((1 + LEVEL) / 2) * math.sqrt(variance)
    return Gap(float(drawn.mean()), centre - half, centre + half)


def _values(counts: Counts, metric: Metric) -> tuple[Floats, float] | None:
    """One value an utterance, whose mean is the score, and what a single right item adds to it."""
    above, below = _sum(counts, metric.numerator), _sum(counts, metric.denominator)
    mean = float(below.mean()) if len(below) else 0.0
    if not mean:
        return None
    score = float(above.sum() / below.sum())
    return score + (above - score * below) / mean, max(metric.numerator.values()) / mean


def _sum(counts: Counts, terms: Mapping[str, int]) -> Floats:
    weights = np.array([terms.get(column, 0) for column in COLUMNS], dtype=np.float64)
    weighted: Floats = counts @ weights
    return weighted
