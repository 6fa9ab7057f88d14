"""The figures of a finished run, for docs/results: scores, gains, intervals and wins.

    python benchmarks/run_figures.py runs/claims --json docs/results/collected.json
    python benchmarks/run_figures.py runs/claims --suite hwu64 --json docs/results/hwu64.json
    python benchmarks/run_figures.py runs/ablations/crf --json docs/results/ablation-crf.json

A score is `<metric>_<system>_at_<shots>`, the mean over skills of the mean over seeds, with a
locale, or with --by-skill a skill, behind it. A comparison is
`<metric>_<candidate>_over_<baseline>_at_<shots>_<quantity>`. `train_seconds_` and `predict_ms_`
are medians over cells, `n_train_at_` is a mean. Where the code has changed since the run, the file
says so by having no digest. With --suite, comparisons are left out: they are of the whole run. An
ablation has `<row>_<metric>`, and `<row>_<metric>_<quantity>` against its base.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the rooms, before this folder's pretrain.py

from evaluation.planning.code_digest import code_digest  # noqa: E402
from evaluation.results.figures import SCORING, write_figures  # noqa: E402

METRICS = ("frame_accuracy", "intent_accuracy", "slot_f1", "semer")
Row = Mapping[str, Any]
Figures = dict[str, float | None]

QUANTITIES = {
    "points": ("points", 100),
    "points_ci_low": ("low_points", 100),
    "points_ci_high": ("high_points", 100),
    "relative_gain": ("relative_gain", 1),
    "ci_low": ("relative_gain_low", 1),
    "ci_high": ("relative_gain_high", 1),
    "relative_error_reduction": ("error_reduction", 1),
    "error_reduction_ci_low": ("error_reduction_low", 1),
    "error_reduction_ci_high": ("error_reduction_high", 1),
    "skills": ("skills", 1),
    "wins": ("wins", 1),
    "ties": ("ties", 1),
    "losses": ("losses", 1),
}
"""A comparison's key in summary.json, its name here, and what it is multiplied by."""


def scores(cells: Iterable[Row], by_skill: bool) -> Figures:
    """Means over skills of means over seeds, and medians of what a cell costs."""
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    sizes: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for cell in cells:
        for scope in ("", cell["skill"] if by_skill else cell["locale"]):
            groups[cell["system"], shots(cell), scope].append(cell)
            sizes[shots(cell), scope].append(cell)
    out: Figures = {}
    for (at, scope), rows in sizes.items():
        out[f"skills_at_{at}{_end(scope)}"] = len({label(row) for row in rows})
        out[f"n_train_at_{at}{_end(scope)}"] = fmean(row["n_train"] for row in rows)
    for (system, at, scope), rows in groups.items():
        for metric in METRICS:
            out[f"{metric}_{system}_at_{at}{_end(scope)}"] = mean_over_skills(rows, metric)
        for cost in ("train_seconds", "predict_ms"):
            out[f"{cost}_{system}_at_{at}{_end(scope)}"] = median(row[cost] for row in rows)
    return out


def mean_over_skills(rows: Iterable[Row], metric: str) -> float | None:
    """A skill counts once, however many seeds it has; None where none has the metric."""
    by_skill: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row[metric] is not None:
            by_skill[label(row)].append(row[metric])
    return fmean(fmean(values) for values in by_skill.values()) if by_skill else None


def comparisons(rows: Iterable[Row]) -> Figures:
    """Each comparison's points, gains and error reductions with their intervals, and its wins."""
    out: Figures = {}
    for row in rows:
        pair = f"{row['metric']}_{row['candidate']}_over_{row['baseline']}"
        for key, (name, factor) in QUANTITIES.items():
            value = row[key]
            out[f"{pair}_at_{shots(row)}{_end(row['locale'] or '')}_{name}"] = (
                None if value is None else value * factor
            )
    return out


def ablation(rows: Iterable[Row]) -> Figures:
    """The means of each row of an ablation, and its differences from the base."""
    out: Figures = {}
    for row in rows:
        out |= {f"{row['slug']}_{metric}": value for metric, value in row["means"].items()}
        for effect in row["effects"]:
            name = f"{row['slug']}_{effect['metric']}"
            for key, end in (("points", ""), ("ci_low", "_low"), ("ci_high", "_high")):
                value = effect[key]
                out[f"{name}{end}_points"] = None if value is None else 100 * value
            out |= {f"{name}_{key}": effect[key] for key in ("wins", "ties", "losses", "skills")}
    return out


def unchanged(cells: Sequence[Row], systems: Mapping[str, Row]) -> list[str]:
    """The modules of the systems, where all their cells are of today's code; else none."""
    modules = {name: said["target"].partition(":")[0] for name, said in systems.items()}
    same = all(cell["code_digest"] == code_digest(modules[cell["system"]]) for cell in cells)
    return [*modules.values(), *SCORING] if same else []


def shots(row: Row) -> str:
    """The number of utterances per intent as a name has it."""
    return "all" if row["shots"] is None else str(row["shots"])


def label(row: Row) -> str:
    """A cell's skill, unique within the run."""
    return f"{row['suite']}/{row['skill']}@{row['locale']}"


def _end(scope: str) -> str:
    return f"_{scope}" if scope else ""


def main() -> int:
    """Read the run's summary.json and write its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="folder of a run")
    parser.add_argument("--json", type=Path, required=True, help="file for the figures")
    parser.add_argument("--suite", help="only the skills of this card")
    parser.add_argument("--by-skill", action="store_true", help="by skill, not by locale")
    asked = parser.parse_args()
    rows = asked.run / "ablation.json"
    source = asked.run / "summary.json" if not rows.exists() else asked.run / "base/summary.json"
    run = json.loads(source.read_text("utf-8"))
    cells = [cell for cell in run["cells"] if asked.suite in (None, cell["suite"])]
    if not cells:
        parser.error(f"{source} has no cell of suite {asked.suite}; name another one")
    if rows.exists():
        found = ablation(json.loads(rows.read_text("utf-8"))["rows"])
    else:
        found = scores(cells, asked.by_skill)
        if asked.suite is None:
            found |= comparisons(run["comparisons"])
    day = time.strftime("%Y-%m-%d", time.gmtime(source.stat().st_mtime))
    write_figures(
        asked.json, found, run["seconds"], unchanged(cells, run["settings"]["systems"]),
        commit=run["commit"], day=day,
    )  # fmt: skip
    print(f"{asked.json}: {len(found)} figures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
