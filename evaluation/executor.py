"""Cells through a `concurrent.futures.Executor`: worker processes here, or a Dask cluster.

A worker computes on one thread, whatever --jobs is, so that sums are taken in the same order and
the numbers are the same; cores are used by running as many workers.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from concurrent.futures.process import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process

from data_cards.errors import SkillwiseError
from evaluation.cells import Cell, Outcome, run_cell

WORKER_ENVIRONMENT = {
    **dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
    ),
    "TOKENIZERS_PARALLELISM": "false",
}
ATTEMPTS = 3
"""A cell that stood in a dying pool is tried so often on its own before it is blamed."""


def run_cells(
    cells: Iterable[Cell],
    make_executor: Callable[[], Executor],
    window: int,
    work: Callable[[Cell], Outcome] = run_cell,
) -> Generator[Outcome, None, None]:
    """Yield outcomes as they come; at most `window` cells are under way, so memory stays flat.

    Where a worker process dies, the pool is replaced and the cells that were under way are tried
    again one by one, so that the one that kills its worker is found and fails by its name.
    """
    source = iter(cells)
    under_way: dict[Future[Outcome], Cell] = {}
    suspects: deque[tuple[Cell, int]] = deque()
    alone: tuple[Cell, int] | None = None
    executor = make_executor()

    def submit(cell: Cell) -> None:
        nonlocal executor
        try:
            future = executor.submit(work, cell)
        except BrokenExecutor:  # an idle worker died: nothing was lost with it
            if under_way:
                raise
            stop(executor)
            executor = make_executor()
            future = executor.submit(work, cell)
        under_way[future] = cell

    try:
        while True:
            if suspects and not under_way:
                alone = suspects.popleft()
                submit(alone[0])
            while not suspects and alone is None and len(under_way) < window:
                cell = next(source, None)
                if cell is None:
                    break
                try:
                    submit(cell)
                except BrokenExecutor:
                    suspects.append((cell, 0))
            if not under_way and not suspects:
                return
            lost: list[Cell] = []
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                cell = under_way.pop(future)
                try:
                    yield future.result()
                except BrokenExecutor:
                    lost.append(cell)
                except Exception as error:  # the transport failed, e.g. a cluster gave a cell up
                    yield Outcome(cell.key, traceback=f"{type(error).__name__}: {error}")
            if lost:
                lost += under_way.values()
                under_way.clear()
                attempts = alone[1] + 1 if alone is not None else 0
                if attempts < ATTEMPTS:
                    suspects.extend((cell, attempts) for cell in lost)
                else:
                    yield Outcome(lost[0].key, traceback="its worker process died (memory?)")
                stop(executor)
                executor = make_executor()
            alone = None
    finally:
        if under_way:
            stop(executor)
        else:
            executor.shutdown()


def stop(executor: Executor) -> None:
    """End an executor without waiting for cells under way: they are done again by the next run."""
    workers = dict(getattr(executor, "_processes", None) or {})
    executor.shutdown(wait=False, cancel_futures=True)
    for process in workers.values():
        process.kill()


def process_pool(jobs: int) -> Executor:
    """Worker processes on this machine; call it inside `worker_environment`."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_start_worker)


@contextmanager
def worker_environment() -> Iterator[None]:
    """One thread a worker: libraries read these variables when a worker imports them."""
    before = {name: os.environ.get(name) for name in WORKER_ENVIRONMENT}
    os.environ.update(WORKER_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def dask_cluster(address: str) -> tuple[Executor, int]:
    """The executor of a Dask cluster and the number of its threads (extra `cluster`)."""
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise SkillwiseError(
            f"--cluster {address}: Dask is not installed; pip install 'skillwise[cluster]'"
        ) from None
    try:
        client = Client(address)
    except (OSError, TimeoutError, ValueError) as error:
        raise SkillwiseError(
            f"--cluster {address}: no scheduler answers ({error}); start one or mend the address"
        ) from None
    return client.get_executor(), max(1, sum(client.nthreads().values()))


def _start_worker() -> None:
    """Leave Ctrl-C to the driver, and end when the driver does: nobody else would end us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.join,), daemon=True).start()


def _follow(join: Callable[[], None]) -> None:
    join()
    os._exit(1)
