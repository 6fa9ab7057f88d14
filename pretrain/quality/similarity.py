"""Word similarity: Spearman's rho between the cosines of word pairs and people's ratings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import stats

from pretrain.quality.question_lines import broken, lines_of
from pretrain.quality.scores import RESAMPLES, Estimate, Floats, Score, percentiles
from pretrain.quality.table import Table

SETS = (
    "MC-30", "MEN-TR-3k", "MTurk-287", "MTurk-771", "RG-65", "RW-STANFORD", "SIMLEX-999",
    "SimVerb-3500", "VERB-143", "WS-353-ALL", "WS-353-REL", "WS-353-SIM", "YP-130",
)  # fmt: skip
"""Word-similarity sets: `en/EN-<name>.txt`, a line is word, word, rating."""


def read_pairs(path: Path) -> list[tuple[str, str, float]]:
    """The (word, word, rating) lines of a set; a `DataError` for one that is none."""
    found = []
    for number, line in lines_of(path):
        cells = line.split()
        try:
            first, second, rating = cells
            found.append((first, second, float(rating)))
        except ValueError:
            raise broken(path, number, line, "word, word and rating") from None
    return found


def score_similarity(
    name: str,
    pairs: Sequence[tuple[str, str, float]],
    table: Table,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> Score:
    """Spearman's rho between cosines and ratings of (word, word, rating) triples."""
    rows = np.array([(table.row(a), table.row(b)) for a, b, _ in pairs], np.intp)  # (pairs, 2)
    ratings = np.array([rating for *_, rating in pairs], np.float64)
    covered = (rows >= 0).all(axis=1)
    left, right = table.unit[rows[covered, 0]], table.unit[rows[covered, 1]]
    cosines = np.einsum("ij,ij->i", left, right, dtype=np.float64)
    filled = np.full(len(pairs), cosines.mean() if len(cosines) else 0.0)
    filled[covered] = cosines
    return Score(
        name,
        len(pairs),
        int(covered.sum()),
        _spearman(cosines, ratings[covered], rng, resamples),
        _spearman(filled, ratings, rng, resamples),
    )


def _spearman(x: Floats, y: Floats, rng: np.random.Generator, resamples: int) -> Estimate:
    """Spearman's rho of two samples with ties, by scipy, and its interval over pairs."""
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Estimate(None, None, None)
    value = float(stats.spearmanr(x, y).statistic)

    def draw(count: int) -> Floats:
        weights = rng.multinomial(len(x), np.full(len(x), 1 / len(x)), count)
        return weighted_spearman(x, y, weights)

    return Estimate(value, *percentiles(draw, len(x), resamples))


def weighted_spearman(x: Floats, y: Floats, weights: npt.NDArray[np.int64]) -> Floats:
    """Spearman's rho of each row of `weights` (resamples, n), how often each pair was drawn.

    Equal to scipy's on the drawn pairs written out, but sorts only once. A resample in which x
    or y is constant has none: nan.
    """
    a, b = _midranks(x, weights), _midranks(y, weights)  # (resamples, n)
    total = weights.sum(axis=1, keepdims=True)
    a -= (a * weights).sum(axis=1, keepdims=True) / total
    b -= (b * weights).sum(axis=1, keepdims=True) / total
    spread = np.sqrt((weights * a * a).sum(axis=1) * (weights * b * b).sum(axis=1))
    shared = (weights * a * b).sum(axis=1)
    rho: Floats = np.divide(shared, spread, out=np.full(len(weights), np.nan), where=spread > 1e-9)
    return rho


def _midranks(values: Floats, weights: npt.NDArray[np.int64]) -> Floats:
    """The mean rank of each value within each resample, (resamples, n)."""
    order = np.argsort(values, kind="stable")
    _, starts, group = np.unique(values[order], return_index=True, return_inverse=True)
    counts = np.add.reduceat(weights[:, order], starts, axis=1)  # (resamples, distinct values)
    middle = np.cumsum(counts, axis=1) - (counts - 1) / 2
    ranks = np.empty(weights.shape)
    ranks[:, order] = middle[:, group]
    return ranks
