"""Power against a sum over all tables and against tests that are really run."""

import numpy as np
import pytest
from scipy.stats import binomtest, multinomial, norm

from evaluation.stats.power import (
    LARGEST,
    mcnemar_power,
    smallest_effect,
    utterances_to_rule_out,
    utterances_to_show,
)
from evaluation.stats.significance import exact_mcnemar


@pytest.mark.parametrize(
    ("n", "effect", "discordance", "alpha"),
    [(12, 0.3, 0.6, 0.05), (25, 0.2, 0.2, 0.05), (30, 0.0, 0.4, 0.05), (30, 0.3, 0.5, 0.005)],
)
def test_power_is_the_sum_over_all_tables(
    n: int, effect: float, discordance: float, alpha: float
) -> None:
    won, lost = (discordance + effect) / 2, (discordance - effect) / 2
    law = multinomial(n, [won, lost, 1 - won - lost])
    wanted = sum(
        law.pmf([a, b, n - a - b])
        for a in range(n + 1)
        for b in range(min(a, n - a + 1))
        if binomtest(a, a + b).pvalue <= alpha
    )
    assert mcnemar_power(n, effect, discordance, alpha) == pytest.approx(wanted, abs=1e-6)


def test_power_of_tests_that_are_run() -> None:
    rng, n, effect, discordance = np.random.default_rng(0), 150, 0.09, 0.2
    shares = [(discordance + effect) / 2, (discordance - effect) / 2, 1 - discordance]
    tables = rng.multinomial(n, shares, size=2000)
    found = np.mean([exact_mcnemar(int(a), int(b)) <= 0.05 and a > b for a, b, _ in tables])
    assert mcnemar_power(n, effect, discordance) == pytest.approx(found, abs=0.035)


@pytest.mark.parametrize(("n", "discordance"), [(60, 0.3), (150, 0.2), (400, 0.1), (40, 0.02)])
def test_the_smallest_effect_has_its_power(n: int, discordance: float) -> None:
    effect = smallest_effect(n, discordance)
    assert effect is not None
    assert mcnemar_power(n, effect, max(effect, discordance)) >= 0.8
    under = 0.97 * effect
    assert mcnemar_power(n, under, max(under, discordance)) < 0.8


def test_the_smallest_effect_moves_as_it_should() -> None:
    plain = smallest_effect(150, 0.2)
    assert plain is not None
    assert smallest_effect(600, 0.2) == pytest.approx(plain / 2, rel=0.15)  # type: ignore[type-var]
    assert (smallest_effect(150, 0.1) or 1) < plain < (smallest_effect(150, 0.2, 0.003) or 0)


def test_six_utterances_are_the_fewest() -> None:
    """Even five wins in five stay at p = .0625."""
    assert smallest_effect(5, 0.5) is None
    assert smallest_effect(0, 0.5) is None
    assert smallest_effect(6, 0.5) is not None


@pytest.mark.parametrize(
    ("effect", "discordance", "alpha"),
    [(0.1, 0.2, 0.05), (0.02, 0.15, 0.05), (0.05, 0.05, 0.003), (0.3, 0.1, 0.05)],
)
def test_utterances_to_show_are_enough_and_hardly_more(
    effect: float, discordance: float, alpha: float
) -> None:
    n = utterances_to_show(effect, discordance, alpha)
    spread = max(effect, discordance)
    assert mcnemar_power(n, effect, spread, alpha) >= 0.8
    assert mcnemar_power(int(0.93 * n), effect, spread, alpha) < 0.8
    z = norm.isf(alpha / 2) * np.sqrt(spread) + norm.isf(0.2) * np.sqrt(spread - effect**2)
    assert 0.75 * (z / effect) ** 2 <= n <= 1.35 * (z / effect) ** 2 + 8


def test_utterances_to_rule_out_have_their_power() -> None:
    """With so many, and no true gain, "a gain of 5 points" is ruled out in 80 of 100."""
    n = utterances_to_rule_out(0.05, 0.2)
    rng = np.random.default_rng(1)
    tables = rng.multinomial(n, [0.1, 0.1, 0.8], size=4000)
    means = (tables[:, 0] - tables[:, 1]) / n
    scores = (0.05 - means) / np.sqrt((tables[:, :2].sum(axis=1) / n - means**2) / n)
    assert np.mean(norm.sf(scores) <= 0.05) == pytest.approx(0.8, abs=0.03)


def test_next_to_nothing_is_never_shown() -> None:
    assert utterances_to_show(1e-17, 0.2) == utterances_to_show(1e-5, 0.2) == LARGEST
    assert utterances_to_rule_out(1e-17, 0.2) == LARGEST


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="discordance"):
        mcnemar_power(10, 0.3, 0.2)
    assert mcnemar_power(10, 0.0, 0.0) == 0
