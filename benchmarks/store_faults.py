"""Fifty kills -9 of a writer that appends a thousand packs: is what it reported there and whole?"""

import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from data_cards.errors import DataError
from dnn.packs.reader import PackFile

WRITER = Path(__file__).parent.parent / "tests" / "toys" / "killed_writer.py"
KILLS, PACKS = 50, 1000


@dataclass
class Faults:
    """What the kills did: packs reported and not there, and packs that are there and broken."""

    kills: int = 0
    reported: int = 0
    lost: int = 0
    broken: int = 0


def measure(folder: Path) -> Faults:
    """Kill the writer at random moments, and look at every pack after each kill."""
    sys.path.insert(0, str(WRITER.parent))
    from killed_writer import content

    path, rng = folder / "killed.packs", random.Random(3)
    found, known = Faults(), set[int]()
    while found.kills < KILLS:
        command = [sys.executable, str(WRITER), str(path), str(PACKS)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(rng.randrange(2 * PACKS // KILLS))]
            time.sleep(rng.uniform(0, 0.01))
            process.send_signal(signal.SIGKILL)
            lines += process.stdout.read().splitlines(keepends=True)
        found.kills += 1
        known |= {int(line) for line in lines if line.endswith("\n")}
        if path.exists():
            _look(path, known, content, found)
    found.reported = len(known)
    return found


def _look(path: Path, known: set[int], content: object, found: Faults) -> None:
    assert callable(content)
    with closing(PackFile(path)) as file:
        names = set(file.names())
        found.lost += sum(f"pack{number}" not in names for number in known)
        for name in names:
            try:
                found.broken += file.read(name) != content(int(name[4:]))
            except DataError:
                found.broken += 1
