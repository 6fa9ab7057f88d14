"""Shows how far a run is: a bar on a terminal, plain lines elsewhere, both on stderr."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Advance = Callable[[str], None]
"""Called once per finished cell with a few words about it."""

LINES = 200
"""About how many lines a log shows at most for the cells of a run."""


_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quiet() -> Iterator[None]:
    """Within this, `progress` and `say` keep silent."""
    before = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(before)


@contextmanager
def progress(title: str, total: int, done: int = 0) -> Iterator[Advance]:
    """Show `done` of `total`; yields what to call at each step."""
    if _quiet.get():
        yield lambda text: None
    elif sys.stderr.isatty():
        with _bar(title, total, done) as advance:
            yield advance
    else:
        yield _lines(title, total, done)


def say(text: str) -> None:
    """Write one line to the user that is no result."""
    if _quiet.get():
        return
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _lines(title: str, total: int, done: int) -> Advance:
    every = max(1, total // LINES)
    started = time.monotonic()

    def advance(text: str) -> None:
        nonlocal done
        done += 1
        if done % every == 0 or done == total:
            say(f"{title} {done}/{total} {time.monotonic() - started:.0f}s {text}")

    return advance


@contextmanager
def _bar(title: str, total: int, done: int) -> Iterator[Advance]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(escape(title), total=total, completed=done, note="")
        yield lambda text: bar.update(task, advance=1, note=escape(text))
