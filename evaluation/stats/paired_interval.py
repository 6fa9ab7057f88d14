"""The interval of one skill's paired difference, over utterances and seeds (`paired_error`)."""

import math

from scipy.special import ndtri, stdtrit

from evaluation.stats.paired_error import PairedError, padded

LEVEL = 0.95


def interval(judged: PairedError) -> tuple[float, float]:
    """The 95% interval of a difference whose variance over seeds was `moderated` over its list.

    One utterance won and one lost are added, so that a handful of flips does not look sure (Bonett
    and Price 2012); few seeds are judged by those of the whole list (Smyth 2004).

    Of a cross-validated difference the variance over utterances is widened, half an utterance won
    and half one lost are added, and the centre stays: a whole one of each would draw a large
    difference of a small skill towards zero, and cover too often (docs/STATISTICS.md).
    """
    at = (1 + LEVEL) / 2
    if judged.widening > 1:
        half = float(stdtrit(judged.freedom, at)) * math.hypot(judged.error, 1 / judged.utterances)
        return judged.points - half, judged.points + half
    found = padded(judged)
    law = ndtri(at) if math.isinf(found.freedom) else stdtrit(found.freedom, at)
    half = float(law) * found.error
    return found.points - half, found.points + half
