"""A run's cells in one pass: each skill's mean scores, each system's cost, and their digests.

A run may have a million cells. Their rows are read one skill at a time, and what is kept of them
grows with the skills, save for three numbers a cell that medians are taken of.
"""

import math
import statistics
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evaluation.findings.grouping import by_skill
from evaluation.results.rows import PlannedCell
from evaluation.scoring.metrics import METRICS
from evaluation.scoring.names import SkillRef

_AT = {metric: number for number, metric in enumerate(METRICS)}


@dataclass(frozen=True, slots=True)
class SkillScores:
    """One skill at one number of shots: system -> its mean over seeds in each of `METRICS`.

    A mean leaves out the seeds that cannot be measured; it is None where none can.
    """

    suite: str
    name: str
    locale: str
    shots: int | None
    n_train: int
    n_test: int
    means: Mapping[str, tuple[float | None, ...]]

    @property
    def label(self) -> str:
        """Suite and skill: unique within a run."""
        return SkillRef(self.suite, self.name, self.locale).label

    def score(self, system: str, metric: str) -> float | None:
        """A system's mean, None where it has no finished cell here."""
        found = self.means.get(system)
        return None if found is None else found[_AT[metric]]


@dataclass(frozen=True, slots=True)
class SystemCost:
    """What a system costs at one number of shots: medians over its cells."""

    cells: int
    train_seconds: float
    predict_ms: float
    model_bytes: float


@dataclass(frozen=True, slots=True)
class RunScores:
    """What a run's cells come to, skills in the order of its plan.

    `costs` is by number of shots and system, `code` the digests of the code that made a system's
    cells, `data` the digest behind each label; `finished` is when the last cell was, in seconds.
    """

    skills: tuple[SkillScores, ...]
    costs: Mapping[tuple[int | None, str], SystemCost]
    code: Mapping[str, frozenset[str]]
    data: tuple[tuple[str, str], ...]
    finished: float | None

    def at(self, shots: int | None) -> list[SkillScores]:
        """The skills that were measured at a number of shots."""
        return [skill for skill in self.skills if skill.shots == shots]

    def mean_size(self, shots: int | None) -> float:
        """Mean training utterances of a skill at a number of shots that was measured."""
        trained = [skill.n_train for skill in self.at(shots)]
        return sum(trained) / len(trained)


@dataclass(slots=True)
class _Costs:
    train_seconds: "array[float]" = field(default_factory=lambda: array("d"))
    predict_ms: "array[float]" = field(default_factory=lambda: array("d"))
    model_bytes: "array[int]" = field(default_factory=lambda: array("q"))

    def medians(self) -> SystemCost:
        return SystemCost(
            len(self.model_bytes),
            statistics.median(self.train_seconds),
            statistics.median(self.predict_ms),
            statistics.median(self.model_bytes),
        )


def run_scores(cells: Iterable[PlannedCell]) -> RunScores:
    """Read a run's cells once; they come skill by skill."""
    skills: list[SkillScores] = []
    costs: dict[tuple[int | None, str], _Costs] = {}
    code: dict[str, set[str]] = {}
    data: dict[tuple[str, str], None] = {}
    finished = -math.inf
    for (label, shots), group in by_skill(cells):
        for cell in group:
            row = cell.row
            data[label, row.data_digest] = None
            code.setdefault(row.system, set()).add(row.code_digest)
            finished = max(finished, row.finished)
            cost = costs.setdefault((shots, row.system), _Costs())
            cost.train_seconds.append(row.train_seconds)
            cost.predict_ms.append(row.predict_ms)
            cost.model_bytes.append(row.model_bytes)
        skills.append(skill_scores(group))
    return RunScores(
        tuple(skills),
        {key: cost.medians() for key, cost in costs.items()},
        {system: frozenset(digests) for system, digests in code.items()},
        tuple(sorted(data)),
        None if math.isinf(finished) else finished,
    )


def skill_scores(cells: Sequence[PlannedCell]) -> SkillScores:
    """The means of one skill's cells at one number of shots."""
    some = cells[0].row
    by_system: dict[str, list[PlannedCell]] = {}
    for cell in cells:
        by_system.setdefault(cell.row.system, []).append(cell)
    means = {
        system: tuple(_mean(own, metric) for metric in METRICS) for system, own in by_system.items()
    }
    return SkillScores(
        cells[0].suite, some.skill, some.locale, some.shots, some.n_train, some.n_test, means
    )


def mean_over_skills(skills: Iterable[SkillScores], system: str, metric: str) -> float | None:
    """A system's mean over the skills on which it can be measured."""
    found = [score for s in skills if (score := s.score(system, metric)) is not None]
    return math.fsum(found) / len(found) if found else None


def _mean(cells: Iterable[PlannedCell], metric: str) -> float | None:
    values = [getattr(cell.row, metric) for cell in cells]
    known = [value for value in values if value is not None and not math.isnan(value)]
    return math.fsum(known) / len(known) if known else None
