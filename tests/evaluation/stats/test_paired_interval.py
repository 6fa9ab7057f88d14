"""The paired interval of one skill, against the bootstrap and by its error rate."""

from typing import Any

import numpy as np
import pytest

from evaluation.scoring.metrics import METRICS
from evaluation.stats.bootstrap import paired_interval
from evaluation.stats.paired_error import moderated, paired_errors
from evaluation.stats.paired_interval import interval

PAIR = ("old", "new")


def _counts(rng: np.random.Generator, right: float, n: int) -> Any:
    frame = rng.random(n) < right
    slots = rng.integers(0, 3, n)
    hit = np.where(frame, slots, rng.binomial(slots, right))
    errors = (slots - hit) + ~frame
    return np.stack([np.ones(n, int), frame, frame, hit, slots, slots, errors], axis=1)


@pytest.mark.parametrize("metric", list(METRICS))
def test_a_paired_interval_is_that_of_the_bootstrap(metric: str) -> None:
    rng = np.random.default_rng(5)
    old, new = _counts(rng, 0.5, 400), _counts(rng, 0.6, 400)
    (error,) = paired_errors({"old": {0: old}, "new": {0: new}}, [PAIR], METRICS[metric])
    low, high = paired_interval(old, new, metric, rng)
    assert error is not None and low is not None and high is not None
    assert list(interval(error)) == pytest.approx([low, high], abs=0.012)
    difference = METRICS[metric].of(new.sum(axis=0)) - METRICS[metric].of(old.sum(axis=0))
    assert error.points == pytest.approx(float(difference))


def test_equal_systems_seldom_win() -> None:
    rng = np.random.default_rng(1)
    sides = [(_counts(rng, 0.6, 60), _counts(rng, 0.6, 60)) for _ in range(2_000)]
    frames = METRICS["frame_accuracy"]
    lists = [paired_errors({"old": {0: a}, "new": {0: b}}, [PAIR], frames) for a, b in sides]
    found = [interval(e) for e in moderated([error for (error,) in lists if error is not None])]
    wrong = sum(low > 0 or high < 0 for low, high in found)
    assert 0.02 < wrong / len(found) < 0.06


def test_pairs_and_seeds_are_not_mixed_up() -> None:
    rng = np.random.default_rng(3)
    levels = {"a": 0.3, "b": 0.5, "c": 0.9}
    tallies = {s: {seed: _counts(rng, p, 50) for seed in (0, 1)} for s, p in levels.items()}
    del tallies["b"][1]
    pairs, frames = [("a", "b"), ("b", "c"), ("a", "c")], METRICS["frame_accuracy"]
    for pair, error in zip(pairs, paired_errors(tallies, pairs, frames), strict=True):
        alone = {name: tallies[name] for name in pair}
        assert [error] == paired_errors(alone, [pair], frames)
        assert error is not None
        assert error.seeds == (2 if pair == ("a", "c") else 1)
        shared = [s for s in (0, 1) if all(s in tallies[name] for name in pair)]
        means = [np.mean([tallies[n][s][:, 2].mean() for s in shared]) for n in pair]
        assert error.points == pytest.approx(means[1] - means[0])


def test_what_cannot_be_measured_has_no_gap() -> None:
    silent = _counts(np.random.default_rng(0), 0.5, 20)
    silent[:, 3:6] = 0
    both = {"old": {0: silent}, "new": {0: silent}}
    assert paired_errors(both, [PAIR], METRICS["slot_f1"]) == [None]
    apart = {"old": {0: silent}, "new": {1: silent}}
    assert paired_errors(apart, [PAIR], METRICS["frame_accuracy"]) == [None]
