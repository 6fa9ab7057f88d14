"""Word similarity: cases done by hand, scipy and a written-out bootstrap as oracles."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from vector_toys import on_circle

from pretrain.quality.scores import Estimate
from pretrain.quality.similarity import score_similarity, weighted_spearman
from pretrain.quality.table import Table


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


FRUIT = Table(["apple", "pear", "car", "bus", "sky"], on_circle(0, 10, 60, 90, 180))


def test_spearman_by_hand() -> None:
    # cosines: pear 10°, car 60°, bus 90°, sky 180° from apple: ranks 4 3 2 1
    pairs = [("apple", "pear", 9.0), ("apple", "car", 2.0), ("apple", "bus", 4.0),
             ("apple", "sky", 1.0)]  # fmt: skip
    score = score_similarity("toy", pairs, FRUIT, rng())
    # ratings rank 4 2 3 1: squared differences 0 + 1 + 1 + 0, so 1 - 6 * 2 / (4 * 15)
    assert score.known.value == pytest.approx(0.8)
    assert score.overall.value == pytest.approx(0.8) and score.coverage == 1.0
    assert score.known.low is not None and score.known.high is not None
    assert -1 <= score.known.low <= 0.8 <= score.known.high <= 1 + 1e-12


def test_a_missing_pair_counts_at_the_mean_similarity() -> None:
    pairs = [("apple", "pear", 9.0), ("apple", "car", 2.0), ("apple", "sky", 1.0),
             ("apple", "unheard", 8.0), ("no", "word", 0.5)]  # fmt: skip
    score = score_similarity("toy", pairs, FRUIT, rng())
    assert (score.questions, score.covered, score.coverage) == (5, 3, 0.6)
    assert score.known.value == pytest.approx(1.0)
    # cosines .985 .5 -1 have mean .162: cosine ranks 5 4 1 2.5 2.5, rating ranks 5 3 2 4 1
    cosine_ranks, rating_ranks = np.array([5, 4, 1, 2.5, 2.5]), np.array([5, 3, 2, 4, 1])
    expected = np.corrcoef(cosine_ranks, rating_ranks)[0, 1]
    assert score.overall.value == pytest.approx(expected)


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "b", 1.0), ("c", "d", 2.0), ("e", "f", 3.0)],  # nothing known
        [("apple", "car", 1.0), ("apple", "sky", 2.0)],  # two pairs say nothing
        [("apple", "car", 3.0), ("apple", "sky", 3.0), ("apple", "bus", 3.0)],  # one rating
    ],
)
def test_what_has_no_rho_is_none(pairs) -> None:
    assert score_similarity("toy", pairs, FRUIT, rng()).known == Estimate(None, None, None)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=12),
    st.integers(0, 99),
)
def test_weighted_spearman_is_scipys_of_the_pairs_drawn(points, seed) -> None:
    x, y = np.array(points, float).T
    n = len(points)
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), 5)
    for row, rho in zip(weights, weighted_spearman(x, y, weights), strict=True):
        drawn = np.repeat(x, row), np.repeat(y, row)
        if np.ptp(drawn[0]) == 0 or np.ptp(drawn[1]) == 0:
            assert math.isnan(rho)
        else:
            assert rho == pytest.approx(stats.spearmanr(*drawn).statistic)


def test_the_interval_agrees_with_a_bootstrap_written_out() -> None:
    source = np.random.default_rng(3)
    n = 200
    angles = source.uniform(0, 180, n)
    ratings = -angles + source.normal(0, 60, n)
    words = [f"w{i}" for i in range(n)]
    table = Table(["apple", *words], on_circle(0, *angles))
    pairs = [("apple", w, float(r)) for w, r in zip(words, ratings, strict=True)]
    score = score_similarity("toy", pairs, table, rng(), resamples=2000)
    cosines = np.cos(np.radians(angles))
    drawn = [source.integers(0, n, n) for _ in range(1000)]
    rhos = [stats.spearmanr(cosines[i], ratings[i]).statistic for i in drawn]
    low, high = np.quantile(rhos, [0.025, 0.975])
    assert (score.known.low, score.known.high) == pytest.approx((low, high), abs=0.03)
    again = score_similarity("toy", pairs, table, rng(), resamples=2000)
    assert again == score
