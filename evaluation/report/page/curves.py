"""Growth curves: how each system's mean over skills rises with what it may learn from."""

import math
from collections.abc import Sequence
from typing import Any

from scipy.special import stdtrit

from evaluation.findings.scores import SkillScores
from evaluation.scoring.metrics import METRICS


def curves(
    skills: Sequence[SkillScores], systems: Sequence[str], shots: Sequence[int | None]
) -> list[list[list[list[float] | None]]]:
    """metric -> system -> shots -> mean, low, high; the order of each is the caller's."""
    at = [[s for s in skills if s.shots == n] for n in shots]
    return [
        [[_mean(own, system, metric) for own in at] for system in systems] for metric in METRICS
    ]


def sizes(skills: Sequence[SkillScores], shots: Sequence[int | None]) -> list[float | None]:
    """Mean training utterances a skill at each number of shots."""
    found: list[float | None] = []
    for n in shots:
        trained = [s.n_train for s in skills if s.shots == n]
        found.append(round(sum(trained) / len(trained), 1) if trained else None)
    return found


def _mean(skills: Sequence[SkillScores], system: str, metric: str) -> Any:
    """Mean and Student's t interval over skills: a system's level, skills being the sample."""
    scores = [s.score(system, metric) for s in skills]
    values = [score for score in scores if score is not None]
    if not values:
        return None
    n = len(values)
    mean = math.fsum(values) / n
    if n == 1:
        return [round(mean, 5), None, None]
    spread = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1) / n)
    half = float(stdtrit(n - 1, 0.975)) * spread
    return [round(mean, 5), round(max(0.0, mean - half), 5), round(mean + half, 5)]
