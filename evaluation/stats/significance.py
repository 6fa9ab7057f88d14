"""Tests of one candidate against one baseline: within a skill, and over skills.

Within a skill the utterance is the unit, with all its seeds, since every seed is tested on the same
utterances. These tests ask whether the fitted models differ. `paired_error` asks whether the
systems, trained again, would differ.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, binomtest, wilcoxon

from evaluation.scoring.metrics import Counts, Metric, ratio

FLIPS = 9_999
"""Random label swaps: p is then a multiple of 1/10,000, fine enough for a list of 400 skills."""

BLOCK = 4_000_000
"""Numbers held at once in a test, so that a large test split needs no large memory."""


def exact_mcnemar(won: int, lost: int) -> float:
    """Two-sided exact McNemar test: is each discordant utterance won with a chance of one half?

    `won` utterances only the candidate has right, `lost` only the baseline (McNemar 1947; the exact
    form is the binomial test of won in won + lost at 1/2).
    """
    return float(binomtest(won, won + lost).pvalue) if won + lost else 1.0


def exact_sign_flip(differences: Sequence[int] | NDArray[np.int64]) -> float:
    """Two-sided exact randomisation test of whole-number differences, one per utterance.

    Under the null hypothesis the systems could be swapped on each utterance, so each difference has
    either sign with equal chance (Fisher 1935, The Design of Experiments, section 21). The whole
    distribution of the sum is computed by convolution; nothing is drawn. With differences of -1, 0,
    1 it is the exact McNemar test. With k seeds a difference goes from -k to k: right answers of
    one less those of the other.
    """
    values = np.asarray(differences, dtype=np.int64)
    sizes, times = np.unique(np.abs(values[values != 0]), return_counts=True)
    if len(sizes) == 0:
        return 1.0
    if len(sizes) == 1:
        return exact_mcnemar(int((values > 0).sum()), int((values < 0).sum()))
    chances = np.ones(1)  # of each sum of the positive sizes, from 0
    for size, count in zip(sizes.tolist(), times.tolist(), strict=True):
        part = np.zeros(size * count + 1)
        part[::size] = binom.pmf(np.arange(count + 1), count, 0.5)
        chances = np.convolve(chances, part)
    total = len(chances) - 1
    sums = 2 * np.arange(total + 1) - total
    return min(1.0, float(chances[np.abs(sums) >= abs(int(values.sum()))].sum()))


def approximate_randomisation(
    baseline: Counts,
    candidate: Counts,
    metric: Metric,
    rng: np.random.Generator,
    flips: int = FLIPS,
) -> float:
    """Two-sided p-value of a difference in any metric, (seeds, utterances, columns) each.

    Swaps the two systems' answers on a random half of the utterances and asks how often the
    difference of the means over seeds is as large as the measured one: (b + 1) / (m + 1), which
    is never 0 (Noreen 1989, chapter 2; Yeh 2000, "More accurate tests for the statistical
    significance of result differences"; Phipson and Smyth 2010 for the + 1).
    """
    changed = (baseline != candidate).any(axis=(0, 2))  # swapping equal answers changes nothing
    if not changed.any():
        return 1.0
    first, second = baseline.sum(axis=1), candidate.sum(axis=1)  # (seeds, columns)
    shift = (candidate - baseline)[:, changed].transpose(1, 0, 2)  # (changed, seeds, columns)
    seeds = len(first)
    flat = np.concatenate(metric.parts(shift), axis=1)  # (changed, 2 x seeds), whole numbers
    before, after = metric.parts(first), metric.parts(second)  # above and below, (seeds,) each
    observed = abs(float(np.mean(ratio(*after) - ratio(*before))))
    extreme, done = 0, 0
    while done < flips:
        block = min(flips - done, max(1, BLOCK // shift.size))
        swapped = rng.integers(0, 2, size=(block, len(flat)), dtype=np.int8).astype(np.float64)
        moved = swapped @ flat
        above, below = moved[:, :seeds], moved[:, seeds:]
        lower = ratio(after[0] - above, after[1] - below)
        drawn = np.mean(lower - ratio(before[0] + above, before[1] + below), axis=1)
        extreme += int((np.abs(drawn) >= observed - 1e-12).sum())
        done += block
    return (extreme + 1) / (flips + 1)


def wilcoxon_signed_rank(differences: Sequence[float]) -> float:
    """Two-sided Wilcoxon signed-rank test over skills, which needs no normal distribution.

    Recommended for two classifiers over many data sets by Demsar (2006). A difference of zero is
    ranked and then left out (Pratt 1959), since a skill on which both are equal speaks against a
    difference. Differences are rounded to 1e-12 so that equal ones tie.
    """
    values = np.round(np.asarray(differences, dtype=np.float64), 12)
    if not values.any():
        return 1.0
    return float(wilcoxon(values, zero_method="pratt").pvalue)
