"""The paired interval of each skill, as `crossed` has its error."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import ndtri, stdtrit

from evaluation.stats.paired_error import PairedError, moderated, padded

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Gap:
    """Candidate - baseline on one skill, raw (a good candidate's SemER is negative), and its 95%
    interval."""

    points: float
    low: float
    high: float


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
