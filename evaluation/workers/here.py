"""Cells of systems that no other process can import: they are done in this one, one at a time.

A class of a script or a notebook is such a system. Its cells know no limits, and one that crashes
takes the run with it; a class in a module of its own has workers, with both.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future

from threadpoolctl import threadpool_limits

from evaluation.planning.cell import Cell, Outcome

Work = Callable[[Cell], Outcome]


class Beside(Executor):
    """An executor of cells that does those of local systems itself, on one thread as a worker."""

    def __init__(self, workers: Executor) -> None:
        self._workers = workers

    def submit(self, work: Work, cell: Cell, /) -> Future[Outcome]:  # type: ignore[override]
        """Do a cell; one of a local system is done when this returns."""
        if not cell.spec.local:
            return self._workers.submit(work, cell)
        future: Future[Outcome] = Future()
        try:
            with threadpool_limits(1):
                future.set_result(work(cell))
        except Exception as error:
            future.set_exception(error)
        return future
