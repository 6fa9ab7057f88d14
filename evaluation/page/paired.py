"""The paired interval of each skill: quick enough for hundreds of skills times many pairs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from evaluation.crossed import PairedError, moderated, padded, paired_error, utterance_differences
from evaluation.metrics import Counts, Metric

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Gap:
    """Candidate - baseline on one skill, raw (a good candidate's SemER is negative), and its 95%
    interval."""

    points: float
    low: float
    high: float


def error_of(
    baseline: Mapping[int, Counts], candidate: Mapping[int, Counts], metric: Metric
) -> PairedError | None:
    """A skill's difference over the seeds that both have; None where it cannot be measured."""
    seeds = [
        seed
        for seed in sorted(baseline.keys() & candidate.keys())
        if all(metric.parts(side[seed])[1].any() for side in (baseline, candidate))
    ]
    if not seeds:
        return None
    first, second = (np.stack([side[seed] for seed in seeds]) for side in (baseline, candidate))
    return paired_error(utterance_differences(first, second, metric))


def gaps(errors: Sequence[PairedError | None]) -> list[Gap | None]:
    """The intervals of one list of skills, over utterances and seeds, as `crossed` has them.

    One utterance won and one lost are added, so that a handful of flips does not look sure (Bonett
    and Price 2012); few seeds are judged by those of the whole list (Smyth 2004).
    """
    judged = iter(moderated([error for error in errors if error is not None]))
    return [None if error is None else _interval(error, next(judged)) for error in errors]


def _interval(plain: PairedError, judged: PairedError) -> Gap:
    found = padded(judged)
    at = (1 + LEVEL) / 2
    law = ndtri(at) if math.isinf(found.freedom) else stdtrit(found.freedom, at)
    half = float(law) * found.error
    return Gap(plain.points, found.points - half, found.points + half)
