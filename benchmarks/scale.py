"""What a run costs as it grows: workers, cells, skills, corpus tokens, and workers that are killed.

    python benchmarks/scale.py --json scale.json [--only workers,killed,cells,skills,corpus]

The wanted figures are `two_worker_speedup` (at least 1.8), `driver_growth_mb` (at most 200, from
1,000 to 1,000,000 simulated cells) and `resume_check_seconds` (at most 20, of a million finished
ones). Costs against size are CPU seconds, the rest is wall time: run
`workers` on a machine with two idle cores. A million cells take about
ten minutes and 2 GB of disk below TMPDIR. docs/SCALE.md plans from these figures.
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

HERE = Path(__file__).resolve().parent
# the rooms before this folder: a benchmark may bear the name of a room
sys.path[:] = [str(HERE.parent), *(p for p in sys.path if p != str(HERE)), str(HERE)]

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


def skills(counts: Sequence[int] = (10, 100, 1_000, 10_000)) -> Figures:
    """Seconds and memory of each step against skills, two systems and one seed."""
    found: Figures = {}
    for name in ("run", "conclude", "render"):
        rows = {}
        with tempfile.TemporaryDirectory() as folder:
            for count in counts:
                for before in STEPS[: STEPS.index(name)]:
                    step(before, Path(folder) / str(count), skills=count, systems=2)
                rows[count] = step(name, Path(folder) / str(count), skills=count, systems=2)
                found[f"{name}_cpu_seconds_{count}_skills"] = rows[count]["cpu_seconds"]
                found[f"{name}_peak_mb_{count}_skills"] = rows[count]["peak_mb"]
        found[f"{name}_exponent"] = exponent({n: r["cpu_seconds"] for n, r in rows.items()})
    return found


def corpus(counts: Sequence[int] = (1_000_000, 3_000_000, 10_000_000, 30_000_000)) -> Figures:
    """Seconds and memory of reading a corpus and of its warm start, against its tokens."""
    found: Figures = {}
    for name in ("prepare", "warm"):
        rows = {count: process("scale_corpus.py", name, str(count)) for count in counts}
        for count, row in rows.items():
            found[f"{name}_cpu_seconds_{count}_tokens"] = row["cpu_seconds"]
            found[f"{name}_peak_mb_{count}_tokens"] = row["peak_mb"]
        found[f"{name}_exponent"] = exponent({n: r["cpu_seconds"] for n, r in rows.items()})
        found[f"{name}_memory_exponent"] = exponent({n: r["peak_mb"] for n, r in rows.items()})
    return found


STEPS = ("run", "conclude", "render")


def step(name: str, folder: Path, *, skills: int, seeds: int = 1, systems: int = 5) -> Figures:
    """One step of a simulated run in a process of its own."""
    options = {"skills": skills, "systems": systems, "seeds": seeds}
    words = [word for key, value in options.items() for word in (f"--{key}", str(value))]
    return process("scale_cells.py", name, str(folder), *words)


def process(script: str, *arguments: str) -> Figures:
    """Run a script of this folder; its last line is the figures."""
    done = subprocess.run(
        [sys.executable, "-P", str(HERE / script), *arguments], check=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(HERE.parent)},
    )  # fmt: skip
    say(f"{script} {' '.join(arguments)}: {done.stdout.strip()}")
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
    import scale_workers

    parts: dict[str, Callable[[], Figures]] = {
        "workers": lambda: scale_workers.speedups(say),
        "killed": lambda: scale_workers.killed(say),
        "cells": cells,
        "skills": skills,
        "corpus": corpus,
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--only", default=",".join(parts), help="parts, by comma")
    asked = parser.parse_args()
    started = time.monotonic()
    figures: Figures = {}
    for name in asked.only.split(","):
        figures |= parts[name]()
    for key, value in figures.items():
        print(f"{key:<42}{value:>12,.3f}")
    if asked.json:
        report = {
            "schema": 1,
            "commit": _commit(),
            "seconds": round(time.monotonic() - started, 1),
            "figures": {key: round(value, 4) for key, value in figures.items()},
        }
        asked.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    return 0


def _commit() -> str | None:
    command = ["git", "-C", str(HERE), "rev-parse", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


if __name__ == "__main__":
    raise SystemExit(main())
