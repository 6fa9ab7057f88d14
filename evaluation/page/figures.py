"""All the figures of the page as one JSON value; names are numbers into its lists."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.metrics import METRICS, Counts
from evaluation.page.curves import curves, sizes
from evaluation.page.groups import SkillCells, grouped, known, pair_names, system_names
from evaluation.page.paired import paired_gap
from evaluation.page.panels import Pair, panel
from evaluation.report import TITLES
from evaluation.results import Results
from evaluation.rows import Comparison, RunResult

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
    labels = {g.label: number for number, g in enumerate({g.label: g for g in groups}.values())}
    open_to = _with_panels(groups, pairs)
    most = min(MOST, max(FEWEST, UTTERANCES // max(1, len(open_to))))
    ladder: list[list[dict[str, Any]]] = [[] for _ in shots]
    panels: list[dict[str, Any]] = []
    for number, group in enumerate(groups):
        row = _row(group, results, systems, pairs)
        row["skill"], row["panel"] = labels[group.label], None
        if number in open_to:
            row["panel"] = len(panels)
            panels.append(panel(group, results, systems, pairs, most))
        ladder[shots.index(group.shots)].append(row)
    names = {g.label: [g.name, g.locale, g.suite] for g in groups}
    return {
        "systems": systems,
        "pairs": [[systems.index(a), systems.index(b)] for a, b in pairs],
        "metrics": [[m.name, TITLES[m.name], m.higher_is_better] for m in METRICS.values()],
        "shots": shots,
        "locales": locales,
        "skills": list(names.values()),
        "comparisons": [_comparison(c, pairs, shots, locales) for c in run.comparisons],
        "curves": curves(groups, systems, shots),
        "sizes": sizes(groups, shots),
        "ladder": ladder,
        "panels": panels,
    }


def _row(
    group: SkillCells, results: Results, systems: Sequence[str], pairs: Sequence[Pair]
) -> dict[str, Any]:
    """A skill's scores, (systems, metrics), and gaps, (pairs, metrics), each with its interval."""
    counts = {
        system: {seed: results.counts(row.key) for seed, row in by_seed.items()}
        for system, by_seed in group.rows.items()
    }
    return {
        "train": group.some.n_train,
        "test": group.some.n_test,
        "scores": [[_rounded(group.score(s, metric)) for metric in METRICS] for s in systems],
        "gaps": [[_gap(group, counts, pair, metric) for metric in METRICS] for pair in pairs],
    }


def _gap(
    group: SkillCells, counts: Mapping[str, Mapping[int, Counts]], pair: Pair, metric: str
) -> list[float | None] | None:
    if any(group.score(system, metric) is None for system in pair):
        return None
    if metric == "intent_accuracy" and group.some.intents < 2:
        return None  # nothing to tell apart
    found = paired_gap(counts[pair[0]], counts[pair[1]], METRICS[metric])
    return None if found is None else [_rounded(v) for v in (found.points, found.low, found.high)]


def _with_panels(groups: Sequence[SkillCells], pairs: Sequence[Pair]) -> set[int]:
    numbers = range(len(groups))
    if len(groups) <= PANELS:
        return set(numbers)
    pair = pairs[0] if pairs else None

    def change(number: int) -> float:
        scores = [groups[number].score(s, "frame_accuracy") or 0.0 for s in pair or ()]
        return -abs(scores[0] - scores[1]) if scores else 0.0

    return set(sorted(numbers, key=change)[:PANELS])


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
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    found = known(value)
    return None if found is None else round(found, 5)
