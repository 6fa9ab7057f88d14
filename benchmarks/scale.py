"""What a run costs as it grows: workers, cells, skills, corpus tokens, and workers that are killed.

    python benchmarks/scale.py --json scale.json
        [--only workers,killed,cells,report,merge,skills,corpus]

The wanted figures are `two_worker_speedup` (at least 1.8), `driver_growth_mb` (at most 200, from
1,000 to 1,000,000 simulated cells) and `resume_check_seconds` (at most 20, of a million finished
ones). Costs against size are CPU seconds, the rest is wall time: run
`workers` on a machine with two idle cores. A million cells take about
ten minutes and 2 GB of disk below TMPDIR, `report` half an hour and 6 GB, most of it the replicates
of its claims. docs/SCALE.md plans from these figures.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the rooms, before this folder's pretrain.py

from evaluation.results.figures import write_figures  # noqa: E402

MEASURES = ("evaluation.commands.claims", "evaluation.driver.merge", "pretrain.text.corpus")
"""With what they import: the driver, its workers, the results file and the reports."""

Figures = dict[str, float]


def cells() -> Figures:
    """The driver at 1,000 and at 1,000,000 cells of 5 systems and 20 seeds."""
    with tempfile.TemporaryDirectory() as folder:
        small = step("run", Path(folder) / "small", skills=10, seeds=20)
        large = step("run", Path(folder) / "large", skills=10_000, seeds=20)
        again = step("resume", Path(folder) / "large", skills=10_000, seeds=20)
    return {
        "driver_growth_mb": large["peak_mb"] - small["peak_mb"],
        "driver_peak_mb_1000": small["peak_mb"],
        "driver_peak_mb_1000000": large["peak_mb"],
        "begin_seconds_1000000": large["begin_seconds"],
        "resume_peak_mb_1000000": again["peak_mb"],
        "record_ms_a_cell": large["record_seconds"] / 1000,
        "resume_check_seconds": again["resume_check_seconds"],
        "resume_check_cpu_seconds": again["resume_check_cpu_seconds"],
    }


def report(counts: Sequence[int]) -> Figures:
    """`skillwise report` and `claims --run` against cells of 5 systems, 20 seeds, 10 shots.

    The run is concluded from its first 100 skills, repeated: how long it takes to compare all of
    them is what `skills` measures.
    """
    rows: dict[str, Rows] = {"report": {}, "claims": {}}
    for count in counts:
        size = {"skills": max(1, count // CELLS_A_SKILL), "seeds": 20, "shots": 10}
        with tempfile.TemporaryDirectory() as folder:
            for name in ("run", "sample"):
                step(name, Path(folder), **size)
            rows["report"][count] = step("render", Path(folder), **size)
            rows["claims"][count] = step("claims", Path(folder), **size)
    return against("cells", rows)


def merge(counts: Sequence[int], parts: int = 4) -> Figures:
    """`results merge` of the cells that four machines did of one run, joined, not yet concluded."""
    rows: dict[str, Rows] = {"merge": {}}
    for count in counts:
        size = {"skills": max(1, count // CELLS_A_SKILL), "seeds": 20}
        with tempfile.TemporaryDirectory() as folder:
            for part in range(parts):
                step("run", Path(folder) / f"part{part}", **size, part=part, parts=parts)
            rows["merge"][count] = step("merge", Path(folder))
    return against("cells", rows)


def skills(counts: Sequence[int]) -> Figures:
    """Seconds and memory of each step against skills, two systems and one seed."""
    rows: dict[str, Rows] = {"run": {}, "conclude": {}, "render": {}}
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            for name, own in rows.items():
                own[count] = step(name, Path(folder), skills=count, systems=2)
    return against("skills", rows)


def corpus(counts: Sequence[int], text: Sequence[Path] = ()) -> Figures:
    """Seconds and memory of reading a corpus and of its warm start, against its tokens: of drawn
    words, or of files of text, which are read again where they have fewer."""
    files = [str(path.resolve()) for path in text]
    rows: dict[str, Rows] = {
        name: {count: process("scale_corpus", name, str(count), *files) for count in counts}
        for name in ("prepare", "warm")
    }
    return against("tokens", rows)


Rows = dict[int, Figures]
"""What one step cost at each size."""

CELLS_A_SKILL = 5 * 20


def against(unit: str, rows: Mapping[str, Rows]) -> Figures:
    """The figures of steps at several sizes, and how their costs grow with size."""
    found: Figures = {}
    for name, own in rows.items():
        for count, row in own.items():
            for figure in ("cpu_seconds", "peak_mb", "passes"):
                if figure in row:
                    found[f"{name}_{figure}_{count}_{unit}"] = row[figure]
        if len(own) > 1:
            costs = {figure: {n: row[figure] for n, row in own.items()} for figure in COSTS}
            found[f"{name}_exponent"] = exponent(costs["cpu_seconds"])
            found[f"{name}_memory_exponent"] = exponent(costs["peak_mb"])
    return found


COSTS = ("cpu_seconds", "peak_mb")


def step(name: str, folder: Path, **options: int) -> Figures:
    """One step of a simulated run in a process of its own; options as `scale_cells.py` has them."""
    words = [word for key, value in options.items() for word in (f"--{key}", str(value))]
    return process("scale_cells", name, str(folder), *words)


def process(module: str, *arguments: str) -> Figures:
    """Run a module of this folder; its last line is the figures."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", f"benchmarks.{module}", *arguments], check=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    say(f"{module} {' '.join(arguments)}: {done.stdout.strip()}")
    found: Figures = json.loads(done.stdout)
    return found


def exponent(costs: Mapping[int, float]) -> float:
    """The slope of log cost over log size, by least squares: 1 is linear."""
    points = [(math.log(size), math.log(cost)) for size, cost in costs.items()]
    x, y = (sum(p[i] for p in points) / len(points) for i in (0, 1))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Measure, print, and write the figures."""
    from benchmarks import scale_workers

    parts: dict[str, Callable[[], Figures]] = {
        "workers": lambda: scale_workers.speedups(say),
        "killed": lambda: scale_workers.killed(say),
        "cells": cells,
        "report": lambda: report(asked.cells),
        "merge": lambda: merge(asked.cells),
        "skills": lambda: skills(asked.skills),
        "corpus": lambda: corpus(asked.tokens, asked.text),
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--only", default=",".join(parts), help="parts, by comma")
    for name, sizes, what in (
        ("cells", "1000,10000,100000,1000000", "sizes of `report` and `merge`"),
        ("skills", "10,100,1000,10000", "sizes of `skills`; 10,000 take an hour and 3 GB of disk"),
        ("tokens", "1000000,3000000,10000000,30000000", "sizes of `corpus`"),
    ):
        parser.add_argument(
            f"--{name}", type=_sizes, default=sizes, help=f"{what}, by comma [{sizes}]"
        )
    parser.add_argument(
        "--text", type=Path, nargs="+", default=(),
        help="files of text for `corpus`, read again where they have too few tokens [drawn words]",
    )  # fmt: skip
    asked = parser.parse_args()
    started = time.monotonic()
    figures: Figures = {}
    for name in asked.only.split(","):
        figures |= parts[name]()
    for key, value in figures.items():
        print(f"{key:<42}{value:>12,.3f}")
    if asked.json:
        write_figures(asked.json, figures, time.monotonic() - started, MEASURES)
    return 0


def _sizes(text: str) -> list[int]:
    return [int(word.replace("_", "")) for word in text.split(",")]


if __name__ == "__main__":
    raise SystemExit(main())
