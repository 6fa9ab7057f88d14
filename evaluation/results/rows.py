"""What a run's folder holds, as records: the rows of results.sqlite and what is made of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from evaluation.scoring.names import SkillRef, cell_name


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
    scoring_digest: str | None = None
    """Of the code that computed the scores; None: made before this was kept."""


CELL_COLUMNS = tuple(field.name for field in fields(CellRow))


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """A finished cell in its place of a run's plan. `suite` says where the run took it from."""

    suite: str
    row: CellRow

    @property
    def label(self) -> str:
        """Suite and skill: unique within a run."""
        return SkillRef(self.suite, self.row.skill, self.row.locale).label


@dataclass(frozen=True, slots=True)
class Failure:
    """A planned cell that has no figures, with the traceback of the bug that took them."""

    suite: str
    skill: str
    locale: str
    system: str
    shots: int | None
    seed: int
    traceback: str

    @property
    def label(self) -> str:
        """Suite and skill: unique within a run."""
        return SkillRef(self.suite, self.skill, self.locale).label

    @property
    def name(self) -> str:
        """The cell in words."""
        return cell_name(self.label, self.system, self.shots, self.seed)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate against a baseline over `skills` skills (locale, shots None = all).

    `points`, `relative_gain` and `relative_error_reduction` are of the means over skills
    (`baseline_mean`, `candidate_mean`); a ratio of means stays put where one skill's baseline is
    near zero. The mean of the per-skill ratios stands beside it, over the skills that have one.
    Intervals: 95%, skill -> seed -> utterance; ci_* are of `relative_gain`.
    `wilcoxon_p` is the signed-rank test over skills. `significant_wins` and `_losses` are the
    skills whose adjusted p-value is at most .05; in at least `claimable_wins` of them the candidate
    is better, with a confidence of 95% in that number. None: made before these were computed.
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
    wilcoxon_p: float | None = None
    significant_wins: int | None = None
    significant_losses: int | None = None
    claimable_wins: int | None = None


@dataclass(frozen=True, slots=True)
class MetricTest:
    """One skill's tests in one metric; `points` is candidate - baseline, raw.

    `p_value` is the larger of `p_utterances` (do these fitted models differ: exact McNemar for the
    accuracies, randomisation for slot F1 and SemER) and `p_seeds` (do the systems, over seeds too;
    None with one seed, unless it was cross-validated). `p_adjusted` is Benjamini-Hochberg over the
    run's skills. `p_no_worse` and `p_no_gain` are the one-sided tests of "loses less" and "gains
    less than the margin". The 95% interval of `points` is over utterances and seeds; None: made
    before these were kept.
    """

    metric: str
    points: float
    p_value: float
    p_utterances: float
    p_seeds: float | None
    p_adjusted: float
    p_no_worse: float
    p_no_gain: float
    p_no_gain_adjusted: float
    ci_low: float | None = None
    ci_high: float | None = None


@dataclass(frozen=True, slots=True)
class SkillVerdict:
    """Whether a skill should `move` to the candidate, `keep` the baseline, or is `undecided`.

    `alpha` is what the skill's own p-value had to reach in this list, `discordance` the share of
    utterances on which one system alone has the whole frame right, `smallest_effect` the gain in
    frame accuracy that its test split shows with 80% power (None: none at all), and
    `utterances_needed` about how many more test utterances would decide it (None: not asked, or
    no number of them would).
    """

    suite: str
    skill: str
    locale: str
    shots: int | None
    baseline: str
    candidate: str
    n_test: int
    seeds: int
    verdict: str
    reason: str
    margin: float
    alpha: float
    discordance: float
    smallest_effect: float | None
    utterances_needed: int | None
    tests: tuple[MetricTest, ...]

    @property
    def label(self) -> str:
        """Suite and skill: unique within a run."""
        return SkillRef(self.suite, self.skill, self.locale).label


@dataclass(frozen=True, slots=True)
class Slice:
    """A pair of systems on a part of all test utterances, or of all their gold slots (`unit`).

    Pooled over `skills` names and over seeds, so an utterance counts once a seed in `count`;
    right are whole frames, or slots that an answer has. `points` is candidate - baseline with its
    95% interval over skills; `won` and `lost` are the units that changed sides.
    """

    shots: int | None
    baseline: str
    candidate: str
    unit: str
    kind: str
    label: str
    skills: int
    count: int
    baseline_right: float
    candidate_right: float
    points: float
    ci_low: float | None
    ci_high: float | None
    won: int
    lost: int


@dataclass(frozen=True, slots=True)
class Level:
    """A system's mean over skills in one metric at one number of shots: a point of its growth.

    The 95% interval is Student's, skills being the sample; None of a single skill.
    """

    shots: int | None
    system: str
    metric: str
    skills: int
    mean: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class Findings:
    """What a run came to: recorded once, when it is concluded; reports compute nothing."""

    comparisons: tuple[Comparison, ...] = ()
    skills: tuple[SkillVerdict, ...] = ()
    slices: tuple[Slice, ...] = ()
    levels: tuple[Level, ...] = ()


FINDINGS = tuple(field.name for field in fields(Findings))


@dataclass(frozen=True, slots=True)
class RunResult:
    """All that the reports of a run are rendered from; utterances are read when they are needed.

    So are the `cells` of a large run: each walk over them reads the results file, skill by skill.
    """

    commit: str | None
    settings_digest: str
    settings: Mapping[str, Any]
    seconds: float
    cells: Collection[PlannedCell]
    comparisons: tuple[Comparison, ...]
    failures: tuple[Failure, ...]
    skills: tuple[SkillVerdict, ...] = ()
    slices: tuple[Slice, ...] = ()
    levels: tuple[Level, ...] = ()
