"""Serving processes: what they hold in memory together, and how long a cold skill takes to open.

Memory is PSS (a page that n processes share counts 1/n in each), summed over the parent and its
forked workers: what the machine really gives. Sixty-four skills are open in all, spread over the
workers, as when each skill is always sent to the same one.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from data_cards.card import card
from data_cards.faults import Faults
from data_cards.registry.loading import load
from dnn.engine import Engine
from dnn.packs.writer import PackWriter
from dnn.settings import DNNSettings
from dnn.system import DNN
from pretrain.store.vector_store import VectorStore

WORKERS, OPEN = 8, 64
SENTENCE = "please set an alarm for seven tomorrow morning"


def network_packs(folder: Path, store: VectorStore, copies: int) -> Path:
    """Packs of the English starter skills' networks, after one training step: all their bytes."""
    path = folder / "networks.packs"
    skills = [skill for skill in load(card("starter"), Faults()) if skill.language == "en"]
    blocks = []
    for skill in skills:
        system = DNN(DNNSettings(min_steps=1, max_steps=1), store.path)
        system.fit(replace(skill, test=()), 0)
        blocks.append(system.packed())
    with PackWriter(path) as writer:
        for number in range(copies):
            writer.append(f"skill{number}@en-US", blocks[number % len(blocks)], sync=False)
        writer.flush()
    return path


@dataclass(frozen=True)
class Opening:
    """Milliseconds of opening skills that were not open, on the clock and of this thread's CPU."""

    wall: list[float]
    cpu: list[float]


def opening(packs: Path, store: VectorStore, count: int, *, cached: bool) -> Opening:
    """Open skills, each for the first time; their bytes come from the disk unless `cached`."""
    engine = Engine(packs, [store.path], capacity=2)
    engine.parse("skill0@en-US", SENTENCE)
    names = [name for name in engine.skills if name != "skill0@en-US"]
    np.random.default_rng(8).shuffle(names)
    descriptor = os.open(packs, os.O_RDONLY)
    os.fsync(descriptor)
    found = Opening([], [])
    for name in names[:count]:
        if not cached:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        started, worked = time.perf_counter(), time.thread_time()
        engine.open(name)
        found.wall.append(1000 * (time.perf_counter() - started))
        found.cpu.append(1000 * (time.thread_time() - worked))
    os.close(descriptor)
    return found


def pss_megabytes(packs: Path, store: VectorStore) -> dict[int, float]:
    """Workers -> PSS of all processes in MB; each count in processes of its own."""
    found = {}
    for workers in (1, WORKERS):
        command = [sys.executable, "-m", __name__, str(packs), str(store.path), str(workers)]
        root = Path(__file__).parent.parent
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
        found[workers] = json.loads(done.stdout.splitlines()[-1])
    return found


def _serve(packs: Path, store: Path, workers: int) -> float:
    """Fork workers that each parse for their share of the skills; the PSS of all in MB."""
    engine = Engine(packs, [store], capacity=max(1, OPEN // workers))
    names = engine.skills[:OPEN]
    engine.parse(names[0], SENTENCE)
    gc.collect()
    gc.freeze()
    processes, pipes = [], []
    for worker in range(workers):
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            for name in names[worker::workers] * 3:
                engine.parse(name, SENTENCE)
            os.write(writing, b".")
            signal.pause()
        processes.append(child)
        pipes.append(reading)
    for reading in pipes:
        os.read(reading, 1)
    total = sum(_pss(process) for process in (os.getpid(), *processes))
    for child in processes:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
    return total


def _pss(process: int) -> float:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


def main(arguments: Sequence[str]) -> None:
    """A serving parent with its workers, in a process of its own."""
    import torch

    torch.set_num_threads(1)  # a pool of threads does not survive a fork
    print(_serve(Path(arguments[0]), Path(arguments[1]), int(arguments[2])))


if __name__ == "__main__":
    main(sys.argv[1:])
