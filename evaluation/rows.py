"""What a run's folder holds, as records: the rows of results.sqlite and what is made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class CellRow:
    """A finished cell: what it was, by which digests, and its figures. None = not measurable."""

    key: str
    skill: str
    locale: str
    system: str
    seed: int
    shots: int | None
    data_digest: str
    settings_digest: str
    code_digest: str
    vectors_digest: str
    n_train: int
    n_test: int
    intents: int
    intent_accuracy: float | None
    slot_f1: float | None
    frame_accuracy: float
    semer: float
    slot_precision: float | None
    slot_recall: float | None
    slot_f1_macro: float | None
    train_seconds: float
    predict_ms: float
    model_bytes: int
    finished: float


CELL_COLUMNS = tuple(field.name for field in fields(CellRow))


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """A finished cell in its place of a run's plan. `suite` says where the run took it from."""

    suite: str
    row: CellRow

    @property
    def label(self) -> str:
        """Suite and skill: unique within a run."""
        return f"{self.suite}/{self.row.skill}@{self.row.locale}"


@dataclass(frozen=True, slots=True)
class Failure:
    """A planned cell that has no figures, with the traceback of the bug that took them."""

    suite: str
    name: str
    traceback: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate against a baseline over `skills` skills (locale, shots None = all).

    `points`, `relative_gain` and `relative_error_reduction` are of the means over skills
    (`baseline_mean`, `candidate_mean`); a ratio of means stays put where one skill's baseline is
    near zero. The mean of the per-skill ratios stands beside it, over the skills that have one.
    Intervals: 95%, skill -> seed -> utterance; ci_* are of `relative_gain`.
    """

    baseline: str
    candidate: str
    metric: str
    shots: int | None
    locale: str | None
    skills: int
    points: float | None
    relative_gain: float | None
    relative_error_reduction: float | None
    ci_low: float | None
    ci_high: float | None
    wins: int
    ties: int
    losses: int
    baseline_mean: float | None
    candidate_mean: float | None
    points_ci_low: float | None
    points_ci_high: float | None
    error_reduction_ci_low: float | None
    error_reduction_ci_high: float | None
    mean_skill_relative_gain: float | None
    mean_skill_relative_gain_skills: int
    mean_skill_error_reduction: float | None
    mean_skill_error_reduction_skills: int


@dataclass(frozen=True, slots=True)
class RunResult:
    """All that the reports of a run are rendered from; utterances are read when they are needed."""

    commit: str | None
    settings_digest: str
    settings: Mapping[str, Any]
    seconds: float
    cells: tuple[PlannedCell, ...]
    comparisons: tuple[Comparison, ...]
    failures: tuple[Failure, ...]
