"""Two workers against one on the same real cells, and a run whose workers are killed all the time.

The killed run's cells are `maxent-crf` made to wait, so that five minutes of killing cost little
computing; its results are compared with those of a run that nobody disturbed.
"""

import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from baselines.maxent_crf import MaxEntCRF
from data_cards.records import Skill
from evaluation.driver.compare import compare
from evaluation.planning.plan import CompareSettings, Plan, plan
from evaluation.report.summary import summary

sys.path.append(str(Path(__file__).parents[1] / "tests" / "toys"))

SKILLS, SEEDS = 8, 5
WAIT_SECONDS, KILL_EVERY, KILL_FOR = 2.0, 10.0, 300.0
SYSTEM = "dnn-mlm"


class Patient(MaxEntCRF):
    """`maxent-crf` that waits before it learns."""

    def fit(self, skill: Skill, seed: int) -> None:
        time.sleep(WAIT_SECONDS)
        super().fit(skill, seed)


def speedups(say: Callable[[str], None]) -> dict[str, float]:
    """40 real cells by one and by two workers, here and on a Dask cluster of this machine."""
    from dask_here import cluster

    wanted = _plan(SYSTEM, SKILLS, SEEDS)
    one, first = _timed(wanted, jobs=1)
    say(f"one worker: {one:.1f} s")
    two, second = _timed(wanted, jobs=2)
    say(f"two workers: {two:.1f} s")
    with cluster(2) as here:
        there, third = _timed(wanted, cluster=here.address)
    say(f"two Dask workers: {there:.1f} s")
    return {
        "one_worker_seconds": one,
        "two_worker_seconds": two,
        "two_worker_speedup": one / two,
        "two_worker_speedup_dask": one / there,
        "two_worker_numbers_identical": float(first == second == third),
    }


def killed(say: Callable[[str], None], seconds: float = KILL_FOR) -> dict[str, float]:
    """A worker killed every ten seconds, here and on a Dask cluster: cells, kills, same numbers."""
    from dask_here import cluster

    seeds = int(seconds / (WAIT_SECONDS + 0.5) * 2 / SKILLS)
    wanted = _plan("benchmarks.scale_workers:Patient", SKILLS, max(1, seeds))
    _, undisturbed = _timed(wanted, jobs=8)
    say(f"undisturbed: {len(undisturbed['cells'])} cells")
    found = {"killed_cells": float(len(undisturbed["cells"]))}
    with _killer(os.getpid()) as kills:
        spent, disturbed = _timed(wanted, jobs=2)
    say(f"here: {len(kills)} workers killed in {spent:.0f} s")
    found |= {
        "killed_workers": float(len(kills)),
        "killed_seconds": spent,
        "killed_identical": float(disturbed == undisturbed),
    }
    with cluster(2) as here, _killer(here.process.pid) as kills:
        spent, disturbed = _timed(wanted, cluster=here.address)
    say(f"Dask: {len(kills)} workers killed in {spent:.0f} s")
    return found | {
        "killed_workers_dask": float(len(kills)),
        "killed_seconds_dask": spent,
        "killed_identical_dask": float(disturbed == undisturbed),
    }


def _plan(system: str, skills: int, seeds: int) -> Plan:
    found = plan(CompareSettings(suites=("apple-orange",), systems=(system,), seeds=seeds))
    return replace(found, skills=found.skills[:skills])


def _timed(wanted: Plan, **how: Any) -> tuple[float, dict[str, Any]]:
    """Seconds, and the run's summary but for its times and the checkout: it may be edited."""
    with tempfile.TemporaryDirectory() as folder:
        clock = time.perf_counter()
        run = compare(wanted, Path(folder) / "runs" / "run", **how)
        seconds = time.perf_counter() - clock
        content: dict[str, Any] = json.loads(json.dumps(summary(run)))
    del content["seconds"], content["commit"]
    for cell in content["cells"]:
        del cell["train_seconds"], cell["predict_ms"]
    return seconds, content


@contextmanager
def _killer(root: int) -> Iterator[list[int]]:
    """Kill a random worker below process `root` every KILL_EVERY seconds; yields whom it killed."""
    kills: list[int] = []
    done = threading.Event()

    def work() -> None:
        dice = random.Random(1)
        while not done.wait(KILL_EVERY):
            found = workers(root)
            if found:
                victim = dice.choice(found)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                    kills.append(victim)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield kills
    finally:
        done.set()
        thread.join()


def workers(root: int) -> list[int]:
    """Worker processes below `root`: ours, and those of Dask (Linux)."""
    parents, lines = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            number = int(path.parent.name)
            parents[number] = int(path.read_text().rpartition(")")[2].split()[1])
            lines[number] = (path.parent / "cmdline").read_bytes()
    found = []
    for number, line in lines.items():
        above = number
        while above in parents and above != root:
            above = parents[above]
        if above == root and number != root and (b"worker.py" in line or b"spawn_main" in line):
            found.append(number)
    return sorted(found)
