"""Growth curves: how each system's mean over skills rises with what it may learn from."""

import math
from collections.abc import Iterator, Sequence

from scipy.special import stdtrit

from evaluation.findings.scores import SkillScores
from evaluation.results.rows import Level
from evaluation.scoring.metrics import METRICS


def levels(skills: Sequence[SkillScores], systems: Sequence[str]) -> Iterator[Level]:
    """By shots, metric and system; what no skill can show is left out."""
    for shots in dict.fromkeys(s.shots for s in skills):
        own = [s for s in skills if s.shots == shots]
        for metric in METRICS:
            for system in systems:
                scores = [s.score(system, metric) for s in own]
                known = [score for score in scores if score is not None]
                if known:
                    yield Level(shots, system, metric, len(known), *_interval(known))


def _interval(values: Sequence[float]) -> tuple[float, float | None, float | None]:
    """Mean and Student's t interval over skills: a system's level, skills being the sample."""
    n = len(values)
    mean = math.fsum(values) / n
    if n == 1:
        return mean, None, None
    spread = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1) / n)
    half = float(stdtrit(n - 1, 0.975)) * spread
    return mean, max(0.0, mean - half), mean + half
