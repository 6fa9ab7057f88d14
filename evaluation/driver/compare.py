"""`compare`: plan, compute what is not there yet, record, then conclude and render."""

import os
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing, contextmanager
from pathlib import Path

from evaluation.driver.forecast import describe, forecast
from evaluation.driver.novelty import note_the_rest, with_notings
from evaluation.driver.sources import prepare_sources
from evaluation.findings.run_findings import run_findings
from evaluation.planning.cell import Cell, Outcome
from evaluation.planning.code_digest import commit
from evaluation.planning.plan import Plan
from evaluation.report.files import render
from evaluation.report.word_maps import map_words
from evaluation.results.folder import owned, take_from_siblings
from evaluation.results.reader import FILE, Results
from evaluation.results.rescoring import score_again
from evaluation.results.rows import RunResult
from evaluation.results.writer import Recorder
from evaluation.workers.cluster import Cluster
from evaluation.workers.dispatch import run_cells
from evaluation.workers.here import Beside
from evaluation.workers.pool import Limits, Pool
from evaluation.workers.progress import Advance, progress, say

WINDOW = 4
"""Cells under way for each worker: enough that none waits, few enough that memory stays flat."""


def compare(
    plan: Plan, folder: Path, *, jobs: int | None = None, cluster: str | None = None,
    limits: Limits | None = None,
) -> RunResult:  # fmt: skip
    """Do a plan in a folder and render its reports; a run that was cut short goes on there."""
    with owned(folder):
        compute(plan, folder, jobs=jobs, cluster=cluster, limits=limits)
        map_words(plan.vectors, folder)
        return render(folder)


def compute(
    plan: Plan, folder: Path, *, jobs: int | None = None, cluster: str | None = None,
    limits: Limits | None = None,
) -> None:  # fmt: skip
    """Compute the cells that no finished run has, and record them and the comparisons."""
    started = time.time()
    clock = time.monotonic()
    with Recorder(folder / FILE) as recorder:
        run = recorder.begin(plan.record(), plan.settings_digest(), commit(), plan, started)
        missing = recorder.missing(run)
        if missing:
            taken, notes = take_from_siblings(recorder, run, len(missing))
            for note in (*plan.notes, *notes):
                say(note)
            missing = recorder.missing(run) if taken else missing
        if missing:
            say(describe(forecast(plan, folder, jobs, len(plan) - len(missing))))
            prepare_sources(plan, jobs)
            with _executor(jobs, cluster, limits, len(missing)) as (executor, window):
                compute_missing(plan, recorder, missing, Beside(executor), window)
        again = score_again(recorder, run)
        if again:
            say(f"{again:,} cells were scored again from their answers")
        note_the_rest(recorder, plan.cells(), plan.vectors)
        systems = [spec.name for spec in plan.specs]
        conclude(recorder, run, systems, lambda: time.monotonic() - clock)


def conclude(
    recorder: Recorder, run: int, systems: Sequence[str], seconds: Callable[[], float]
) -> None:
    """Compare and judge a run's finished cells, and record what they came to."""
    findings = run_findings(recorder, run, systems)
    recorder.finish(run, seconds(), findings)


def score_alike(folder: Path) -> None:
    """Score a finished run again where other code scored it, and conclude it again then, so that
    its counts can stand beside those of another run."""
    with Recorder(folder / FILE) as recorder:
        run = recorder.ended_run()
        if score_again(recorder, run):
            _conclude_again(recorder, run)


def report(folder: Path) -> RunResult:
    """Render a run's files again from its results.

    Where an earlier release concluded it and kept less, it is concluded again first, once.
    """
    with Results(folder / FILE) as results:
        whole = results.has_all_findings(results.ended_run())
    if not whole:
        with owned(folder), Recorder(folder / FILE) as recorder:
            _conclude_again(recorder, recorder.ended_run())
    return render(folder)


def _conclude_again(recorder: Recorder, run: int) -> None:
    clock = time.monotonic()
    systems = [str(name) for name in recorder.settings(run)["systems"]]
    before = recorder.run(run).seconds
    conclude(recorder, run, systems, lambda: before + time.monotonic() - clock)


def compute_missing(
    plan: Plan, recorder: Recorder, missing: "array[int]", executor: Executor,
    window: Callable[[], int],
) -> None:  # fmt: skip
    """Do the cells at the missing positions and record each as it comes."""
    under_way: dict[str, Cell] = {}
    total = len(plan)
    wanted = with_notings(_wanted(plan, missing), plan.vectors, recorder.noted())
    outcomes = run_cells(_followed(wanted, under_way), executor, window)
    with closing(outcomes), progress("cells", total, total - len(missing)) as advance:
        for outcome in outcomes:
            _record(recorder, under_way.pop(outcome.key), outcome, advance)


@contextmanager
def _executor(
    jobs: int | None, cluster: str | None, limits: Limits | None, cells: int
) -> Iterator[tuple[Pool | Cluster, Callable[[], int]]]:
    """Workers and how many cells may be under way; they are ended at once where the run is."""
    executor: Pool | Cluster
    if cluster is not None:
        executor = there = Cluster(cluster, limits)
        if not there.threads:
            say(f"--cluster {cluster}: no worker has come yet; waiting for one")
        window = lambda: WINDOW * max(1, there.threads)  # noqa: E731
    else:
        workers = min(jobs if jobs is not None else os.cpu_count() or 1, cells)
        executor = Pool(workers, limits)
        window = lambda: WINDOW * workers  # noqa: E731
    try:
        yield executor, window
    except BaseException:
        executor.kill()
        raise
    executor.shutdown()


def _followed(cells: Iterator[Cell], under_way: dict[str, Cell]) -> Iterator[Cell]:
    """The cells, each kept under its key until its outcome comes."""
    for cell in cells:
        under_way[cell.key] = cell
        yield cell


def _wanted(plan: Plan, missing: "array[int]") -> Iterator[Cell]:
    """The cells at the missing positions, which ascend."""
    wanted = iter(missing)
    position = next(wanted, None)
    for at, cell in enumerate(plan):
        if at == position:
            yield cell
            position = next(wanted, None)


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
