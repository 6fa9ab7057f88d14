"""The interval of one skill's paired difference, over utterances and seeds (`paired_error`)."""

import math

from scipy.special import ndtri, stdtrit

from evaluation.stats.paired_error import PairedError, padded

LEVEL = 0.95


def interval(judged: PairedError) -> tuple[float, float]:
    """The 95% interval of a difference whose variance over seeds was `moderated` over its list.

    One utterance won and one lost are added, so that a handful of flips does not look sure (Bonett
    and Price 2012); few seeds are judged by those of the whole list (Smyth 2004).
    A cross-validated difference keeps its centre, for the addition draws a large one of a small
    skill towards zero.
    """
    found = padded(judged)
    at = (1 + LEVEL) / 2
    law = ndtri(at) if math.isinf(found.freedom) else stdtrit(found.freedom, at)
    half = float(law) * found.error
    centre = judged.points if judged.widening > 1 else found.points
    return centre - half, centre + half
