"""Steps and seconds to 99% of the best development score: `dnn` against `dnn-mlm`.

    python benchmarks/convergence.py --work runs/convergence --json convergence.json

Measured are the skills that `skillwise claims` counts, so none that settings were chosen on. Of
their names those that a hash puts first are taken, each in all its suites and locales, until there
are --skills skills: chosen by name alone, before anything is measured; skills whose development set
would be too small (dnn/meter.py) are left out. Both systems are fitted to the same draws,
from the source models that the claims use: name their folder by --source-models (`sources` beside
the run's folder) and none is trained again. What a fit came to is kept as one JSON file in --work,
and a run that was cut short goes on there. `skillwise claims --convergence FILE` reads the result;
evaluation/stats/convergence.py says what each figure is.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, replace
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the rooms, before this folder's pretrain.py

from benchmarks.convergence_picture import draw  # noqa: E402
from data_cards.errors import SkillwiseError  # noqa: E402
from data_cards.folds import number  # noqa: E402
from data_cards.scratch import write_whole  # noqa: E402
from dnn.meter import Curve, curve, development  # noqa: E402
from dnn.system import DNN  # noqa: E402
from evaluation.driver.sources import prepare_sources  # noqa: E402
from evaluation.planning.cell import Cell  # noqa: E402
from evaluation.planning.code_digest import code_digest  # noqa: E402
from evaluation.planning.plan import FOLDER, CompareSettings, Plan, plan  # noqa: E402
from evaluation.planning.skill_block import PackedSkill, unpack  # noqa: E402
from evaluation.planning.skills import COLLECTED  # noqa: E402
from evaluation.planning.tuned_on import development as tuned_on  # noqa: E402
from evaluation.results.figures import write_figures  # noqa: E402
from evaluation.results.folder import RUNS  # noqa: E402
from evaluation.stats import convergence  # noqa: E402
from evaluation.workers.progress import progress, say  # noqa: E402

MEASURES = ("dnn.meter", "dnn.system", "evaluation.stats.convergence")
SCRATCH, TRANSFER = PAIR = ("dnn-mlm", "dnn")
Curves = dict[tuple[str, str, int], Curve]
"""By label, system and seed."""


def sample(skills: Sequence[PackedSkill], count: int, shots: int | None) -> list[PackedSkill]:
    """At least `count` skills, or all there are: whole names, in the order of their hashes."""
    found: list[PackedSkill] = []
    for name in sorted({s.name for s in skills}, key=lambda n: number(f"convergence|{n}")):
        if len(found) >= count:
            break
        own = [s for s in skills if s.name == name]
        found += [s for s in own if development(unpack(s), shots, 0) is not None]
    return found


def measure(planned: Plan, work: Path, pool: ProcessPoolExecutor) -> Curves:
    """The curve of every cell, from its file or measured now."""
    cells = {work / f"{_key(cell)}.json": cell for cell in planned.cells()}
    lacking = {path: cell for path, cell in cells.items() if not path.exists()}
    with progress("fits", len(cells), len(cells) - len(lacking)) as advance:
        waiting = {pool.submit(measured, cell): path for path, cell in lacking.items()}
        try:
            for future in as_completed(waiting):
                path, found = waiting[future], future.result()
                about = {"label": cells[path].skill.label, "system": cells[path].spec.name,
                         "seed": cells[path].seed, "shots": cells[path].shots}  # fmt: skip
                write_whole(path, json.dumps(about | asdict(found)) + "\n")
                advance(f"{cells[path].name}: {max(found.scores):.3f}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    curves: Curves = {}
    for path, cell in cells.items():
        row = json.loads(path.read_text("utf-8"))
        kept = Curve(tuple(row["steps"]), tuple(row["seconds"]), tuple(row["scores"]))
        curves[cell.skill.label, cell.spec.name, cell.seed] = kept
    return curves


def measured(cell: Cell) -> Curve:
    """In a worker: the curve of one skill, system and seed."""
    skill = development(unpack(cell.skill), cell.shots, cell.seed)
    assert skill is not None and cell.vectors is not None  # `sample` and `plan` saw to it
    system = cell.system()
    assert isinstance(system, DNN)
    return curve(system, skill, cell.seed)


def one_thread() -> None:
    """In a worker: as many threads as processes were asked for, not as many as there are cores."""
    import torch

    torch.set_num_threads(1)


def conclude(planned: Plan, curves: Curves) -> convergence.Figures:
    """Race the curves, print a line for each skill, and return the figures."""
    races, zero = [], []
    for skill in planned.skills:
        for seed in range(planned.settings.seeds):
            both = [curves[skill.label, system, seed] for system in PAIR]
            found = convergence.race(skill.label, skill.name, seed, *both)
            if found is None:
                zero.append(skill.label)
                continue
            races.append(found)
            never = "" if found.transfer.reached else "  never reached"
            print(f"{skill.label:<60} seed {seed} steps {found.scratch.steps:>5}"
                  f" {found.transfer.steps:>5}{never}")  # fmt: skip
    return convergence.figures(races, zero)


def _key(cell: Cell) -> str:
    return f"{cell.key[:24]}-{code_digest('dnn.meter')[:8]}"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, draw, and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, required=True, help="file for the figures")
    parser.add_argument("--work", type=Path, required=True, help="folder of the curves")
    parser.add_argument("--suite", action="append", help="data card [collected: all]")
    parser.add_argument("--data", action="append", type=Path, help="folder of skills beside them")
    parser.add_argument("--shots", type=int, default=10, help="utterances an intent [10]")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--skills", type=int, default=60, help="skills to measure at least [60]")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    parser.add_argument("--vectors", action="append", type=Path, help="store, one a language")
    parser.add_argument("--sources", action="append", help="card that teaches in stage 1 too")
    parser.add_argument(
        "--source-models", type=Path, default=RUNS / FOLDER, help="folder that keeps them"
    )
    parser.add_argument("--set", action="append", help="system.key=value")
    asked = parser.parse_args(argv)
    started = time.monotonic()
    try:
        figures = run(asked)
    except SkillwiseError as error:
        print(f"skillwise: {error}", file=sys.stderr)
        return 2
    for name, value in figures.items():
        print(f"{name:<42}{'-' if value is None else f'{value:,.3f}':>12}")
    write_figures(asked.json, figures, time.monotonic() - started, MEASURES)
    return 0


def run(asked: argparse.Namespace) -> convergence.Figures:
    """What the options ask for, from the plan to the figures and the picture."""
    settings = CompareSettings(
        suites=tuple(asked.suite or (() if asked.data else (COLLECTED,))),
        data=tuple(asked.data or ()), systems=PAIR, changes=tuple(asked.set or ()),
        shots=(asked.shots,), seeds=asked.seeds, vectors=tuple(asked.vectors or ()),
        sources=tuple(asked.sources or ()),
    )  # fmt: skip
    planned = plan(settings, asked.source_models)
    counted = [s for s in planned.skills if not tuned_on(s.label)]
    chosen = sample(counted, asked.skills, asked.shots)
    if not chosen:
        raise SkillwiseError("no skill has a development set that is large enough; name others")
    say(f"{len(chosen)} of {len(counted)} skills that count, both systems, {asked.seeds} seeds")
    planned = replace(planned, skills=tuple(chosen))
    asked.work.mkdir(parents=True, exist_ok=True)
    prepare_sources(planned, asked.jobs)
    with ProcessPoolExecutor(asked.jobs, get_context("spawn"), one_thread) as pool:
        curves = measure(planned, asked.work, pool)
    figures = conclude(planned, curves)
    picture = asked.work / "convergence.svg"
    draw([[curves[s.label, system, seed] for system in PAIR]
          for s in chosen for seed in range(asked.seeds)], PAIR, picture)  # fmt: skip
    return figures | {"sampled_from_skills": len(counted)}


if __name__ == "__main__":
    raise SystemExit(main())
