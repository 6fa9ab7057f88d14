"""Equivalence tests against a published interval and at the edge of their margin."""

import numpy as np
import pytest
from scipy.stats import multinomial, norm
from simulated import World, counts, slot_counts

from evaluation.scoring.metrics import METRICS
from evaluation.stats.equivalence import equivalence
from evaluation.stats.paired_error import PairedError, padded, paired_error, utterance_differences


def split(won: int, lost: int, n: int) -> PairedError:
    values = np.zeros((1, n))
    values[0, :won], values[0, won : won + lost] = 1, -1
    return paired_error(values)


def test_the_error_is_bonett_and_prices() -> None:
    """Bentur et al. (2009), as worked by Fagerland et al. (2014): -.508 to -.013."""
    found = padded(split(1, 7, 21))
    low, high = (found.points + z * found.error for z in norm.ppf([0.025, 0.975]))
    assert (round(low, 3), round(high, 3)) == (-0.508, -0.013)


def rejected(n: int, won: float, lost: float, margin: float) -> float:
    """Chance of "loses less than the margin", summed over all that can happen."""
    law = multinomial(n, [won, lost, 1 - won - lost])
    most = int(n * (won + lost) + 6 * np.sqrt(n * (won + lost)) + 6)
    total = 0.0
    for a in range(min(n, most) + 1):
        for b in range(min(n, most) - a + 1):
            if equivalence(split(a, b, n), margin=margin).p_no_worse <= 0.05:
                total += law.pmf([a, b, n - a - b])
    return float(total)


@pytest.mark.parametrize(("n", "discordance"), [(40, 0.1), (40, 0.4), (70, 0.2)])
def test_false_claims_at_the_margin_summed_exactly(n: int, discordance: float) -> None:
    won, lost = (discordance - 0.05) / 2, (discordance + 0.05) / 2
    assert rejected(n, won, lost, 0.05) <= 0.06


def test_no_difference_is_found_to_be_none() -> None:
    found = equivalence(split(20, 20, 2000), margin=0.02)
    assert found.p_equivalent < 0.01
    assert equivalence(split(3, 3, 60), margin=0.02).p_equivalent > 0.2


def test_a_handful_of_equal_answers_proves_nothing() -> None:
    assert equivalence(split(0, 0, 10), margin=0.02).p_equivalent > 0.3
    assert equivalence(split(0, 0, 200), margin=0.02).p_equivalent < 0.05


def test_sides_and_signs() -> None:
    better = equivalence(split(30, 5, 200), margin=0.02)
    assert better.p_no_worse < 0.001 < 0.9 < better.p_no_gain
    worse = equivalence(split(5, 30, 200), margin=0.02)
    assert (worse.p_no_gain, worse.p_no_worse) == (better.p_no_worse, better.p_no_gain)
    error_rate = equivalence(split(5, 30, 200), higher_is_better=False, margin=0.02)
    assert error_rate.p_no_worse == pytest.approx(better.p_no_worse)


def test_false_claims_over_seeds() -> None:
    """Systems that truly differ by the margin, trained again in every run."""
    rng, world, runs = np.random.default_rng(0), World(luck=0.1), 700
    claims = 0
    for _ in range(runs):
        first, second = world.answers(rng, 150, 5, (0.65, 0.60))
        found = paired_error((second - first).astype(float))
        claims += equivalence(found, margin=0.05).p_no_worse <= 0.05
    assert claims / runs <= 0.07


def test_false_claims_of_slot_f1() -> None:
    rng, metric, runs = np.random.default_rng(1), METRICS["slot_f1"], 700
    truth = [2 * p / (2 * p - p + 1 + 0.1) for p in (0.7, 0.6)]  # 2 right / (predicted + reference)
    margin, claims = truth[0] - truth[1], 0
    for _ in range(runs):
        sides = [slot_counts(rng, 150, p)[None] for p in (0.7, 0.6)]
        found = paired_error(utterance_differences(*sides, metric))
        claims += equivalence(found, margin=margin).p_no_worse <= 0.05
    assert 0.02 <= claims / runs <= 0.08


def test_an_error_rate_counts_the_other_way() -> None:
    first, second = World().answers(np.random.default_rng(2), 900, 1, (0.5, 0.7))
    found = paired_error(utterance_differences(counts(first), counts(second), METRICS["semer"]))
    assert found.points < 0
    assert equivalence(found, higher_is_better=False).p_no_worse < 0.001
