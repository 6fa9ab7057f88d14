"""All the figures of the page as one JSON value; names are numbers into its lists."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.crossed import PairedError, paired_errors
from evaluation.metrics import METRICS
from evaluation.page.curves import curves, sizes
from evaluation.page.groups import SkillCells, grouped, known, pair_names, system_names
from evaluation.page.paired import Gap, gaps
from evaluation.page.panels import Pair, panel
from evaluation.report import TITLES
from evaluation.results import Results
from evaluation.rows import Comparison, RunResult, SkillVerdict, Slice

UTTERANCES = 12_000
"""Utterances in the whole page, shared by its panels, so that it opens at once."""

MOST, FEWEST = 60, 6
"""Utterances in one panel: at most, and at least where there are many panels."""

PANELS = 2_000
"""Panels in the page; beyond it, those where the headline's pair differs most."""


def figures(run: RunResult, results: Results) -> dict[str, Any]:
    """What the page's own code draws from."""
    groups, systems, pairs = grouped(run), system_names(run), pair_names(run)
    shots = list(dict.fromkeys(g.shots for g in groups))
    locales = sorted({g.locale for g in groups})
    names = {g.label: [g.name, g.locale, g.suite] for g in groups}
    numbers = {label: number for number, label in enumerate(names)}
    panels, at = _panels(groups, results, systems, pairs, run.settings.get("vectors", {}))
    verdicts = {
        (f"{v.suite}/{v.skill}@{v.locale}", v.shots, v.baseline, v.candidate): v for v in run.skills
    }
    ladder = []
    for n in shots:
        own = [g for g in groups if g.shots == n]
        rows = [
            {
                "skill": numbers[g.label],
                "panel": at.get((g.label, n)),
                "train": g.some.n_train,
                "test": g.some.n_test,
                "scores": [[_rounded(g.score(s, metric)) for metric in METRICS] for s in systems],
                "gaps": found,
                "decisions": [_decision(verdicts.get((g.label, n, *pair))) for pair in pairs],
            }
            for g, found in zip(own, _gaps(own, results, pairs), strict=True)
        ]
        ladder.append(rows)
    return {
        "systems": systems,
        "pairs": [[systems.index(a), systems.index(b)] for a, b in pairs],
        "metrics": [[m.name, TITLES[m.name], m.higher_is_better] for m in METRICS.values()],
        "shots": shots,
        "locales": locales,
        "skills": list(names.values()),
        "comparisons": [_comparison(c, pairs, shots, locales) for c in run.comparisons],
        "slices": [_slice(s, pairs, shots) for s in run.slices],
        "curves": curves(groups, systems, shots),
        "sizes": sizes(groups, shots),
        "ladder": ladder,
        "panels": panels,
    }


def _gaps(
    groups: Sequence[SkillCells], results: Results, pairs: Sequence[Pair]
) -> list[list[list[list[float | None] | None]]]:
    """skill -> pair -> metric -> gap, low, high; of the skills at one number of shots."""
    found: dict[tuple[Pair, str], list[PairedError | None]] = {
        (pair, metric): [] for pair in pairs for metric in METRICS
    }
    for group in groups:
        counts = {
            system: {seed: results.counts(row.key) for seed, row in by_seed.items()}
            for system, by_seed in group.rows.items()
        }
        for name, metric in METRICS.items():
            fit = {s: t for s, t in counts.items() if group.comparable(s, name)}
            for pair, error in zip(pairs, paired_errors(fit, pairs, metric), strict=True):
                found[pair, name].append(error)
    lists = {key: [_gap(gap) for gap in gaps(own)] for key, own in found.items()}
    return [
        [[lists[pair, metric][number] for metric in METRICS] for pair in pairs]
        for number in range(len(groups))
    ]


def _gap(gap: Gap | None) -> list[float | None] | None:
    return None if gap is None else [_rounded(v) for v in (gap.points, gap.low, gap.high)]


def _decision(verdict: SkillVerdict | None) -> list[str] | None:
    return None if verdict is None else [verdict.verdict, verdict.reason]


def _panels(
    groups: Sequence[SkillCells], results: Results, systems: Sequence[str],
    pairs: Sequence[Pair], vectors: Mapping[str, str],
) -> tuple[list[dict[str, Any]], dict[tuple[str, int | None], int]]:  # fmt: skip
    """The panels, and where that of a skill at a number of shots stands among them."""
    chosen = _with_panels(groups, pairs)
    most = min(MOST, max(FEWEST, UTTERANCES // max(1, len(chosen))))
    panels = [panel(group, results, systems, pairs, most, vectors) for group in chosen]
    return panels, {(g.label, g.shots): number for number, g in enumerate(chosen)}


def _with_panels(groups: Sequence[SkillCells], pairs: Sequence[Pair]) -> list[SkillCells]:
    if len(groups) <= PANELS:
        return list(groups)

    def change(group: SkillCells) -> float:
        before, after = (group.score(s, "frame_accuracy") or 0.0 for s in pairs[0])
        return -abs(after - before)

    return sorted(groups, key=change)[:PANELS] if pairs else list(groups[:PANELS])


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
