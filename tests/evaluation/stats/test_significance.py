"""Tests of a pair against scipy, published examples and their own definitions."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom, binomtest, permutation_test, wilcoxon
from simulated import World, counts, slot_counts

from evaluation.scoring.metrics import METRICS
from evaluation.stats.significance import (
    approximate_randomisation,
    exact_mcnemar,
    exact_sign_flip,
    wilcoxon_signed_rank,
)


def test_mcnemar_of_a_published_table() -> None:
    """Bentur et al. (2009), as worked by Fagerland et al. (2013): 7 against 1, exact p .070."""
    assert exact_mcnemar(7, 1) == pytest.approx(0.0703125)
    assert exact_mcnemar(1, 7) == exact_mcnemar(7, 1)
    assert exact_mcnemar(0, 0) == 1


@pytest.mark.parametrize(("n", "discordance"), [(30, 0.2), (120, 0.1), (50, 0.4)])
def test_mcnemar_false_alarms_summed_exactly(n: int, discordance: float) -> None:
    alarm = 0.0
    for m in range(n + 1):
        won = np.arange(m + 1)
        p_values = np.array([exact_mcnemar(int(w), int(m - w)) for w in won])
        rejects = binom.pmf(won, m, 0.5)[p_values <= 0.05].sum()
        alarm += binom.pmf(m, n, discordance) * rejects
        if binom.sf(m, n, discordance) < 1e-9:
            break
    assert 0.005 < alarm <= 0.05


def test_sign_flip_with_one_seed_is_mcnemar() -> None:
    differences = [1] * 14 + [-1] * 5 + [0] * 60
    assert exact_sign_flip(differences) == pytest.approx(binomtest(14, 19).pvalue)
    assert exact_sign_flip([0, 0]) == 1


@pytest.mark.parametrize("differences", [[3, -1, 2, 2, 1, -3, 1], [2, 2, 1], [1, -2, 3, 0, 0, 1]])
def test_sign_flip_is_every_flip(differences: list[int]) -> None:
    values = np.array(differences)
    flips = np.array(list(product([-1, 1], repeat=len(values))))
    wanted = (np.abs(flips @ values) >= abs(values.sum())).mean()
    assert exact_sign_flip(differences) == pytest.approx(wanted)


def test_sign_flip_false_alarms() -> None:
    rng = np.random.default_rng(0)
    p_values = []
    for _ in range(600):
        first, second = World().answers(rng, 80, 3, (0.6, 0.6))
        p_values.append(exact_sign_flip((second - first).sum(axis=0)))
    assert 0.02 <= np.mean(np.array(p_values) <= 0.05) <= 0.075


def test_randomisation_is_scipys_exact_one() -> None:
    """With ten utterances scipy tries all 1,024 swaps."""
    rng = np.random.default_rng(1)
    first, second = slot_counts(rng, 10, 0.4), slot_counts(rng, 10, 0.8)

    def difference(i: np.ndarray, j: np.ndarray) -> float:
        both = np.stack([first, second])
        at = np.arange(10)
        one, other = (both[k.astype(int), at].sum(axis=0) for k in (i, j))
        return float(METRICS["slot_f1"].of(other) - METRICS["slot_f1"].of(one))

    sides = (np.zeros(10), np.ones(10))
    theirs = permutation_test(
        sides, difference, permutation_type="samples", n_resamples=np.inf, vectorized=False
    ).pvalue
    ours = approximate_randomisation(
        first[None], second[None], METRICS["slot_f1"], np.random.default_rng(2)
    )
    assert ours == pytest.approx(theirs, abs=0.02)


def test_randomisation_of_an_accuracy_is_the_exact_test() -> None:
    rng = np.random.default_rng(3)
    first, second = World().answers(rng, 200, 3, (0.6, 0.66))
    exact = exact_sign_flip((second - first).sum(axis=0))
    drawn = approximate_randomisation(
        counts(first), counts(second), METRICS["frame_accuracy"], np.random.default_rng(4)
    )
    assert drawn == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 9_999) + 1e-4)


@pytest.mark.parametrize("metric", ["slot_f1", "semer"])
def test_randomisation_false_alarms_and_power(metric: str) -> None:
    rng = np.random.default_rng(5)

    def share(skill: float, runs: int) -> float:
        found = 0
        for _ in range(runs):
            first, second = slot_counts(rng, 120, 0.7)[None], slot_counts(rng, 120, skill)[None]
            found += approximate_randomisation(first, second, METRICS[metric], rng, 399) <= 0.05
        return found / runs

    assert 0.02 <= share(0.7, 500) <= 0.08
    assert share(0.85, 60) >= 0.8


def test_randomisation_never_is_zero_and_keeps_its_seed() -> None:
    wrong, right = counts(np.zeros((1, 60), int)), counts(np.ones((1, 60), int))
    metric = METRICS["semer"]
    p_value = approximate_randomisation(wrong, right, metric, np.random.default_rng(0), 99)
    assert p_value == 1 / 100
    assert approximate_randomisation(right, right, metric, np.random.default_rng(0), 99) == 1


def test_wilcoxon_of_darwins_maize() -> None:
    """Fifteen pairs of plants (Cramer 1946): W = 24, exact p .0413."""
    inches = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]
    assert wilcoxon_signed_rank(inches) == pytest.approx(0.041259765625)
    assert wilcoxon_signed_rank([d / 7 for d in inches]) == wilcoxon_signed_rank(inches)


def test_wilcoxon_zeros_weaken() -> None:
    rises = [0.01 * k for k in range(1, 11)]
    assert wilcoxon_signed_rank([*rises, -0.035]) > wilcoxon_signed_rank(rises)
    with_zeros = wilcoxon_signed_rank([*rises, -0.035, 0, 0, 0, 0])
    assert with_zeros == wilcoxon([*rises, -0.035, 0, 0, 0, 0], zero_method="pratt").pvalue
    assert wilcoxon_signed_rank([0.0, 0.0]) == 1
    assert wilcoxon_signed_rank([0.1]) == 1


def test_wilcoxon_false_alarms() -> None:
    rng = np.random.default_rng(6)
    alarms = [wilcoxon_signed_rank(rng.standard_t(3, 18)) <= 0.05 for _ in range(800)]
    assert 0.03 <= np.mean(alarms) <= 0.07


@pytest.mark.parametrize("metric", list(METRICS))
def test_flips_of_parts_are_flips_of_counts(metric: str) -> None:
    """Numerators and denominators are flipped, not all columns: the very same p-value."""
    rng = np.random.default_rng(4)
    first, second = (
        np.stack([slot_counts(rng, 30, level) for _ in range(3)]) for level in (0.5, 0.6)
    )
    changed = (first != second).any(axis=(0, 2))
    before, after = first.sum(axis=1), second.sum(axis=1)
    score = METRICS[metric].of
    swapped = np.random.default_rng(9).integers(0, 2, (499, changed.sum()), dtype=np.int8)
    moved = np.tensordot(swapped, (second - first)[:, changed].transpose(1, 0, 2), 1)
    drawn = np.abs(np.mean(score(after - moved) - score(before + moved), axis=1))
    extreme = int((drawn >= abs(np.mean(score(after) - score(before))) - 1e-12).sum())
    found = approximate_randomisation(first, second, METRICS[metric], np.random.default_rng(9), 499)
    assert found == (extreme + 1) / 500
