"""Seeds are crossed with utterances: a claim about systems must hold over both.

Each seed has its own training utterances and weights, and every seed is tested on the same
utterances. A test over utterances alone mistakes the luck of the fitted models for a difference
between the systems, as a test over readers alone mistakes the luck of the sentences (Clark 1973,
"The language-as-fixed-effect fallacy").
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, polygamma
from scipy.stats import norm, t

from evaluation.scoring.metrics import Counts, Metric
from evaluation.stats.bootstrap import Tallies

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairedError:
    """A difference candidate - baseline with its variances over utterances and over seeds.

    Each variance is that of the mean. It has its degrees of freedom; 0 means that it is unknown,
    and it is then left out. `widening` multiplies the variance over utterances: more than 1 where
    the systems were cross-validated (`cross_validated`), which holds the luck of their training.
    """

    points: float
    utterances: int
    over_utterances: float
    seeds: int = 1
    over_seeds: float = 0.0
    seed_freedom: float = 0.0
    widening: float = 1.0

    @property
    def error(self) -> float:
        """Standard error of `points`."""
        return math.sqrt(self.widening * self.over_utterances + self.over_seeds)

    @property
    def freedom(self) -> float:
        """Degrees of freedom after Satterthwaite (1946); inf, the normal law, with one seed."""
        if self.widening > 1:
            return max(1, self.utterances - 1)
        if not self.seed_freedom or not self.over_seeds:
            return math.inf
        below = self.over_utterances**2 / max(1, self.utterances - 1)
        below += self.over_seeds**2 / self.seed_freedom
        return self.error**4 / below

    def tail(self, above: float) -> float:
        """Chance of an estimate so far up or further, were the truth `above`."""
        if not self.error:
            return 0.0 if self.points > above else 1.0
        score = (self.points - above) / self.error
        return float(norm.sf(score) if math.isinf(self.freedom) else t.sf(score, self.freedom))


def utterance_differences(baseline: Counts, candidate: Counts, metric: Metric) -> Floats:
    """What each utterance gives to the difference -> (seeds, utterances); its mean is `points`.

    A ratio R = N / D is linearised: an utterance gives R + (n - R d) / mean(d) (the delta method;
    Davison and Hinkley 1997, section 2.7.2, "empirical influence values"). For an accuracy this
    is 1 if the answer is right and 0 if it is not.
    """
    given = []
    for counts in (baseline, candidate):  # (seeds, utterances, columns)
        above, below = metric.parts(counts)
        ratio = metric.of(counts.sum(axis=1))[:, None]
        given.append(ratio + (above - ratio * below) / below.mean(axis=1, keepdims=True))
    differences: Floats = given[1] - given[0]
    return differences


def paired_error(differences: Floats) -> PairedError:
    """Mean of (seeds, utterances) differences, with its variance over either."""
    seeds, n = differences.shape
    each = differences.mean(axis=0)
    utterances = float(each.var(ddof=1) / n) if n > 1 else 0.0
    if seeds == 1:
        return PairedError(float(each.mean()), n, utterances)
    between = float(differences.mean(axis=1).var(ddof=1) / seeds)
    return PairedError(float(each.mean()), n, utterances, seeds, between, seeds - 1)


def paired_errors(
    tallies: Tallies,
    pairs: Sequence[tuple[str, str]],
    metric: Metric,
    one: Callable[[Floats], PairedError] = paired_error,
) -> list[PairedError | None]:
    """One skill's differences, pair by pair, over the seeds that both have; None if there is none.

    `one` makes a pair's error of its (seeds, utterances) differences. All pairs are stacked into
    one call: hundreds of skills make thousands of them.
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
    return [one(found[at]) if at else None for at in own]


def padded(found: PairedError) -> PairedError:
    """The same with one utterance won and one lost added, so that a handful is no proof.

    The adjustment of Bonett and Price (2012) to a paired difference of proportions.
    """
    n, size = found.utterances, found.utterances + 2
    squares = found.over_utterances * n * (n - 1) + n * found.points**2 + 2
    points = found.points * n / size
    return replace(
        found, points=points, utterances=size, over_utterances=(squares / size - points**2) / size
    )


def moderated(errors: Sequence[PairedError]) -> list[PairedError]:
    """The same with each skill's variance over seeds drawn towards that of the whole list.

    Three seeds say little about their own variance, while the seeds of 18 skills together say much.
    This is the empirical Bayes variance of Smyth (2004, "Linear models and empirical Bayes methods
    for assessing differential expression", section 6.2), (d0 s0^2 + d s^2) / (d0 + d) with d0 + d
    degrees of freedom, at most those of all skills together. No variance is taken to be below that
    of rounding to whole utterances, 1 / (12 n^2).
    """
    known = [i for i, e in enumerate(errors) if e.seed_freedom]
    if len(known) < 2:
        return list(errors)
    own = np.array([errors[i].seed_freedom for i in known])
    floor = np.array([1 / (12 * errors[i].utterances ** 2) for i in known])
    variances = np.array([errors[i].over_seeds * errors[i].seeds for i in known])
    variances = np.maximum(variances, floor)
    logs = np.log(variances) - digamma(own / 2) + np.log(own / 2)
    excess = float(logs.var(ddof=1) - polygamma(1, own / 2).mean())
    prior, centre = math.inf, float(variances.mean())
    if excess > 0:
        prior = 2 * _inverse_trigamma(excess)
        centre = math.exp(float(logs.mean()) + float(digamma(prior / 2)) - math.log(prior / 2))
    out = list(errors)
    for i, variance, d in zip(known, variances.tolist(), own.tolist(), strict=True):
        shrunk = centre if math.isinf(prior) else (prior * centre + d * variance) / (prior + d)
        freedom = min(prior + d, float(own.sum()))
        out[i] = replace(errors[i], over_seeds=shrunk / errors[i].seeds, seed_freedom=freedom)
    return out


def min_f_prime(found: PairedError) -> float | None:
    """Two-sided p-value over utterances and seeds at once; None with a single seed, unless it was
    cross-validated: each utterance is then answered by one of several fits.

    min F' = F1 F2 / (F1 + F2), F1 over utterances and F2 over seeds (Clark 1973). With one degree
    of freedom above it is the square of points / sqrt(var over utterances + var over seeds).
    """
    if not found.seed_freedom and found.widening == 1:
        return None
    return min(1.0, 2 * replace(found, points=abs(found.points)).tail(0.0))


def _inverse_trigamma(value: float) -> float:
    """y with trigamma(y) = value, by Newton's steps (Smyth 2004, appendix)."""
    if value > 1e7:
        return 1 / math.sqrt(value)
    if value < 1e-6:
        return 1 / value
    y = 0.5 + 1 / value
    for _ in range(50):
        now = float(polygamma(1, y))
        step = now * (1 - now / value) / float(polygamma(2, y))
        y += step
        if -step / y < 1e-8:
            break
    return y
