"""Sends cells through a `concurrent.futures.Executor`: worker processes here, or Dask's."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass

from data_cards.errors import SkillwiseError
from evaluation.planning.cell import Cell, Outcome
from evaluation.workers.pool import TookTooLong
from evaluation.workers.shipping import SkillMissing, light, run_shipped

ATTEMPTS, AT_ONCE = 8, 3
"""A cell fails after its worker has died ATTEMPTS times. After AT_ONCE deaths it is tried again
only when all other cells are done, because the machine may be out of memory just then."""


@dataclass(slots=True)
class _Try:
    cell: Cell
    whole: bool
    deaths: int = 0


def run_cells(
    cells: Iterable[Cell],
    executor: Executor,
    window: Callable[[], int],
    work: Callable[[Cell], Outcome] = run_shipped,
) -> Generator[Outcome, None, None]:
    """Yield outcomes as they come; at most `window` cells are under way, so memory stays flat.

    A cell whose worker died is tried again. A cell that fails for another reason is not, since it
    would fail in the same way. `SkillwiseError` is raised if the executor itself has ended.
    """
    source = iter(cells)
    again: deque[_Try] = deque()
    aside: deque[_Try] = deque()
    under_way: dict[Future[Outcome], _Try] = {}
    last = ""
    while True:
        while len(under_way) < window() or again:
            if again:
                next_try = again.popleft()
            else:
                cell = next(source, None)
                if cell is not None:
                    next_try = _Try(cell, whole=cell.skill.digest != last)
                    last = cell.skill.digest
                elif aside:
                    next_try = aside.popleft()
                else:
                    break
            sent = next_try.cell if next_try.whole else light(next_try.cell)
            under_way[executor.submit(work, sent)] = next_try
        if not under_way:
            return
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            tried = under_way.pop(future)
            try:
                yield future.result()
            except SkillMissing:
                again.append(_Try(tried.cell, whole=True, deaths=tried.deaths))
            except SkillwiseError:
                raise
            except BrokenExecutor as error:
                tried.deaths += 1
                if tried.deaths < ATTEMPTS:
                    (again if tried.deaths < AT_ONCE else aside).append(tried)
                else:
                    yield Outcome(tried.cell.key, traceback=f"{error}, {tried.deaths} times")
            except TookTooLong as error:
                yield Outcome(tried.cell.key, traceback=str(error))
            except Exception as error:  # the transport failed, e.g. a cell cannot be sent
                yield Outcome(tried.cell.key, traceback=f"{type(error).__name__}: {error}")
