"""A Dask cluster as the executor of cells (extra `cluster`).

Dask carries cells to machines and notices lost ones. On each machine a cell runs as it does
everywhere, in a worker process of `pool`: the same threads, the same limits, the same log, and a
cell that dies takes no Dask worker with it.
"""

import gc
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from data_cards.errors import SkillwiseError
from evaluation.planning.cell import Cell, Outcome
from evaluation.planning.code_digest import code_digest
from evaluation.planning.novelty import Noting
from evaluation.planning.vectors import Vectors
from evaluation.workers.pool import Limits, Pool, TookTooLong, WorkerDied
from evaluation.workers.shipping import SkillMissing
from pretrain.store.vector_store import default_store
from pretrain.store.vector_store import digest as store_digest

COUNTED_SECONDS = 5.0
"""Seconds after which the cluster's threads are counted again, since it may grow and shrink."""

Work = Callable[[Cell], Outcome]


class Cluster(Executor):
    """A connection to a Dask scheduler; `limits` hold for each cell."""

    def __init__(self, address: str, limits: Limits | None = None) -> None:
        try:
            from distributed import Client
        except ModuleNotFoundError:
            raise SkillwiseError(
                f"--cluster {address}: Dask is not installed; pip install distributed"
            ) from None
        self._address, self._limits = address, limits or Limits()
        connect: Any = Client  # Dask publishes no types
        failure = ""
        try:
            self._client = connect(address, set_as_default=False)
        except (OSError, TimeoutError, ValueError, TypeError) as error:
            failure = f"({error})"
        if failure:
            # a client that failed closes itself when it is collected; left to chance, that falls
            # into the start of the next client, whose lock it waits for, for ever
            gc.collect()
            raise SkillwiseError(
                f"--cluster {address}: no scheduler answers {failure}; start one or mend the "
                "address"
            )
        self._executor = self._client.get_executor(pure=False)
        self._counted, self._threads = -COUNTED_SECONDS, 0

    @property
    def threads(self) -> int:
        """How many cells the cluster does at a time just now; 0 while no worker has come."""
        if time.monotonic() - self._counted > COUNTED_SECONDS:
            try:
                self._threads = sum(self._client.nthreads().values())
            except Exception:  # the scheduler is away: waiting cells will tell
                self._threads = 0
            self._counted = time.monotonic()
        return self._threads

    def submit(self, work: Work, cell: Cell, /) -> Future[Outcome]:  # type: ignore[override]
        """Do a cell on the cluster."""
        future: Future[Outcome] = Future()
        try:
            there = self._executor.submit(run_there, work, cell, self._limits)
        except Exception as error:
            future.set_exception(self._meant(error))
            return future
        there.add_done_callback(partial(self._pass_on, future))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster and give up the cells under way."""
        self._executor.shutdown(wait=wait and not cancel_futures)
        self._client.close()

    def kill(self) -> None:
        """Leave the cluster at once."""
        self.shutdown(wait=False, cancel_futures=True)

    def _pass_on(self, future: Future[Outcome], there: Future[Any]) -> None:
        try:
            found = there.result()
        except (Exception, CancelledError) as error:
            future.set_exception(self._meant(error))
            return
        if isinstance(found, Exception):
            future.set_exception(found)
        else:
            future.set_result(found)

    def _meant(self, error: BaseException) -> BaseException:
        """What an error of Dask means to the run: a lost worker, or the end of the cluster."""
        if type(error).__name__ == "KilledWorker":
            return WorkerDied(f"its Dask worker died: {error}")
        if self._client.status != "running":
            return SkillwiseError(
                f"--cluster {self._address}: the scheduler is gone; when it is back, the same "
                "command with the same folder goes on where it stopped"
            )
        return WorkerDied(f"Dask lost it ({type(error).__name__}: {error})")


def run_there(work: Work, cell: Cell, limits: Limits) -> Outcome | Exception:
    """On a machine of the cluster: do a cell in one of its own worker processes.

    What the driver must act on comes back as a value, since Dask would log each exception as a
    failed task.
    """
    try:
        prepared = _prepared(cell)
        return _pool(_threads()).put(limits, work, prepared).result()
    except SkillwiseError as error:
        return Outcome(cell.key, error=SkillwiseError(f"worker {socket.gethostname()}: {error}"))
    except (SkillMissing, WorkerDied, TookTooLong) as error:
        return error


def _prepared(cell: Cell) -> Cell:
    """The cell with this machine's word vectors; refused if its code is not the driver's."""
    if code_digest(cell.spec.module) != cell.code_digest:
        raise SkillwiseError(
            f"has other code or libraries than the driver for {cell.spec.name}; install the same "
            "commit and the same releases on every machine and start the workers again"
        )
    language = cell.skill.language
    noting = cell.noting and _noting_here(cell.noting, language)
    if cell.vectors is None:
        return replace(cell, noting=noting)
    return replace(cell, vectors=_here(cell.vectors, language), noting=noting)


def _noting_here(wanted: Noting, language: str) -> Noting | None:
    """The same with this machine's vectors; the driver notes the draw where it has none."""
    if wanted.vectors is None:
        return wanted
    with suppress(SkillwiseError):
        return replace(wanted, vectors=_here(wanted.vectors, language))
    return None


@lru_cache(maxsize=64)
def _here(wanted: Vectors, language: str) -> Vectors:
    """The same store on this machine, by its digest: at the same path, or the packaged one."""
    packaged = default_store(language)
    for path in (wanted.path, packaged):
        if path is not None and _digest(path) == wanted.digest:
            return Vectors(path, wanted.digest)
    raise SkillwiseError(
        f"has no vector store {wanted.digest[:12]} at {wanted.path}; put it there on every "
        "machine, or on a shared file system"
    )


def _digest(path: Path) -> str | None:
    try:
        return store_digest(path)
    except (SkillwiseError, OSError):
        return None


_lock = threading.Lock()


def _pool(threads: int) -> Pool:
    with _lock:
        return _the_pool(threads)


@lru_cache(maxsize=1)
def _the_pool(threads: int) -> Pool:
    return Pool(threads)


def _threads() -> int:
    from distributed import get_worker

    return int(get_worker().state.nthreads)
