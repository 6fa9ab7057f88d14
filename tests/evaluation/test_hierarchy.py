"""The headline's interval: it covers the truth as often as it says, whatever varies."""

import time

import numpy as np
import pytest
from simulated import World, counts

from evaluation.hierarchy import family_means, suite_interval, suite_replicates
from evaluation.resampling import skill_replicates

PAIR = ("a", "b")
Interval = tuple[float | None, float | None]


def headline(
    rng: np.random.Generator,
    world: World,
    *,
    gain: float = 0.0,
    differing: float = 0.0,
    seeds: int = 1,
    names: list[str] | None = None,
    resamples: int = 500,
) -> Interval:
    """The interval, in points, of one simulated comparison; by default of 18 skills, A against A.

    `differing` is the standard deviation of the true gain over skills; locales share it.
    """
    names = names if names is not None else [f"skill{i}" for i in range(18)]
    scores, replicates = [], []
    own = {name: gain + rng.normal(0, differing) for name in sorted(set(names))}
    for name in names:
        base, n = rng.uniform(0.4, 0.75), int(rng.integers(60, 250))
        sides = world.answers(rng, n, seeds, (base, base + own[name]))
        tallies = {s: dict(enumerate(counts(x))) for s, x in zip(PAIR, sides, strict=True)}
        drawn = skill_replicates(tallies, [PAIR], rng, resamples)[PAIR]["frame_accuracy"]
        scores.append((float(sides[0].mean()), float(sides[1].mean())))
        replicates.append(drawn)
    means = suite_replicates(scores, replicates, names, rng)
    return suite_interval(means[:, 1] - means[:, 0], names)


def covers(found: Interval, truth: float) -> bool:
    low, high = found
    assert low is not None and high is not None
    return low <= truth <= high


def test_a_hundred_comparisons_of_a_system_with_itself() -> None:
    """Fresh seeds on both sides, 18 skills: the interval covers zero in 95 of 100, give or take 4."""
    rng = np.random.default_rng(1)
    covered = sum(covers(headline(rng, World(luck=0.1), seeds=2), 0.0) for _ in range(100))
    assert 91 <= covered <= 99


@pytest.mark.parametrize(
    ("luck", "differing", "gain", "seeds"),
    [(0.0, 0.0, 0.0, 1), (0.2, 0.0, 0.0, 1), (0.0, 0.04, 0.06, 1), (0.1, 0.02, 0.05, 3)],
)
def test_coverage_of_the_truth(luck: float, differing: float, gain: float, seeds: int) -> None:
    """Near 95% whether utterances, seeds or skills vary most; 3 standard errors of slack."""
    rng, runs, world = np.random.default_rng(2), 120, World(luck=luck)
    covered = sum(
        covers(headline(rng, world, gain=gain, differing=differing, seeds=seeds), gain)
        for _ in range(runs)
    )
    slack = 3 * np.sqrt(0.05 * 0.95 / runs)
    assert 0.95 - slack <= covered / runs <= min(0.995, 0.95 + slack)


def test_locales_of_one_skill_are_no_independent_evidence() -> None:
    """Eight skills in three locales each, whose gains are the skill's."""
    names = [f"skill{i % 8}" for i in range(24)]
    rng, runs = np.random.default_rng(3), 120
    together = apart = 0
    for _ in range(runs):
        state = rng.integers(2**32)
        found = headline(np.random.default_rng(state), World(), differing=0.06, names=names)
        together += covers(found, 0.0)
        low, high = found
        assert low is not None and high is not None
        alone = suite_as_if_apart(state, names)
        apart += covers(alone, 0.0)
    assert together / runs >= 0.89
    assert apart / runs < 0.85  # the same data, each locale taken for a skill of its own


def suite_as_if_apart(state: int, names: list[str]) -> Interval:
    rng = np.random.default_rng(state)
    own = {name: rng.normal(0, 0.06) for name in sorted(set(names))}
    scores, replicates = [], []
    for name in names:
        base, n = rng.uniform(0.4, 0.75), int(rng.integers(60, 250))
        sides = World().answers(rng, n, 1, (base, base + own[name]))
        tallies = {s: dict(enumerate(counts(x))) for s, x in zip(PAIR, sides, strict=True)}
        replicates.append(skill_replicates(tallies, [PAIR], rng, 500)[PAIR]["frame_accuracy"])
        scores.append((float(sides[0].mean()), float(sides[1].mean())))
    alone = [str(i) for i in range(len(names))]
    means = suite_replicates(scores, replicates, alone, rng)
    return suite_interval(means[:, 1] - means[:, 0], alone)


def test_one_skill_has_the_interval_of_its_utterances() -> None:
    rng = np.random.default_rng(4)
    drawn = rng.normal([0.5, 0.6], 0.02, (4000, 2))
    means = suite_replicates([(0.5, 0.6)], [drawn], ["a"], rng)
    assert (means == drawn).all()
    low, high = suite_interval(means[:, 1], ["a"])
    assert (low, high) == pytest.approx((0.6 - 1.96 * 0.02, 0.6 + 1.96 * 0.02), abs=0.003)


def test_the_variance_is_that_of_a_mean_over_skills() -> None:
    """Skills' own variance times (f - 1) / f, and the noise within them once, over f."""
    rng, f = np.random.default_rng(5), 10
    centres = rng.normal(0.5, 0.1, f)
    drawn = [rng.normal(c, 0.05, (20_000, 2)) for c in centres]
    names = [str(i) for i in range(f)]
    means = suite_replicates([(c, c) for c in centres], drawn, names, rng)
    wanted = centres.var() / f + 0.05**2 / f**2
    assert means[:, 0].var() == pytest.approx(wanted, rel=0.05)


def test_what_cannot_be_measured_stands_out() -> None:
    rng = np.random.default_rng(6)
    gone = np.full((400, 2), np.nan)
    kept = np.tile([0.4, 0.5], (400, 1))
    means = suite_replicates([(0.9, 0.9), (0.4, 0.5)], [gone, kept], ["a", "b"], rng)
    known = np.isfinite(means[:, 0])
    assert means[known] == pytest.approx(np.tile([0.4, 0.5], (known.sum(), 1)))
    assert suite_interval(means[:, 1], ["a", "b"]) == (None, None)  # too few are known


def test_few_skills_make_it_wider() -> None:
    values = np.random.default_rng(7).normal(size=20_000)
    widths = []
    for f in (5, 18, 400):
        low, high = suite_interval(values, [str(i) for i in range(f)])
        assert low is not None and high is not None
        widths.append((high - low) / 2)
    assert widths == pytest.approx([3.10, 2.17, 1.97], abs=0.15)


def test_families_count_once() -> None:
    assert family_means([0.1, 0.3, -0.2], ["a", "a", "b"]) == pytest.approx([0.2, -0.2])


def test_eighteen_skills_three_seeds_in_seconds() -> None:
    rng = np.random.default_rng(0)
    started = time.perf_counter()
    headline(rng, World(), seeds=3, resamples=2000)
    assert time.perf_counter() - started < 20
