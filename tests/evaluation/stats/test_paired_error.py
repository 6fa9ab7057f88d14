"""Seeds and utterances at once: Clark's formula, Smyth's variances, simulated truth."""

import math

import numpy as np
import pytest
from scipy.special import polygamma
from scipy.stats import bootstrap, f, invgamma, ttest_1samp
from simulated import World, counts, slot_counts

from evaluation.scoring.metrics import METRICS
from evaluation.stats.paired_error import (
    PairedError,
    _inverse_trigamma,
    min_f_prime,
    moderated,
    padded,
    paired_error,
    utterance_differences,
)


@pytest.mark.parametrize("metric", list(METRICS))
def test_the_mean_of_utterances_is_the_difference(metric: str) -> None:
    rng = np.random.default_rng(0)
    sides = [np.stack([slot_counts(rng, 50, p) for _ in range(2)]) for p in (0.5, 0.7)]
    found = utterance_differences(*sides, METRICS[metric])
    scores = [METRICS[metric].of(side.sum(axis=1)) for side in sides]
    assert found.shape == (2, 50)
    assert found.mean(axis=1) == pytest.approx(scores[1] - scores[0])


def test_the_linearised_error_is_the_bootstraps() -> None:
    rng = np.random.default_rng(1)
    first, second = slot_counts(rng, 300, 0.5), slot_counts(rng, 300, 0.7)
    metric = METRICS["slot_f1"]

    def difference(at: np.ndarray, axis: int) -> np.ndarray:
        at = at.astype(int)
        return metric.of(second[at].sum(axis=axis - 1)) - metric.of(first[at].sum(axis=axis - 1))

    drawn = bootstrap(
        (np.arange(300),), difference, n_resamples=3000, rng=np.random.default_rng(2),
        method="percentile",
    )  # fmt: skip
    ours = paired_error(utterance_differences(first[None], second[None], metric))
    assert ours.error == pytest.approx(drawn.standard_error, rel=0.05)


def test_one_seed_is_a_paired_test_of_utterances() -> None:
    values = np.random.default_rng(3).normal(0.1, 1, (1, 400))
    found = paired_error(values)
    assert min_f_prime(found) is None
    assert 2 * found.tail(0.0) == pytest.approx(ttest_1samp(values[0], 0).pvalue, rel=0.05)


def test_min_f_prime_is_clarks() -> None:
    values = np.random.default_rng(4).normal(0.15, 0.5, (6, 40))
    found = paired_error(values)
    f1 = ttest_1samp(values.mean(axis=0), 0).statistic ** 2
    f2 = ttest_1samp(values.mean(axis=1), 0).statistic ** 2
    freedom = (f1 + f2) ** 2 / (f1**2 / 5 + f2**2 / 39)
    wanted = f.sf(f1 * f2 / (f1 + f2), 1, freedom)
    assert found.freedom == pytest.approx(freedom)
    assert min_f_prime(found) == pytest.approx(wanted)


def test_padding_is_two_more_utterances() -> None:
    values = np.random.default_rng(5).integers(-1, 2, (1, 30)).astype(float)
    longer = np.append(values[0], [1, -1])
    found = padded(paired_error(values))
    assert found.points == pytest.approx(longer.mean())
    assert found.over_utterances == pytest.approx(longer.var() / 32)
    assert padded(paired_error(np.zeros((1, 10)))).error > 0


@pytest.mark.parametrize("value", [1e-8, 1e-3, 0.5, 1.0, 40.0, 1e8])
def test_inverse_trigamma(value: float) -> None:
    assert float(polygamma(1, _inverse_trigamma(value))) == pytest.approx(value, rel=1e-3)


def errors(rng: np.random.Generator, truth: np.ndarray, seeds: int) -> list[PairedError]:
    drawn = truth * rng.chisquare(seeds - 1, len(truth)) / (seeds - 1)
    return [PairedError(0.0, 10**6, 0.0, seeds, v / seeds, seeds - 1) for v in drawn]


def test_equal_variances_are_pooled() -> None:
    found = moderated(errors(np.random.default_rng(6), np.full(200, 0.01), 3))
    assert [e.over_seeds * 3 for e in found] == pytest.approx([0.01] * 200, rel=0.35)
    assert min(e.seed_freedom for e in found) > 20


def test_moderation_finds_the_variances_own_spread() -> None:
    """Variances drawn as Smyth's model has it: prior degrees of freedom 6, scale .01."""
    rng = np.random.default_rng(7)
    truth = invgamma(3, scale=3 * 0.01).rvs(3000, random_state=rng)
    found = moderated(errors(rng, truth, 3))
    assert found[0].seed_freedom - 2 == pytest.approx(6, rel=0.25)
    shrunk = np.array([e.over_seeds * 3 for e in found])
    own = np.array([e.over_seeds * 3 for e in errors(np.random.default_rng(7), truth, 3)])
    assert np.abs(np.log(shrunk / truth)).mean() < 0.6 * np.abs(np.log(own / truth)).mean()


def test_moderation_claims_no_more_than_all_skills_know() -> None:
    found = moderated(errors(np.random.default_rng(8), np.full(3, 0.01), 3))
    assert max(e.seed_freedom for e in found) <= 6
    alone = errors(np.random.default_rng(9), np.full(1, 0.01), 3)
    assert moderated(alone) == alone


def test_seeds_without_any_spread() -> None:
    """Deterministic systems: the test is then one over utterances, and warns of nothing."""
    first, second = World().answers(np.random.default_rng(10), 100, 1, (0.5, 0.7))
    both = [np.repeat(counts(side), 3, axis=0) for side in (first, second)]
    plain = paired_error(utterance_differences(*both, METRICS["frame_accuracy"]))
    (one, _) = moderated([plain, plain])
    assert one.error == pytest.approx(math.sqrt(plain.over_utterances), rel=0.01)
    assert min_f_prime(one) < 0.01
    same = moderated([paired_error(np.zeros((3, 20)))] * 2)
    assert min_f_prime(same[0]) == 1


def test_false_alarms_where_seeds_have_luck() -> None:
    """A test over utterances alone takes luck for a difference; over both, 5% stay 5%."""
    rng, world = np.random.default_rng(11), World(luck=0.25)
    alone, both, runs = 0, 0, 60
    for _ in range(runs):
        skills = []
        for _ in range(18):
            n = int(rng.integers(80, 300))
            first, second = world.answers(rng, n, 3, (0.6, 0.6))
            found = paired_error((second - first).astype(float))
            skills.append(found)
            alone += 2 * PairedError(abs(found.points), n, found.over_utterances).tail(0) <= 0.05
        both += sum((min_f_prime(e) or 0) <= 0.05 for e in moderated(skills))
    assert alone / (18 * runs) > 0.2
    assert 0.01 <= both / (18 * runs) <= 0.07
