"""The headline's interval: it covers the truth as often as it says, whatever varies."""

import time

import numpy as np
import pytest
from simulated import World, counts

from evaluation.stats.bootstrap import skill_replicates
from evaluation.stats.suite_interval import family_means, suite_interval, suite_replicates

PAIR = ("a", "b")
Interval = tuple[float | None, float | None]


def a_against_a(rng: np.random.Generator, world: World, *, seeds: int, resamples: int) -> Interval:
    """The interval, in points, of a system against itself on 18 skills, from answers on."""
    names = [f"skill{i}" for i in range(18)]
    scores, replicates = [], []
    for _ in names:
        base, n = rng.uniform(0.4, 0.75), int(rng.integers(60, 250))
        sides = world.answers(rng, n, seeds, (base, base))
        tallies = {s: dict(enumerate(counts(x))) for s, x in zip(PAIR, sides, strict=True)}
        drawn = skill_replicates(tallies, [PAIR], rng, resamples)[PAIR]["frame_accuracy"]
        scores.append((float(sides[0].mean()), float(sides[1].mean())))
        replicates.append(drawn)
    means = suite_replicates(scores, replicates, names, rng)
    return suite_interval(means[:, 1] - means[:, 0], names)


def interval_of(
    rng: np.random.Generator, names: list[str], truth: dict[str, float], noise: np.ndarray
) -> Interval:
    """The interval from skills of known true gains, measured with known noise."""
    measured = np.array([truth[name] for name in names]) + noise * rng.normal(size=len(names))
    scores = [(0.0, float(d)) for d in measured]
    replicates = []
    for d, spread in zip(measured, noise, strict=True):
        replicates.append(np.stack([np.zeros(500), d + spread * rng.normal(size=500)], axis=1))
    means = suite_replicates(scores, replicates, names, rng)
    return suite_interval(means[:, 1] - means[:, 0], names)


def covers(found: Interval, truth: float) -> bool:
    low, high = found
    assert low is not None and high is not None
    return low <= truth <= high


def test_a_hundred_comparisons_of_a_system_with_itself() -> None:
    """Both sides trained anew, 18 skills: the interval covers zero in 95 of 100, more or less 4."""
    rng = np.random.default_rng(1)
    found = [a_against_a(rng, World(luck=0.1), seeds=1, resamples=500) for _ in range(100)]
    assert 91 <= sum(covers(each, 0.0) for each in found) <= 99


@pytest.mark.parametrize("skills", [5, 18, 40])
@pytest.mark.parametrize("differing", [0.0, 0.02, 0.06])
def test_coverage_of_the_truth(skills: int, differing: float) -> None:
    """Near 95% whether the skills' gains differ or not; 3 standard errors of slack."""
    rng, runs, covered = np.random.default_rng(2), 250, 0
    names = [f"skill{i}" for i in range(skills)]
    for _ in range(runs):
        truth = {name: 0.05 + rng.normal(0, differing) for name in names}
        covered += covers(interval_of(rng, names, truth, rng.uniform(0.02, 0.05, skills)), 0.05)
    slack = 3 * np.sqrt(0.05 * 0.95 / runs)
    assert 0.95 - slack <= covered / runs <= 0.95 + slack


def test_locales_of_one_skill_are_no_independent_evidence() -> None:
    """Eight skills in three locales each, whose true gains are the skill's."""
    rng, runs, together, apart = np.random.default_rng(3), 300, 0, 0
    names = [f"skill{i % 8}" for i in range(24)]
    alone = [f"{name}@{i}" for i, name in enumerate(names)]
    noise = np.full(24, 0.02)
    for _ in range(runs):
        truth = {name: rng.normal(0, 0.06) for name in sorted(set(names))}
        together += covers(interval_of(rng, names, truth, noise), 0.0)
        as_if = {label: truth[name] for label, name in zip(alone, names, strict=True)}
        apart += covers(interval_of(rng, alone, as_if, noise), 0.0)
    assert together / runs >= 0.91
    assert apart / runs <= 0.85  # each locale taken for a skill of its own


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


def test_eighteen_skills_three_seeds_in_seconds_of_cpu() -> None:
    rng = np.random.default_rng(0)
    started = time.process_time()  # what others do on the machine does not count
    a_against_a(rng, World(), seeds=3, resamples=2000)
    assert time.process_time() - started < 20
