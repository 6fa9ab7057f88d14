"""Answers of two systems whose true accuracies are known."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from evaluation.scoring.metrics import COLUMNS, Counts


@dataclass(frozen=True)
class World:
    """Standard deviations of what makes an utterance right, on the scale of a normal hardness of 1.

    `taste` is what one system finds hard and the other does not, `luck` what a seed adds to all its
    answers, `noise` what it adds to a single one.
    """

    taste: float = 0.3
    luck: float = 0.0
    noise: float = 0.3

    def answers(
        self, rng: np.random.Generator, n: int, seeds: int, accuracies: tuple[float, ...]
    ) -> list[np.ndarray]:
        """Of each system (seeds, n) of 0 and 1, whose expectation is exactly its accuracy."""
        hardness = rng.normal(size=n)
        whole = np.sqrt(1 + self.taste**2 + self.luck**2 + self.noise**2)
        out = []
        for accuracy in accuracies:
            ease = norm.ppf(accuracy) * whole + hardness + rng.normal(0, self.taste, n)
            ease = (
                ease + rng.normal(0, self.luck, (seeds, 1)) + rng.normal(0, self.noise, (seeds, n))
            )
            out.append((ease > 0).astype(np.int64))
        return out


def counts(right: np.ndarray) -> Counts:
    """Counts of (..., n) answers that are right or wrong whole; each has one reference slot."""
    rows = np.zeros((*right.shape, len(COLUMNS)), dtype=np.int64)
    for name in ("utterances", "reference", "predicted"):
        rows[..., COLUMNS.index(name)] = 1
    for name in ("intent", "frame", "right"):
        rows[..., COLUMNS.index(name)] = right
    rows[..., COLUMNS.index("errors")] = 1 - right
    return rows


def slot_counts(rng: np.random.Generator, n: int, skill: float) -> Counts:
    """Counts of n utterances of 0 to 4 slots, each found with chance `skill`, some invented."""
    rows = np.zeros((n, len(COLUMNS)), dtype=np.int64)
    reference = np.arange(n) % 5  # the same under every system, as gold is
    right = rng.binomial(reference, skill)
    extra = rng.binomial(1, 0.2, n)
    rows[:, COLUMNS.index("utterances")] = 1
    rows[:, COLUMNS.index("reference")] = reference
    rows[:, COLUMNS.index("right")] = right
    rows[:, COLUMNS.index("predicted")] = right + extra
    rows[:, COLUMNS.index("errors")] = reference - right + extra
    rows[:, COLUMNS.index("intent")] = 1
    rows[:, COLUMNS.index("frame")] = (reference == right) & (extra == 0)
    return rows
