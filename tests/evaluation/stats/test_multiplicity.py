"""What may be claimed of a list, against published lists, definitions and simulated truth."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import combine_pvalues, norm

from evaluation.stats.multiplicity import Combination, adjusted, claimable, partial_conjunction

THROMBOLYSIS = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
    0.6528, 0.7590, 1.0,
]  # fmt: skip
"""The worked example of Benjamini and Hochberg (1995), section 4.1."""


def test_adjusted_of_the_papers_example() -> None:
    found = adjusted(THROMBOLYSIS)
    assert sum(p <= 0.05 for p in found) == 4
    assert found[3] == pytest.approx(15 / 4 * 0.0095)
    assert adjusted(THROMBOLYSIS[::-1]) == pytest.approx(found[::-1])
    assert adjusted([]) == []


def intersection(p_values: tuple[float, ...], combination: Combination) -> float:
    """p-value of "none of these is real"."""
    n = len(p_values)
    if combination == "fisher":
        return float(combine_pvalues(p_values, "fisher").pvalue)
    if combination == "simes":
        return min(1.0, min(n / (i + 1) * p for i, p in enumerate(sorted(p_values))))
    return min(1.0, n * min(p_values))


@pytest.mark.parametrize("combination", ["bonferroni", "simes", "fisher"])
@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=6))
def test_partial_conjunction_is_the_worst_subset(
    combination: Combination, p_values: list[float]
) -> None:
    """Its definition: u - 1 may be real, so every n - u + 1 must still be refused together."""
    n = len(p_values)
    for u in range(1, n + 1):
        subsets = combinations(p_values, n - u + 1)
        wanted = max(intersection(subset, combination) for subset in subsets)
        assert partial_conjunction(p_values, u, combination) == pytest.approx(wanted)


def test_partial_conjunction_of_the_whole_is_the_largest() -> None:
    assert partial_conjunction(THROMBOLYSIS, 15) == 1.0
    assert partial_conjunction(THROMBOLYSIS, 1) == pytest.approx(15 * 0.0001)
    with pytest.raises(ValueError, match="16 of 15"):
        partial_conjunction(THROMBOLYSIS, 16)


def test_claimable_by_hand() -> None:
    assert claimable(THROMBOLYSIS) == 3  # 13 x .0019 = .025, then 12 x .0095 = .114
    assert claimable([0.03, 0.9]) == 0
    assert claimable([0.01, 0.04]) == 2
    assert claimable([]) == 0


@pytest.mark.parametrize("combination", ["bonferroni", "simes", "fisher"])
@pytest.mark.parametrize("true", [0, 5, 17])
def test_claims_exceed_the_truth_in_one_run_of_twenty(combination: Combination, true: int) -> None:
    rng, runs = np.random.default_rng(true), 800
    excess = claimed = 0
    for _ in range(runs):
        scores = rng.normal(size=18)
        scores[:true] += 6
        k = claimable(norm.sf(scores).tolist(), combination=combination)
        excess += k > true
        claimed += k
    assert excess / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert claimed / runs >= 0.8 * true


def test_false_share_of_adjusted_claims() -> None:
    rng, shares = np.random.default_rng(9), []
    for _ in range(500):
        scores = rng.normal(size=18)
        scores[:6] += 4
        found = np.array(adjusted((2 * norm.sf(np.abs(scores))).tolist())) <= 0.05
        shares.append(found[6:].sum() / max(1, found.sum()))
    assert 0.01 <= np.mean(shares) <= 0.05


def test_all_at_once_is_one_by_one() -> None:
    rng = np.random.default_rng(5)
    for n in (1, 2, 7, 40):
        for _ in range(50):
            p_values = (rng.random(n) ** 6).tolist()
            counted = (u for u in range(1, n + 1) if partial_conjunction(p_values, u) > 0.05)
            assert claimable(p_values) == next(counted, n + 1) - 1
