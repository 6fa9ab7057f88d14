"""Cross-validated differences: folds share training utterances, so intervals are widened.

The answers of one deal are no independent sample. Each was given by a system that was fitted on
most of the others, so their variance, taken as if they were independent, is too small on average,
and no estimate of it from one deal is unbiased (Bengio and Grandvalet 2004). The factor of Nadeau
and Bengio (2003), 1 + K / (K - 1), is 2.25 at five folds; for paired differences on skills of 40
utterances it is too careful (99 of 100 are covered). `WIDENING` was chosen by the simulation of
`benchmarks/folds.py`; docs/STATISTICS.md has its table.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from evaluation.scoring.metrics import Metric
from evaluation.stats.bootstrap import Tallies
from evaluation.stats.paired_error import Floats, PairedError, paired_error, paired_errors
from evaluation.stats.paired_interval import interval

WIDENING = 1.2
"""What the variance over utterances is multiplied by where a skill was cross-validated."""

NORMAL = 1.959964
"""Half the width of the normal law's 95% interval, in standard deviations."""


def deals_error(differences: Floats) -> PairedError:
    """The mean of (deals, utterances) differences with its widened variance over utterances.

    Deals are no seeds: another deal of the same rows shows the luck of the deal and of the fits,
    and none of the luck of the rows. Their mean is taken, and no variance between them is added.
    """
    found = paired_error(differences.mean(axis=0, keepdims=True))
    return replace(found, widening=WIDENING)


def deals_errors(
    tallies: Tallies, pairs: Sequence[tuple[str, str]], metric: Metric
) -> list[PairedError | None]:
    """`paired_errors` of a skill that was cross-validated; `tallies` are by deal."""
    return paired_errors(tallies, pairs, metric, one=deals_error)


def stretched(replicates: Floats, scores: tuple[float, float], error: PairedError | None) -> Floats:
    """Replicates (resamples, 2) drawn away from the measured scores, so that the spread of their
    difference is that of the skill's own interval; left alone where nothing differs."""
    spread = float((replicates[:, 1] - replicates[:, 0]).std())
    if error is None or not spread or not math.isfinite(spread):
        return replicates
    low, high = interval(error)
    centre = np.asarray(scores)
    drawn: Floats = centre + (replicates - centre) * ((high - low) / (2 * NORMAL * spread))
    return drawn
