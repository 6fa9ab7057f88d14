"""Waiting for what another process does, by its marks and not by the clock."""

import os
import time
from collections.abc import Callable
from pathlib import Path


def until(reached: Callable[[], bool], seconds: float = 120) -> None:
    """Return as soon as it is reached; the seconds only bound a test that has failed."""
    last = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < last, f"not reached in {seconds:g} seconds"
        time.sleep(0.01)


def ended(child: int) -> None:
    """Return when a child process has ended; whoever started it can still wait for it."""
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)


def mark_and_hang(mark: Path) -> None:
    """A call that says when it is under way, and does not end."""
    mark.touch()
    time.sleep(3600)
