"""The paired interval of each skill: quick enough for hundreds of skills times many pairs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from evaluation.crossed import PairedError, moderated, padded, paired_error, utterance_differences
from evaluation.metrics import Metric
from evaluation.resampling import Tallies

LEVEL = 0.95

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Gap:
    """Candidate - baseline on one skill, raw (a good candidate's SemER is negative), and its 95%
    interval."""

    points: float
    low: float
    high: float


def errors(tallies: Tallies, pairs: Sequence[Pair], metric: Metric) -> list[PairedError | None]:
    """One skill's differences, pair by pair, over the seeds that both have; None where it has none.

    All pairs are stacked into one call: a page of hundreds of skills makes thousands of them.
    """
    known = {
        (system, seed)
        for system, by_seed in tallies.items()
        for seed, counts in by_seed.items()
        if metric.parts(counts)[1].any()
    }
    seeds = {seed for _, seed in known}
    rows = [
        (number, baseline, candidate, seed)
        for number, (baseline, candidate) in enumerate(pairs)
        for seed in sorted(seeds)
        if (baseline, seed) in known and (candidate, seed) in known
    ]
    if not rows:
        return [None] * len(pairs)
    first = np.stack([tallies[baseline][seed] for _, baseline, _, seed in rows])
    second = np.stack([tallies[candidate][seed] for _, _, candidate, seed in rows])
    found = utterance_differences(first, second, metric)  # (pairs x seeds, utterances)
    own = [[at for at, row in enumerate(rows) if row[0] == number] for number in range(len(pairs))]
    return [paired_error(found[at]) if at else None for at in own]


def gaps(found: Sequence[PairedError | None]) -> list[Gap | None]:
    """The intervals of one list of skills, over utterances and seeds, as `crossed` has them.

    One utterance won and one lost are added, so that a handful of flips does not look sure (Bonett
    and Price 2012); few seeds are judged by those of the whole list (Smyth 2004).
    """
    judged = iter(moderated([error for error in found if error is not None]))
    return [None if error is None else _interval(error, next(judged)) for error in found]


def _interval(plain: PairedError, judged: PairedError) -> Gap:
    found = padded(judged)
    at = (1 + LEVEL) / 2
    law = ndtri(at) if math.isinf(found.freedom) else stdtrit(found.freedom, at)
    half = float(law) * found.error
    return Gap(plain.points, found.points - half, found.points + half)
