"""A run's folder: who may write in it, and which finished cells lie beside it."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from data_cards.errors import DataError, SkillwiseError
from data_cards.scratch import unwritable
from evaluation.results.reader import FILE, Results
from evaluation.results.writer import Recorder

RUNS = Path("runs")


def new_folder() -> Path:
    """Where a run goes that was given no --out."""
    return RUNS / time.strftime("%Y%m%d-%H%M%S")


def last_folder() -> Path:
    """The folder under `runs` whose results were written last."""
    found = sorted(RUNS.glob(f"*/{FILE}"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise SkillwiseError(
            f"{RUNS}: holds no run; run `skillwise compare` or name a run's folder"
        )
    return found[-1].parent


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Make the folder and hold it for one writer; the lock goes when the process does."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("a+")
    except OSError as error:
        raise unwritable(f"--out {folder}", error, "name another folder") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise SkillwiseError(
                f"--out {folder}: another run is at work in it (process {lock.read().strip()}); "
                "wait for its end or name another folder"
            ) from None
        with suppress(OSError):  # the number is a courtesy; a full disk is told by what follows
            lock.truncate(0)
            os.write(lock.fileno(), str(os.getpid()).encode())
        yield


def take_from_siblings(recorder: Recorder, run: int, missing: int) -> tuple[int, list[str]]:
    """Copy finished cells of the runs beside this one, newest first; their number, and notes.

    So a cell is computed once, whichever run asks for it, and removing a folder removes all of it.
    A sibling that cannot be read is no reason to stop: its cells are computed again.
    """
    here = recorder.path.parent
    siblings = [p for p in here.parent.glob(f"*/{FILE}") if p.parent != here]
    taken, notes = 0, []
    for path in sorted(siblings, key=lambda p: p.stat().st_mtime, reverse=True):
        if taken >= missing:
            break
        try:
            Results(path).close()
        except DataError as error:
            notes.append(f"not taking cells from a neighbour: {error}")
            continue
        taken += recorder.take(path, run)
    return taken, notes
