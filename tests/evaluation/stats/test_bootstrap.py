"""Bootstrap replicates within a skill against scipy."""

import numpy as np
import pytest
from scipy.stats import bootstrap
from simulated import slot_counts

from evaluation.scoring.metrics import COLUMNS, METRICS, Counts
from evaluation.stats.bootstrap import (
    _draws,
    _weighted,
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


def test_many_pairs_draw_what_the_plain_way_draws() -> None:
    """Score by score from the summed counts of each draw, pair by pair: the very same numbers."""
    rng = np.random.default_rng(3)
    tallies = {s: {seed: slot_counts(rng, 30, 0.6) for seed in range(9)} for s in "abc"}
    del tallies["b"][4]
    tallies["c"][2][:, 2:] = 0  # a seed whose slots cannot be scored
    wanted = [("a", "b"), ("c", "b"), ("a", "c"), ("a", "none")]
    found = skill_replicates(tallies, wanted, np.random.default_rng(1), 40)
    assert list(found) == wanted[:3]

    rng = np.random.default_rng(1)
    cells = {(s, seed): c for s, own in tallies.items() for seed, c in own.items()}
    kinds, times = np.unique(np.concatenate(list(cells.values()), 1), axis=0, return_counts=True)
    sums = np.split(_draws(times, 40, rng) @ kinds.astype(float), len(cells), axis=1)
    drawn = dict(zip(cells, sums, strict=True))
    rng = np.random.default_rng(rng.integers(2**63))
    for pair, by_metric in found.items():
        seeds = sorted(tallies[pair[0]].keys() & tallies[pair[1]].keys())
        weights = rng.multinomial(len(seeds), np.full(len(seeds), 1 / len(seeds)), 40) / len(seeds)
        for name, metric in METRICS.items():
            for side, system in enumerate(pair):
                scores = np.stack([metric.of(drawn[system, seed]) for seed in seeds], 1)
                np.testing.assert_array_equal(by_metric[name][:, side], _weighted(scores, weights))
