"""Kills a command again and again, at random moments and at its every kind of file operation.

Run as a process of its own (`python killing.py SPEC.json`), which imports everything once and forks
a child for each try, so that a kill costs milliseconds. A round is a fresh folder in which the
command is killed until it gets through; what it leaves then must equal what a quiet run leaves.
"""

import contextlib
import json
import mmap
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

EVENTS = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "sqlite3.connect")
PATIENCE = 40
"""Kills in one round at most; then the command is left in peace once."""


@dataclass(frozen=True)
class Moment:
    """When a child is killed: at its nth file operation, or after so many seconds."""

    operation: int = 0
    seconds: float = 0.0


class Killer:
    """Runs one command in forked children. `argv` is for the command line of skillwise."""

    def __init__(self, argv: Sequence[str], dice: random.Random) -> None:
        self.argv, self.dice = list(argv), dice
        self._count = mmap.mmap(-1, 8)  # shared with the child: its file operations so far
        self.operations, self.seconds = 1, 0.1

    def once(self, moment: Moment | None = None) -> int | None:
        """The command's exit code, None where it was killed; a quiet run sets the yardstick."""
        self._count[:] = bytes(8)
        clock = time.monotonic()
        child = os.fork()
        if not child:
            self._be_the_child(moment)
        if moment is not None and moment.seconds:
            while time.monotonic() - clock < moment.seconds:
                if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                    break
                time.sleep(0.001)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if moment is None:
            self.operations = max(1, int.from_bytes(self._count[:], "little"))
            self.seconds = time.monotonic() - clock
        return None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    def moment(self) -> Moment:
        """A random one within what a quiet run takes."""
        if self.dice.random() < 0.5:
            return Moment(operation=self.dice.randint(1, self.operations))
        return Moment(seconds=self.dice.uniform(0, self.seconds))

    def _be_the_child(self, moment: Moment | None) -> None:
        done = 0

        def watch(event: str, _: tuple[object, ...]) -> None:
            nonlocal done
            if event in EVENTS:
                done += 1
                self._count[:] = done.to_bytes(8, "little")
                if moment is not None and done == moment.operation:
                    os.kill(os.getpid(), signal.SIGKILL)

        code = 99
        try:
            os.setsid()
            quiet = os.open(os.devnull, os.O_RDWR)
            os.dup2(quiet, 0)
            os.dup2(quiet, 1)
            os.dup2(os.open("stderr.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
            sys.addaudithook(watch)
            from evaluation.cli import main

            main(self.argv)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 98
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)


def torture(
    argv: Sequence[str], prepare: Callable[[], None], outcome: Callable[[], object], kills: int,
    seed: int = 1, codes: Sequence[int] = (0,),
) -> dict[str, int]:  # fmt: skip
    """Kill `argv` so often, in fresh folders; AssertionError where a trace of it is left."""
    killer = Killer(argv, random.Random(seed))
    done = rounds = 0

    def disturbed() -> object:
        nonlocal done
        finished: set[str] = set()
        for _ in range(min(PATIENCE, kills - done)):
            code = killer.once(killer.moment())
            if code is not None:
                break
            done += 1
            now = finished_cells()
            assert finished <= now, f"{len(finished - now)} finished cells were lost"
            finished = now
        return _finish(killer, outcome, codes, measure=False)

    with tempfile.TemporaryDirectory() as begun:
        with contextlib.chdir(begun):
            prepare()
        wanted = _in_a_copy(begun, lambda: _finish(killer, outcome, codes))
        while done < kills:
            rounds += 1
            found = _in_a_copy(begun, disturbed)
            assert found == wanted, f"after {done} kills:\n{found}\nin place of\n{wanted}"
    return {"kills": done, "rounds": rounds, "operations": killer.operations}


def finished_cells() -> set[str]:
    """Keys of the cells in all results files here, each checked to be whole."""
    found: set[str] = set()
    for path in Path().rglob("results.sqlite"):
        with contextlib.closing(sqlite3.connect(path)) as database:
            keys = [key for (key,) in database.execute("SELECT key FROM cells")]
            half = database.execute(
                "SELECT count(*) FROM cells LEFT JOIN predictions USING (key)"
                " WHERE predictions.key IS NULL"
            ).fetchone()[0]
            assert not half, f"{path}: {half} cells without their answers"
            found |= {f"{path}:{key}" for key in keys}
    return found


def _finish(
    killer: Killer, outcome: Callable[[], object], codes: Sequence[int], measure: bool = True
) -> object:
    yardstick = killer.operations, killer.seconds
    code = killer.once()
    if not measure:  # what was left to do is no yardstick
        killer.operations, killer.seconds = yardstick
    said = Path("stderr.txt").read_text("utf-8") if Path("stderr.txt").exists() else ""
    assert code in codes, f"exit code {code}: {said[-3000:]}"
    assert "Traceback" not in said, said[-3000:]
    found = outcome()
    left = [str(p) for p in Path().rglob(".*.tmp")]
    assert not left, f"left behind: {left}"
    return found


def _in_a_copy(begun: str, work: Callable[[], object]) -> object:
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        shutil.copytree(begun, folder, dirs_exist_ok=True)
        return work()


def preload() -> None:
    """Import what a child would, once for all; on one thread, so that forking is safe."""
    import pretrain.pipeline  # noqa: F401


if __name__ == "__main__":
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    sys.path.insert(0, str(Path(__file__).parent))
    from victims import VICTIMS

    preload()
    name, kills = sys.argv[1], int(sys.argv[2])
    counts = VICTIMS[name](kills)
    sys.stdout.write(json.dumps(counts) + "\n")
