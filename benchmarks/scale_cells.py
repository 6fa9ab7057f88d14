"""One step of a simulated run in a process of its own, so that its peak memory is its own.

    python benchmarks/scale_cells.py STEP FOLDER --skills N --systems S --seeds K

prints {"seconds…": …, "peak_mb": …} as JSON. Nothing is fitted: every cell is answered at once with
a measurement of real size, so that what is measured is the driver and its results file.
"""

import argparse
import json
import random
import resource
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from data_cards.records import Frame, Prediction, Skill, Slot, Utterance
from evaluation.cells import Cell, Outcome
from evaluation.compare import compute_missing, conclude
from evaluation.measuring import Measurement
from evaluation.merging import merge
from evaluation.metrics import score, slot_table, tally
from evaluation.packed import PackedSkill, pack
from evaluation.planning import CompareSettings, Plan
from evaluation.recording import Recorder
from evaluation.results import FILE
from evaluation.run_folder import render
from evaluation.systems import SystemSpec

TRAIN, TEST, VARIANTS = 60, 40, 50
INTENTS = ("Play", "Stop", "Ask", "Order", "Cancel")
SLOTS = ("item", "place", "when")
SYSTEMS = ("maxent-crf", "maxent-crf-strong", "dnn-random", "dnn-mlm", "dnn-transfer", "dnn")


class Instant(Executor):
    """Answers each cell at once with one of a few measurements."""

    def __init__(self) -> None:
        self._variants = [_measurement(random.Random(i)) for i in range(VARIANTS)]

    def submit(self, work: Callable[..., Any], cell: Cell, /) -> Future[Any]:  # type: ignore[override]
        future: Future[Any] = Future()
        key = cell.key
        variant = self._variants[int(key[:8], 16) % VARIANTS]
        future.set_result(Outcome(key, variant, finished=1e9))
        return future


def plan(skills: int, systems: int, seeds: int) -> Plan:
    """A plan over simulated skills of TRAIN and TEST utterances."""
    specs = tuple(SystemSpec(name, "simulated:None") for name in SYSTEMS[:systems])
    settings = CompareSettings(
        suites=(), systems=tuple(spec.name for spec in specs), seeds=seeds, skills="*"
    )
    return Plan(settings, tuple(_skill(i) for i in range(skills)), specs, {}, ())


def run(folder: Path, wanted: Plan) -> dict[str, float]:
    """Begin, do and record every cell."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    with Recorder(folder / FILE) as recorder:
        clock = time.perf_counter()
        number = recorder.begin(wanted.record(), wanted.settings_digest(), None, wanted, 1.0)
        missing = recorder.missing(number)
        found["begin_seconds"] = time.perf_counter() - clock
        clock = time.perf_counter()
        compute_missing(wanted, recorder, missing, Instant(), lambda: 8)
        found["record_seconds"] = time.perf_counter() - clock
    return found


def resume(folder: Path, wanted: Plan) -> dict[str, float]:
    """Begin a finished run again: what it costs to find that nothing is left to do."""
    found = {}
    clock, cpu = time.perf_counter(), time.process_time()
    with Recorder(folder / FILE) as recorder:
        again = recorder.begin(wanted.record(), wanted.settings_digest(), None, wanted, 2.0)
        left = recorder.missing(again)
    found["resume_check_seconds"] = time.perf_counter() - clock
    found["resume_check_cpu_seconds"] = time.process_time() - cpu
    if left:
        raise AssertionError(f"{len(left)} finished cells would be done again")
    return found


def _skill(number: int) -> PackedSkill:
    rng = random.Random(number)
    rows = tuple(_utterance(f"u{i}", rng) for i in range(TRAIN + TEST))
    locale = ("en-US", "en-GB", "en-IN", "de-DE")[number % 4]
    skill = Skill(f"skill {number:06d}", locale, rows[:TRAIN], (), rows[TRAIN:])
    return pack(skill, "simulated")


def _utterance(name: str, rng: random.Random) -> Utterance:
    tokens = tuple(f"word{int(rng.expovariate(0.01))}" for _ in range(rng.randint(3, 12)))
    slots = tuple(
        Slot(rng.choice(SLOTS), i, i + 1) for i in range(len(tokens)) if rng.random() < 0.2
    )
    return Utterance(name, tokens, Frame(rng.choice(INTENTS), slots), " ".join(tokens))


def _measurement(rng: random.Random) -> Measurement:
    asked = [_utterance(f"u{i + TRAIN}", rng) for i in range(TEST)]
    gold = [u.frame for u in asked]
    said = [f if rng.random() < 0.7 else Frame(rng.choice(INTENTS), ()) for f in gold]
    counts, table = tally(gold, said), slot_table(gold, said)
    answers = tuple(Prediction(u.id, f, rng.random()) for u, f in zip(asked, said, strict=True))
    return Measurement(
        TRAIN, TEST, len(INTENTS), score(counts, table, intents=len(INTENTS), slots=True),
        rng.random(), rng.random(), rng.randint(50_000, 90_000), counts, table, answers,
    )  # fmt: skip


def main() -> int:
    """Do one step and print its cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("run", "resume", "conclude", "render", "merge"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--skills", type=int, default=10)
    parser.add_argument("--systems", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=1)
    asked = parser.parse_args()
    clock = time.perf_counter()
    found: dict[str, float] = {}
    if asked.step in ("run", "resume"):
        wanted = plan(asked.skills, asked.systems, asked.seeds)
        found["plan_seconds"] = time.perf_counter() - clock
        found |= (run if asked.step == "run" else resume)(asked.folder, wanted)
    elif asked.step == "conclude":
        with Recorder(asked.folder / FILE) as recorder:
            number = recorder.last_run()
            conclude(recorder, number, SYSTEMS[: asked.systems], lambda: 1.0)
    elif asked.step == "render":
        render(asked.folder)
    else:
        merge([asked.folder, asked.folder.with_name("part")], asked.folder.with_name("merged"))
    found["seconds"] = time.perf_counter() - clock
    found["cpu_seconds"] = time.process_time()
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
