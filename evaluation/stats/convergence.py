"""Steps and seconds to 99% of the best development score, a cold start against transfer.

The target of a skill and seed is 99% of the best score on the curve of the cold start. The cold
start reaches it by definition, and transfer may not. Its steps are then counted as all that it
made, which is too few and flatters it; the share of such fits is given beside every figure. If the
cold start never has one frame right there is no target: the fit is left out and counted. A system
that is at the target before its first step counts as there after it, in steps and in seconds, since
nothing can be divided by zero.

Ratios multiply, so means are geometric: over the seeds of a skill, then over skills. The interval
is that of `suite_interval` over the logarithms: names of skills are drawn, each with all its
locales, and seeds within a drawn skill.
"""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from data_cards.folds import number
from evaluation.stats.bootstrap import RESAMPLES
from evaluation.stats.shelf import Rows
from evaluation.stats.suite_interval import suite_interval, suite_replicates

SHARE = 0.99
"""Of the cold start's best score: the target."""

Figures = dict[str, float | None]


class Curve(Protocol):
    """What a meter saw of one training: scores (0 to 1) and CPU seconds at ascending steps.

    The steps begin with 0 and 1 and end with the last one.
    """

    @property
    def steps(self) -> Sequence[int]: ...

    @property
    def seconds(self) -> Sequence[float]: ...

    @property
    def scores(self) -> Sequence[float]: ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a training first was at the target, or its full length if it never was."""

    steps: int  # at least 1
    seconds: float  # CPU, since the fit began
    start: float  # of these, what was spent before the first step
    reached: bool
    at_start: bool = False
    """Whether it was at the target before its first step."""

    @property
    def training(self) -> float:
        """CPU seconds of the steps alone."""
        return self.seconds - self.start


@dataclass(frozen=True, slots=True)
class Race:
    """One skill and seed: the cold start and transfer, each at the cold start's target."""

    label: str  # suite/name@locale
    name: str
    seed: int
    scratch: Arrival
    transfer: Arrival

    def ratio(self, of: Callable[[Arrival], float]) -> float:
        """Cold start over transfer."""
        return of(self.scratch) / of(self.transfer)


def race(label: str, name: str, seed: int, scratch: Curve, transfer: Curve) -> Race | None:
    """Both curves at the target; None where the cold start's best score is 0."""
    best = max(scratch.scores)
    if not best > 0:
        return None
    target = SHARE * best
    return Race(label, name, seed, arrival(scratch, target), arrival(transfer, target))


def arrival(curve: Curve, target: float) -> Arrival:
    """The first look at which a curve is at the target, the first step at the earliest."""
    last = len(curve.scores) - 1
    first = next((i for i, score in enumerate(curve.scores) if score >= target - 1e-9), None)
    at = last if first is None else min(last, max(1, first))
    return Arrival(
        max(1, curve.steps[at]), curve.seconds[at], curve.seconds[0], first is not None, first == 0
    )


def figures(races: Sequence[Race], zero: Sequence[str] = (), resamples: int = RESAMPLES) -> Figures:
    """What the races come to; `zero` are labels of the fits, one each, that had no target.

    A skill is left out if none of its seeds has a target. None stands for what could not be
    measured.
    """
    by_skill: dict[str, list[Race]] = {}
    for each in races:
        by_skill.setdefault(each.label, []).append(each)
    groups = list(by_skill.values())
    fits, skills = len(races), len(groups)
    asked = len(by_skill.keys() | set(zero))
    value, low, high = _mean(groups, lambda a: a.steps, resamples)
    found: Figures = {
        "convergence_ratio": value,
        "convergence_ratio_ci_low": low,
        "convergence_ratio_ci_high": high,
        "skills": skills,
        "fits": fits,
    }
    for name, of in _QUANTITIES.items():
        if name != "steps":
            ratio = _mean(groups, of, resamples)
            found |= zip(
                (f"{name}_ratio", f"{name}_ratio_ci_low", f"{name}_ratio_ci_high"), ratio,
                strict=True,
            )  # fmt: skip
        cold = _median(of(r.scratch) for r in races)
        warm = _median(of(r.transfer) for r in races)
        found |= {
            f"median_{name}_scratch": cold,
            f"median_{name}_transfer": warm,
            f"ratio_of_median_{name}": cold / warm if cold is not None and warm else None,
        }
    never = [r for r in races if not r.transfer.reached]
    return found | {
        "median_start_seconds_scratch": _median(r.scratch.start for r in races),
        "median_start_seconds_transfer": _median(r.transfer.start for r in races),
        "never_reached_share": _share(len(never), fits),
        "never_reached_skills_share": _share(len({r.label for r in never}), skills),
        "at_start_share": _share(sum(r.transfer.at_start for r in races), fits),
        "zero_share": _share(len(zero), fits + len(zero)),
        "zero_skills": asked - skills,
        "zero_skills_share": _share(asked - skills, asked),
    }


_QUANTITIES: dict[str, Callable[[Arrival], float]] = {
    "steps": lambda a: a.steps,
    "seconds": lambda a: a.seconds,
    "training_seconds": lambda a: a.training,
}
"""`seconds` since the fit began; `training_seconds` without what comes before the first step:
opening the source model, encoding, imprinting."""


def _mean(
    groups: Sequence[Sequence[Race]], of: Callable[[Arrival], float], resamples: int
) -> tuple[float | None, float | None, float | None]:
    """The geometric mean over skills of those over seeds, with its interval."""
    if not groups:
        return None, None, None
    names: list[str] = []
    means: list[float] = []
    replicates: list[Rows] = []
    for own in groups:
        logs = np.array([math.log(r.ratio(of)) for r in own])
        rng = np.random.default_rng(number(f"convergence|{own[0].label}"))
        times = rng.multinomial(len(logs), np.full(len(logs), 1 / len(logs)), size=resamples)
        drawn = times @ logs / len(logs)
        names.append(own[0].name)
        means.append(float(logs.mean()))
        replicates.append(np.stack([np.zeros(resamples), drawn], axis=1))
    over = suite_replicates(
        [(0.0, mean) for mean in means], replicates, names, np.random.default_rng(0)
    )
    low, high = suite_interval(over[:, 1], names)
    return (
        math.exp(statistics.fmean(means)),
        None if low is None else math.exp(low),
        None if high is None else math.exp(high),
    )


def _median(values: Iterable[float]) -> float | None:
    found = list(values)
    return statistics.median(found) if found else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
