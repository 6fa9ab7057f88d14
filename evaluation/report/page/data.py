"""All the figures of the page as one JSON value; names are numbers into its lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.findings.scores import RunScores, SkillScores
from evaluation.report.page.curves import curves, sizes
from evaluation.report.page.groups import grouped, known, pair_names, system_names
from evaluation.report.page.paired import Gap, gaps
from evaluation.report.page.panels import Pair, panel
from evaluation.report.text import TITLES
from evaluation.results.reader import Results
from evaluation.results.rows import Comparison, RunResult, SkillVerdict, Slice
from evaluation.scoring.metrics import METRICS
from evaluation.stats.paired_error import PairedError, paired_errors

UTTERANCES = 12_000
"""Utterances in the whole page, shared by its panels, so that it opens at once."""

MOST, FEWEST = 60, 6
"""Utterances in one panel: at most, and at least where there are many panels."""

ROWS = 2_000
"""Rows of the ladder in the page, each a skill at one number of shots with its panel."""

Place = tuple[str, int | None]
"""A row of the ladder: a skill's label and a number of shots."""

Errors = dict[tuple[int | None, Pair, str], list[PairedError | None]]
"""By shots, pair and metric: what each skill's paired difference is, skills in plan order."""


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
    """What the page's own code draws from; the answers of all cells are read once, by skill."""
    systems = system_names(run, scores)
    pairs = pair_names(run, systems)
    shots = list(dict.fromkeys(s.shots for s in scores.skills))
    locales = sorted({s.locale for s in scores.skills})
    rows = [s for s in scores.skills if (s.label, s.shots) in held.places]
    names = {s.label: [s.name, s.locale, s.suite] for s in rows}
    numbers = {label: number for number, label in enumerate(names)}
    errors, panels = _read(run, results, systems, pairs, held)
    found = _gaps(errors, scores, held)
    verdicts = {
        (label, v.shots, v.baseline, v.candidate): v
        for v in run.skills
        if ((label := f"{v.suite}/{v.skill}@{v.locale}"), v.shots) in held.places
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
                "gaps": [
                    [_gap(found[s.label, n][pair, metric]) for metric in METRICS] for pair in pairs
                ],
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
        "metrics": [[m.name, TITLES[m.name], m.higher_is_better] for m in METRICS.values()],
        "shots": shots,
        "locales": locales,
        "skills": list(names.values()),
        "totals": [len(scores.at(n)) for n in shots],
        "comparisons": [_comparison(c, pairs, shots, locales) for c in run.comparisons],
        "slices": [_slice(s, pairs, shots) for s in run.slices],
        "curves": curves(scores.skills, systems, shots),
        "sizes": sizes(scores.skills, shots),
        "ladder": ladder,
        "panels": list(panels.values()),
    }


def _read(
    run: RunResult, results: Results, systems: Sequence[str], pairs: Sequence[Pair], held: Shown
) -> tuple[Errors, dict[Place, dict[str, Any]]]:
    """Every skill's paired differences, and the panels of the rows that are shown."""
    vectors: Mapping[str, str] = run.settings.get("vectors", {})
    most = min(MOST, max(FEWEST, UTTERANCES // max(1, len(held.places))))
    errors: Errors = {}
    panels = {}
    for group in grouped(run.cells):
        counts = {
            system: {seed: results.counts(row.key) for seed, row in by_seed.items()}
            for system, by_seed in group.rows.items()
        }
        for name, metric in METRICS.items():
            fit = {s: t for s, t in counts.items() if group.comparable(s, name)}
            for pair, error in zip(pairs, paired_errors(fit, pairs, metric), strict=True):
                errors.setdefault((group.shots, pair, name), []).append(error)
        place = (group.label, group.shots)
        if place in held.places:
            panels[place] = panel(group, results, systems, pairs, most, vectors)
    return errors, panels


def _gaps(
    errors: Errors, scores: RunScores, held: Shown
) -> dict[Place, dict[tuple[Pair, str], Gap | None]]:
    """The gaps of the rows that are shown; each is judged beside those of its whole list."""
    out: dict[Place, dict[tuple[Pair, str], Gap | None]] = {place: {} for place in held.places}
    for (shots, pair, metric), found in errors.items():
        for skill, gap in zip(scores.at(shots), gaps(found), strict=True):
            if (skill.label, shots) in out:
                out[skill.label, shots][pair, metric] = gap
    return out


def _gap(gap: Gap | None) -> list[float | None] | None:
    return None if gap is None else [_rounded(v) for v in (gap.points, gap.low, gap.high)]


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
