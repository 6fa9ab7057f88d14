"""All the figures of the page as one JSON value; names are numbers into its lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.findings.scores import RunScores, SkillScores
from evaluation.report.page.groups import grouped, known, pair_names, system_names
from evaluation.report.page.panels import Pair, panel
from evaluation.results.reader import Results
from evaluation.results.rows import Comparison, Level, RunResult, SkillVerdict, Slice
from evaluation.scoring.metrics import METRICS

UTTERANCES = 12_000
"""Utterances in the whole page, shared by its panels, so that it opens at once."""

MOST, FEWEST = 60, 6
"""Utterances in one panel: at most, and at least where there are many panels."""

ROWS = 2_000
"""Rows of the ladder in the page, each a skill at one number of shots with its panel."""

Place = tuple[str, int | None]
"""A row of the ladder: a skill's label and a number of shots."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Which rows of the ladder the page holds, and of how many; `most` at each number of shots."""

    places: frozenset[Place]
    rows: int
    most: int

    @property
    def bounded(self) -> bool:
        """Whether rows were left out."""
        return len(self.places) < self.rows


def shown(scores: RunScores, pairs: Sequence[Pair]) -> Shown:
    """All rows while they are few; else, at each number of shots, the same number of them: those
    where the headline's pair differs most in frame accuracy, equal ones in the plan's order."""

    def change(skill: SkillScores) -> float:
        if not pairs:
            return 0.0  # nothing was compared: the first ones of the plan
        before, after = (skill.score(s, "frame_accuracy") for s in pairs[0])
        return 0.0 if before is None or after is None else -abs(after - before)

    shots = dict.fromkeys(s.shots for s in scores.skills)
    rows = len(scores.skills)
    most = ROWS if rows <= ROWS else max(1, ROWS // len(shots))
    chosen = [s for n in shots for s in sorted(scores.at(n), key=change)[:most]]
    return Shown(frozenset((s.label, s.shots) for s in chosen), rows, most)


def figures(run: RunResult, results: Results, scores: RunScores, held: Shown) -> dict[str, Any]:
    """What the page's own code draws from; of the cells the answers behind its panels are read."""
    systems = system_names(run, scores)
    pairs = pair_names(run, systems)
    shots = list(dict.fromkeys(s.shots for s in scores.skills))
    locales = sorted({s.locale for s in scores.skills})
    rows = [s for s in scores.skills if (s.label, s.shots) in held.places]
    names = {s.label: [s.name, s.locale, s.suite] for s in rows}
    numbers = {label: number for number, label in enumerate(names)}
    panels = _panels(run, results, systems, pairs, held)
    verdicts = {
        (v.label, v.shots, v.baseline, v.candidate): v
        for v in run.skills
        if (v.label, v.shots) in held.places
    }
    at = {place: number for number, place in enumerate(panels)}
    ladder = [
        [
            {
                "skill": numbers[s.label],
                "panel": at.get((s.label, n)),
                "train": s.n_train,
                "test": s.n_test,
                "scores": [[_rounded(s.score(name, m)) for m in METRICS] for name in systems],
                "gaps": [_gaps(verdicts.get((s.label, n, *pair))) for pair in pairs],
                "decisions": [_decision(verdicts.get((s.label, n, *pair))) for pair in pairs],
            }
            for s in rows
            if s.shots == n
        ]
        for n in shots
    ]
    return {
        "systems": systems,
        "pairs": [[systems.index(a), systems.index(b)] for a, b in pairs],
        "metrics": [[m.name, m.title, m.higher_is_better] for m in METRICS.values()],
        "shots": shots,
        "locales": locales,
        "skills": list(names.values()),
        "totals": [len(scores.at(n)) for n in shots],
        "comparisons": [_comparison(c, pairs, shots, locales) for c in run.comparisons],
        "slices": [_slice(s, pairs, shots) for s in run.slices],
        "curves": _curves(run.levels, systems, shots),
        "sizes": [round(scores.mean_size(n), 1) for n in shots],
        "ladder": ladder,
        "panels": list(panels.values()),
    }


def _panels(
    run: RunResult, results: Results, systems: Sequence[str], pairs: Sequence[Pair], held: Shown
) -> dict[Place, dict[str, Any]]:
    """The panels of the rows that are shown."""
    vectors: Mapping[str, str] = run.settings.get("vectors", {})
    most = min(MOST, max(FEWEST, UTTERANCES // max(1, len(held.places))))
    return {
        place: panel(group, results, systems, pairs, most, vectors)
        for group in grouped(run.cells)
        if (place := (group.label, group.shots)) in held.places
    }


def _curves(
    levels: Sequence[Level], systems: Sequence[str], shots: Sequence[int | None]
) -> list[list[list[list[float | None] | None]]]:
    """metric -> system -> shots -> mean, low, high."""
    at = {(v.metric, v.system, v.shots): v for v in levels}
    return [
        [[_level(at.get((metric, system, n))) for n in shots] for system in systems]
        for metric in METRICS
    ]


def _level(level: Level | None) -> list[float | None] | None:
    return (
        None if level is None else [_rounded(v) for v in (level.mean, level.ci_low, level.ci_high)]
    )


def _gaps(verdict: SkillVerdict | None) -> list[list[float | None] | None]:
    """By metric: a skill's difference with its interval; None where it cannot be measured."""
    tests = {test.metric: test for test in verdict.tests} if verdict is not None else {}
    return [
        None
        if test is None or test.ci_low is None
        else [_rounded(v) for v in (test.points, test.ci_low, test.ci_high)]
        for test in (tests.get(metric) for metric in METRICS)
    ]


def _decision(verdict: SkillVerdict | None) -> list[str] | None:
    return None if verdict is None else [verdict.verdict, verdict.reason]


def _comparison(
    c: Comparison, pairs: Sequence[Pair], shots: Sequence[int | None], locales: Sequence[str]
) -> dict[str, Any]:
    """A row of the gains; each gain is value, low, high."""
    return {
        "pair": pairs.index((c.baseline, c.candidate)),
        "metric": list(METRICS).index(c.metric),
        "shots": shots.index(c.shots),
        "locale": None if c.locale is None else locales.index(c.locale),
        "skills": c.skills,
        "means": [_rounded(c.baseline_mean), _rounded(c.candidate_mean)],
        "points": [_rounded(v) for v in (c.points, c.points_ci_low, c.points_ci_high)],
        "relative": [_rounded(v) for v in (c.relative_gain, c.ci_low, c.ci_high)],
        "errors": [
            _rounded(v)
            for v in (
                c.relative_error_reduction, c.error_reduction_ci_low, c.error_reduction_ci_high
            )
        ],
        "wins": [c.wins, c.ties, c.losses],
        "claims": [c.claimable_wins, _rounded(c.wilcoxon_p)],
    }  # fmt: skip


def _slice(s: Slice, pairs: Sequence[Pair], shots: Sequence[int | None]) -> list[Any]:
    """A row of the slices: shots, pair, unit, kind, label, skills, units, both shares right, gap
    with its interval, won and lost."""
    gap = [_rounded(v) for v in (s.points, s.ci_low, s.ci_high)]
    return [
        shots.index(s.shots), pairs.index((s.baseline, s.candidate)), s.unit, s.kind, s.label,
        s.skills, s.count, _rounded(s.baseline_right), _rounded(s.candidate_right), gap,
        s.won, s.lost,
    ]  # fmt: skip


def _rounded(value: float | None) -> float | None:
    found = known(value)
    return None if found is None else round(found, 5)
