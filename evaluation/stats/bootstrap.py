"""Bootstrap replicates within a skill, over its seeds and its utterances.

`suite_interval` goes on from here to all skills.

Percentile intervals (Efron and Tibshirani 1993, chapter 13). Pairs are kept: both systems are
scored on the same drawn utterances and the same drawn seeds (Koehn 2004). A skill's test utterances
are the same under every seed. So seeds and utterances are crossed and not nested, and one draw of
utterances serves all its seeds. Drawing them again for each seed would average their effect away
(Owen 2007, "The pigeonhole bootstrap").
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evaluation.scoring.metrics import COLUMNS, METRICS, Counts, ratio

RESAMPLES = 2_000
LEVEL = 0.95

Floats = NDArray[np.float64]
Tallies = Mapping[str, Mapping[int, Counts]]
"""One skill's counts: system -> seed -> (utterances, columns), utterances in the same order."""


def skill_replicates(
    tallies: Tallies,
    pairs: Sequence[tuple[str, str]],
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> dict[tuple[str, str], dict[str, Floats]]:
    """Resample one skill: pair -> metric -> (resamples, 2), the scores of baseline and candidate.

    A score is the mean over the drawn seeds. A pair with no seed in common is left out. Each
    system's score under each seed is drawn once, however many pairs it is part of.
    """
    shared = {
        pair: seeds
        for pair in pairs
        if (seeds := sorted(tallies.get(pair[0], {}).keys() & tallies.get(pair[1], {}).keys()))
    }
    if not shared:
        return {}
    cells = {
        (s, seed): counts for s, by_seed in tallies.items() for seed, counts in by_seed.items()
    }
    stacked = np.concatenate(list(cells.values()), axis=1)  # (utterances, cells x columns)
    kinds, times = np.unique(stacked, axis=0, return_counts=True)
    drawn = _draws(times, resamples, rng)
    counts = kinds.reshape(len(kinds), len(cells), len(COLUMNS))
    scores = {}  # (resamples, cells) each; sums of whole numbers, so exact in any order
    for name, metric in METRICS.items():
        above, below = metric.parts(counts)
        scores[name] = ratio(drawn @ above, drawn @ below)
    at = {cell: column for column, cell in enumerate(cells)}
    out = {}
    seed_rng = np.random.default_rng(rng.integers(2**63))
    for pair, seeds in shared.items():
        k = len(seeds)
        weights = seed_rng.multinomial(k, np.full(k, 1 / k), size=resamples) / k  # (resamples, k)
        columns = [[at[system, seed] for seed in seeds] for system in pair]
        out[pair] = {
            name: np.stack(
                [_weighted(np.ascontiguousarray(own[:, chosen]), weights) for chosen in columns],
                axis=1,
            )
            for name, own in scores.items()
        }
    return out


def interval(values: Floats, level: float = LEVEL) -> tuple[float | None, float | None]:
    """The percentile interval of replicates; (None, None) if too few can be measured."""
    known = values[np.isfinite(values)]
    if len(known) < 0.9 * len(values) or not len(known):
        return None, None
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def paired_interval(
    baseline: Counts,
    candidate: Counts,
    metric: str,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> tuple[float | None, float | None]:
    """The interval of candidate - baseline over one skill's utterances, one seed."""
    tallies = {"baseline": {0: baseline}, "candidate": {0: candidate}}
    pair = ("baseline", "candidate")
    values = skill_replicates(tallies, [pair], rng, resamples)[pair][metric]
    return interval(values[:, 1] - values[:, 0])


def wins(differences: Sequence[float], tolerance: float = 1e-12) -> tuple[int, int, int]:
    """Wins, ties and losses of per-skill differences that are positive if the candidate wins."""
    ahead = sum(d > tolerance for d in differences)
    behind = sum(d < -tolerance for d in differences)
    return ahead, len(differences) - ahead - behind, behind


def _draws(times: NDArray[np.int64], resamples: int, rng: np.random.Generator) -> Floats:
    """How often each kind of utterance is drawn: (resamples, kinds), each row sums to all of them.

    Utterances whose counts are equal under every system and seed are of one kind, and `times` says
    how many each kind has. There are few kinds, so drawing these is many times quicker.
    """
    n, kinds = int(times.sum()), len(times)
    if kinds * 8 < n:
        return rng.multinomial(n, times / n, size=resamples).astype(float)
    member = np.repeat(np.arange(kinds), times)[rng.integers(n, size=(resamples, n))]
    flat = member + kinds * np.arange(resamples)[:, None]
    counted = np.bincount(flat.ravel(), minlength=resamples * kinds)
    return counted.reshape(resamples, kinds).astype(float)


def _weighted(values: Floats, weights: Floats) -> Floats:
    """Weighted mean over seeds (resamples, seeds) that leaves out seeds that cannot be measured."""
    known = np.isfinite(values)
    kept = np.where(known, weights, 0.0)
    total = kept.sum(axis=1)
    out = np.full(len(values), np.nan)
    np.divide((np.where(known, values, 0.0) * kept).sum(axis=1), total, out=out, where=total > 0)
    return out
