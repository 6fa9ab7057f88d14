"""Bootstrap intervals against scipy, known variances and simulated truth."""

import time

import numpy as np
import pytest
from scipy.stats import bootstrap

from evaluation.metrics import COLUMNS, Counts
from evaluation.resampling import (
    group_replicates,
    interval,
    paired_interval,
    skill_replicates,
    wins,
)

PAIR = ("a", "b")


def counts(frames: np.ndarray) -> Counts:
    """Counts of utterances whose frame is right or wrong; each has one reference slot."""
    rows = np.zeros((len(frames), len(COLUMNS)), dtype=np.int64)
    for name in ("utterances", "reference", "predicted"):
        rows[:, COLUMNS.index(name)] = 1
    for name in ("intent", "frame", "right"):
        rows[:, COLUMNS.index(name)] = frames
    rows[:, COLUMNS.index("errors")] = 1 - frames
    return rows


def simulated(rng: np.random.Generator, n: int, base: float, gain: float) -> tuple[Counts, Counts]:
    """Two systems on the same utterances, right with probability base and base + gain."""
    hardness = rng.random(n)
    noise = rng.normal(0, 0.1, (2, n))
    return (
        counts((hardness + noise[0] < base).astype(int)),
        counts((hardness + noise[1] < base + gain).astype(int)),
    )


def test_paired_interval_is_scipys() -> None:
    rng = np.random.default_rng(0)
    a, b = simulated(rng, 300, 0.6, 0.05)
    column = COLUMNS.index("frame")
    difference = (b - a)[:, column]
    theirs = bootstrap(
        (difference,), np.mean, n_resamples=9000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    low, high = paired_interval(a, b, "frame_accuracy", np.random.default_rng(2), 9000)
    assert low == pytest.approx(theirs.low, abs=0.006)
    assert high == pytest.approx(theirs.high, abs=0.006)


def test_same_seed_same_interval() -> None:
    a, b = simulated(np.random.default_rng(0), 80, 0.6, 0.05)

    def means(seed: int) -> list[float]:
        rng = np.random.default_rng(seed)
        drawn = skill_replicates({"a": {0: a}, "b": {0: b}}, [PAIR], rng, 50)
        return drawn[PAIR]["slot_f1"][:, 1].tolist()

    assert means(5) == means(5)
    assert means(5) != means(6)


def test_pairs_are_kept() -> None:
    """A system against itself differs nowhere, however the utterances are drawn."""
    a, _ = simulated(np.random.default_rng(0), 50, 0.6, 0)
    assert paired_interval(a, a, "frame_accuracy", np.random.default_rng(1)) == (0, 0)


def hierarchical(
    rng: np.random.Generator, skills: int, seeds: int, gain: float, resamples: int = 400
) -> tuple[float | None, float | None]:
    replicates = []
    for _ in range(skills):
        base, n = rng.uniform(0.3, 0.8), int(rng.integers(60, 150))
        own = gain + rng.normal(0, 0.03)  # the gain differs from skill to skill
        drawn = [simulated(rng, n, base, own) for _ in range(seeds)]
        tallies = {
            "a": dict(enumerate(a for a, _ in drawn)),
            "b": dict(enumerate(b for _, b in drawn)),
        }
        replicates.append(skill_replicates(tallies, [PAIR], rng, resamples)[PAIR]["frame_accuracy"])
    means = group_replicates(replicates, rng)
    return interval(means[:, 1] - means[:, 0])


@pytest.mark.parametrize("gain", [0.0, 0.06])
def test_headline_interval_covers_the_truth(gain: float) -> None:
    """Near 95 of 100 simulated comparisons of 18 skills; the bounds are 4 standard errors wide."""
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(60):
        low, high = hierarchical(rng, 18, 1, gain)
        assert low is not None and high is not None
        covered += low <= gain <= high
    assert covered >= 0.95 * 60 - 4 * np.sqrt(60 * 0.95 * 0.05)


def test_skills_widen_the_interval() -> None:
    """With few skills of differing gain the interval is wider than utterances alone make it."""
    rng = np.random.default_rng(4)
    flat = [np.stack([np.full(500, 0.5), np.full(500, 0.5 + g)], 1) for g in (0.0, 0.1, 0.2, 0.3)]
    means = group_replicates(flat, rng)
    low, high = interval(means[:, 1] - means[:, 0])
    assert low == pytest.approx(0.15 - 2 * 0.056, abs=0.04)  # sd of a mean of 4 draws = .056
    assert high == pytest.approx(0.15 + 2 * 0.056, abs=0.04)


def test_seeds_in_common_only() -> None:
    a, b = simulated(np.random.default_rng(0), 40, 0.5, 0.2)
    rng = np.random.default_rng(1)
    assert skill_replicates({"a": {0: a}, "b": {1: b}}, [PAIR], rng) == {}
    one = skill_replicates({"a": {0: a, 1: b}, "b": {1: b}}, [PAIR], rng, 50)
    values = one[PAIR]["frame_accuracy"]
    assert (values[:, 0] == values[:, 1]).all()  # seed 1 alone is compared


def test_unmeasurable_replicates_give_no_interval() -> None:
    assert interval(np.full(100, np.nan)) == (None, None)
    assert interval(np.r_[np.full(20, np.nan), np.ones(80)]) == (None, None)
    assert interval(np.r_[np.full(2, np.nan), np.ones(98)]) == (1, 1)


def test_wins_ties_losses() -> None:
    assert wins([0.1, 0.0, -0.2, 1e-15, 0.3]) == (2, 2, 1)


def test_eighteen_skills_three_seeds_in_seconds() -> None:
    rng = np.random.default_rng(0)
    started = time.perf_counter()
    hierarchical(rng, 18, 3, 0.05, resamples=2000)
    assert time.perf_counter() - started < 20
