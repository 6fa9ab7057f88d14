"""`compare`: plan, compute what is not there yet, record, then conclude and render."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import closing, nullcontext
from pathlib import Path

from evaluation.cells import Cell, Outcome
from evaluation.comparing import compare_cells
from evaluation.executor import dask_cluster, process_pool, run_cells, worker_environment
from evaluation.judging import judge_cells, with_claims
from evaluation.novelty import note_novelty
from evaluation.planning import Plan
from evaluation.progress import Advance, progress, say
from evaluation.recording import Recorder
from evaluation.results import FILE
from evaluation.rows import RunResult
from evaluation.run_folder import owned, render, take_from_siblings
from evaluation.versions import commit
from evaluation.word_maps import map_words

WINDOW = 4
"""Cells under way for each worker: enough that none waits, few enough that memory stays flat."""


def compare(
    plan: Plan, folder: Path, *, jobs: int | None = None, cluster: str | None = None
) -> RunResult:
    """Do a plan in a folder and render its reports; a run that was cut short goes on there."""
    with owned(folder):
        compute(plan, folder, jobs=jobs, cluster=cluster)
        map_words(plan.vectors, folder)
        return render(folder)


def compute(
    plan: Plan, folder: Path, *, jobs: int | None = None, cluster: str | None = None
) -> None:
    """Compute the cells that no finished run has, and record them and the comparisons."""
    started = time.time()
    clock = time.monotonic()
    with Recorder(folder / FILE) as recorder:
        run = recorder.begin(plan.record(), plan.settings_digest(), commit(), plan.cells(), started)
        missing = recorder.missing(run)
        if missing:
            taken, notes = take_from_siblings(recorder, run, len(missing))
            for note in (*plan.notes, *notes):
                say(note)
            missing = recorder.missing(run) if taken else missing
        if missing:
            _compute_missing(plan, recorder, missing, jobs, cluster)
        note_novelty(recorder, plan.cells(), plan.vectors)
        systems = [spec.name for spec in plan.specs]
        verdicts = judge_cells(recorder, run, systems)
        comparisons = with_claims(compare_cells(recorder, run, systems), verdicts)
        recorder.finish(run, time.monotonic() - clock, comparisons, verdicts)


def _compute_missing(
    plan: Plan, recorder: Recorder, missing: set[int], jobs: int | None, cluster: str | None
) -> None:
    under_way: dict[str, Cell] = {}
    total = len(plan)
    with worker_environment() if cluster is None else nullcontext():
        make, workers = _executor(jobs, cluster, len(missing))
        outcomes = run_cells(_wanted(plan, missing, under_way), make, WINDOW * workers)
        with closing(outcomes), progress("cells", total, total - len(missing)) as advance:
            for outcome in outcomes:
                _record(recorder, under_way.pop(outcome.key), outcome, advance)


def _executor(
    jobs: int | None, cluster: str | None, cells: int
) -> tuple[Callable[[], Executor], int]:
    if cluster is not None:
        executor, workers = dask_cluster(cluster)
        return lambda: executor, workers
    workers = min(jobs if jobs is not None else os.cpu_count() or 1, cells)
    return lambda: process_pool(workers), workers


def _wanted(plan: Plan, missing: set[int], under_way: dict[str, Cell]) -> Iterator[Cell]:
    for position, cell in enumerate(plan.cells()):
        if position in missing:
            under_way[cell.key] = cell
            yield cell


def _record(recorder: Recorder, cell: Cell, outcome: Outcome, advance: Advance) -> None:
    if outcome.error is not None:
        raise outcome.error
    recorder.add(cell, outcome)
    if outcome.measurement is None:
        last = outcome.traceback.strip().rpartition("\n")[2]
        say(f"cell {cell.name} failed: {last}")
        advance(f"{cell.name}: failed")
    else:
        scores = outcome.measurement.scores
        advance(f"{cell.name}: frame accuracy {scores.frame_accuracy:.3f}")
