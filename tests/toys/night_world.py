"""Nights of 18 skills whose true accuracies are known."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.stats import norm
from simulated import counts

from evaluation.nights.verdicts import (
    CellEvidence,
    CellKey,
    CellVerdict,
    NightRule,
    SuiteVerdict,
    judge,
)
from evaluation.scoring.metrics import Counts

SKILLS, UTTERANCES = 18, 150
RULE = NightRule()
Loss = Callable[[int, int], float]
"""The share of all answers of skill i that are broken in night t."""


class World:
    """One system on 18 skills: what a seed adds to all its answers (`luck`, on the scale of a
    normal hardness of 1; .06 is some 2 points) and to a single one (`noise`)."""

    def __init__(
        self, rng: np.random.Generator, seeds: int = 3, luck: float = 0.06, noise: float = 0.3
    ) -> None:
        self.rng, self.seeds, self.luck, self.noise = rng, seeds, luck, noise
        self.hardness = rng.normal(size=(SKILLS, UTTERANCES))
        self.accuracies = rng.uniform(0.45, 0.85, SKILLS)
        self.fate = rng.uniform(size=(SKILLS, UTTERANCES))

    def run(self, skill: int, seeds: int, loss: float = 0.0) -> Counts:
        """Counts (seeds, utterances, columns); a loss breaks the same answers under every seed."""
        ease = norm.ppf(self.accuracies[skill]) * np.sqrt(1 + self.luck**2 + self.noise**2)
        ease = ease + self.hardness[skill] + self.rng.normal(0, self.luck, (seeds, 1))
        ease = ease + self.rng.normal(0, self.noise, (seeds, UTTERANCES))
        broken = self.fate[skill] < loss / self.accuracies[skill]
        return counts(((ease > 0) & ~broken).astype(np.int64))

    def nights(
        self, number: int, loss: Loss | None = None
    ) -> Iterator[tuple[list[CellVerdict], list[SuiteVerdict]]]:
        """The verdicts of one night after the other against one reference."""
        reference = [self.run(i, RULE.window * self.seeds) for i in range(SKILLS)]
        kept: list[list[Counts]] = [[] for _ in range(SKILLS)]
        for night in range(number):
            for i in range(SKILLS):
                kept[i].append(self.run(i, self.seeds, loss(night, i) if loss else 0.0))
            yield judge(
                [
                    CellEvidence(
                        CellKey("suite", f"skill {i}", "en-US", None, "dnn"),
                        reference[i],
                        tuple(kept[i][-RULE.window :]),
                    )
                    for i in range(SKILLS)
                ],
                RULE,
            )


def alarmed(verdicts: tuple[list[CellVerdict], list[SuiteVerdict]]) -> bool:
    """Whether a night blocks."""
    return any(v.verdict == "regression" for part in verdicts for v in part)
