"""An ablation's rows, computed one by one, and each compared with the base over the same cells."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from data_cards.errors import SkillwiseError
from data_cards.folds import number
from data_cards.scratch import write_whole
from evaluation.ablation.settings import BASE, Ablation
from evaluation.driver.compare import compare
from evaluation.findings.grouping import comparable
from evaluation.planning.plan import FOLDER
from evaluation.report.format import between, points
from evaluation.report.markdown import table
from evaluation.results.folder import owned
from evaluation.results.reader import FILE, Results
from evaluation.results.rows import CellRow, PlannedCell, RunResult
from evaluation.scoring.gains import gain
from evaluation.scoring.metrics import METRICS
from evaluation.scoring.names import shots_name
from evaluation.stats.bootstrap import RESAMPLES, skill_replicates, wins
from evaluation.stats.suite_interval import suite_interval, suite_replicates
from evaluation.workers.pool import Limits
from evaluation.workers.progress import say

PAIR = (BASE, "change")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to one metric: means over the skills that both rows have, paired.

    `points` is change - base, with its 95% interval over skills, seeds and utterances.
    """

    metric: str
    skills: int
    seeds: int
    base: float
    changed: float
    points: float
    ci_low: float | None
    ci_high: float | None
    relative_error_reduction: float | None
    wins: int
    ties: int
    losses: int


@dataclass(frozen=True, slots=True)
class RowResult:
    """A row of the table: its means over its own skills, and its effects against the base."""

    name: str
    slug: str
    system: str
    changes: tuple[str, ...]
    shots: int | None
    commit: str | None
    settings_digest: str
    skills: int
    failures: int
    means: Mapping[str, float | None]
    effects: tuple[Effect, ...]


def ablate(
    ablation: Ablation, out: Path, *, jobs: int | None = None, cluster: str | None = None,
    limits: Limits | None = None, sources: Path | None = None,
) -> list[RowResult]:  # fmt: skip
    """Compute all rows into `out`, one folder each, and write ablation.json and ablation.md.

    A finished row costs nothing the second time, so a run that was cut short goes on.
    Source models are kept in `sources`, by default beside `out`.
    """
    plans = ablation.plans(sources if sources is not None else out.parent / FOLDER)
    with owned(out):
        runs = []
        for row, planned in plans:
            say(f"{row.name}: {len(planned)} cells")
            folder = out / row.slug
            runs.append(compare(planned, folder, jobs=jobs, cluster=cluster, limits=limits))
        results = []
        for (row, _), run in zip(plans, runs, strict=True):
            effects = () if row.slug == BASE else _effects(out, row.slug, runs[0], run)
            if row.slug != BASE and not effects and run.cells and runs[0].cells:
                raise SkillwiseError(
                    f"{ablation.path}: {row.name}: shares no skill with the base; "
                    "let its skills be some of the base's"
                )
            results.append(
                RowResult(
                    row.name, row.slug, row.settings.systems[0], row.settings.changes,
                    row.settings.shots[0], run.commit, run.settings_digest,
                    len({cell.label for cell in run.cells}), len(run.failures),
                    {name: _mean(run.cells, name) for name in METRICS}, effects,
                )
            )  # fmt: skip
        content = {"schema": 1, "file": ablation.path.name, "rows": [asdict(r) for r in results]}
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
        write_whole(out / "ablation.json", text + "\n")
        write_whole(out / "ablation.md", render(ablation.path.stem, results))
    return results


def render(title: str, rows: Sequence[RowResult]) -> str:
    """The table of an ablation. Pure."""
    header = ["row", "skills", "frame accuracy", *(f"{m.title}, change" for m in METRICS.values())]
    header += ["better / equal / worse"]
    lines = []
    for row in rows:
        effects = {effect.metric: effect for effect in row.effects}
        frame = effects.get("frame_accuracy")
        lines.append(
            [
                row.name,
                str(row.skills if frame is None else frame.skills),
                _percent(row.means["frame_accuracy"] if frame is None else frame.changed),
                *(_change(effects.get(metric)) for metric in METRICS),
                f"{frame.wins} / {frame.ties} / {frame.losses}" if frame is not None else "",
            ]
        )
    told = [
        f"- {row.name}: `{row.system}` {' '.join(f'`{c}`' for c in row.changes)}".rstrip()
        + f", shots {shots_name(row.shots)}, commit {row.commit or 'unknown'},"
        f" settings {row.settings_digest[:12]}"
        + (f", {row.failures} cells failed" if row.failures else "")
        for row in rows
    ]
    note = (
        "Means over skills. Changes are in points against the base, on the skills and seeds that"
        " both have; in brackets the 95% interval over skills, seeds and utterances. Wins and"
        " losses are skills by frame accuracy. A lower SemER is better."
    )
    return "\n\n".join([f"# Ablation: {title}", table(header, lines), note, "\n".join(told)]) + "\n"


def _effects(out: Path, slug: str, base: RunResult, changed: RunResult) -> tuple[Effect, ...]:
    sides = [_by_label(run.cells) for run in (base, changed)]
    labels = [label for label in sides[0] if label in sides[1]]
    found = []
    with Results(out / BASE / FILE) as first, Results(out / slug / FILE) as second:
        measured: dict[str, list[tuple[CellRow, int, float, float, np.ndarray]]] = {}
        for label in labels:
            rows = [side[label] for side in sides]
            seeds = sorted(rows[0].keys() & rows[1].keys())
            if not seeds or rows[0][seeds[0]].data_digest != rows[1][seeds[0]].data_digest:
                continue
            tallies = {
                name: {seed: results.counts(own[seed].key) for seed in seeds}
                for name, results, own in zip(PAIR, (first, second), rows, strict=True)
            }
            rng = np.random.default_rng(number(label))
            replicates = skill_replicates(tallies, [PAIR], rng, RESAMPLES)[PAIR]
            for name in METRICS:
                if all(comparable(own[seed], name) for own in rows for seed in seeds):
                    before, after = (
                        math.fsum(getattr(own[s], name) for s in seeds) / len(seeds) for own in rows
                    )
                    entry = (rows[0][seeds[0]], len(seeds), before, after, replicates[name])
                    measured.setdefault(name, []).append(entry)
    for name, entries in measured.items():
        metric = METRICS[name]
        names = [row.skill for row, *_ in entries]
        drawn = suite_replicates(
            [(before, after) for _, _, before, after, _ in entries],
            [replicates for *_, replicates in entries],
            names,
            np.random.default_rng(number(name)),
        )
        low, high = suite_interval(drawn[:, 1] - drawn[:, 0], names)
        before = math.fsum(e[2] for e in entries) / len(entries)
        after = math.fsum(e[3] for e in entries) / len(entries)
        sign = 1 if metric.higher_is_better else -1
        cut = gain(before, after, higher_is_better=metric.higher_is_better)
        found.append(
            Effect(
                name, len(entries), min(e[1] for e in entries), before, after, after - before,
                low, high, cut.relative_error_reduction,
                *wins([sign * (e[3] - e[2]) for e in entries]),
            )
        )  # fmt: skip
    return tuple(found)


def _by_label(cells: Iterable[PlannedCell]) -> dict[str, dict[int, CellRow]]:
    """Rows by skill and seed; a row of an ablation has one system and one number of shots."""
    found: dict[str, dict[int, CellRow]] = {}
    for cell in cells:
        found.setdefault(cell.label, {})[cell.row.seed] = cell.row
    return found


def _mean(cells: Iterable[PlannedCell], metric: str) -> float | None:
    """Mean over skills of the mean over seeds."""
    each: dict[str, list[float]] = {}
    for cell in cells:
        value = getattr(cell.row, metric)
        if value is not None:
            each.setdefault(cell.label, []).append(value)
    return math.fsum(sum(v) / len(v) for v in each.values()) / len(each) if each else None


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f}"


def _change(effect: Effect | None) -> str:
    if effect is None:
        return ""
    if effect.ci_low is None:
        return points(effect.points)
    return f"{points(effect.points)} ({between(points(effect.ci_low), points(effect.ci_high))})"
