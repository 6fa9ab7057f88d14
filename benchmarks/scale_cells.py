"""One step of a simulated run in a process of its own, so that its peak memory is its own.

    python -m benchmarks.scale_cells STEP FOLDER --skills N --systems S --seeds K

prints {"seconds…": …, "cpu_seconds": …, "peak_mb": …} as JSON; seconds begin after the imports.
Nothing is fitted: every cell is answered at once with a measurement of real size, so that what is
measured is the driver and its results file.
"""

import argparse
import json
import random
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.peak import peak_mb
from data_cards.records import Frame, Prediction, Skill, Slot, Utterance
from evaluation.driver.compare import compute_missing, conclude
from evaluation.driver.merge import merge
from evaluation.driver.novelty import note_the_rest
from evaluation.findings.run_findings import run_findings
from evaluation.planning.cell import Cell, Outcome
from evaluation.planning.code_digest import scoring_digest
from evaluation.planning.plan import CompareSettings, Plan
from evaluation.planning.skill_block import PackedSkill, pack
from evaluation.planning.systems import SystemSpec
from evaluation.report.files import render
from evaluation.results.reader import FILE
from evaluation.results.rows import PlannedCell
from evaluation.results.writer import Recorder
from evaluation.scoring.measure import Measurement
from evaluation.scoring.metrics import score, slot_table, tally
from evaluation.stats.shelf import Shelf

TRAIN, TEST, VARIANTS = 60, 40, 50
INTENTS = ("Play", "Stop", "Ask", "Order", "Cancel")
SLOTS = ("item", "place", "when")
SYSTEMS = ("maxent-crf", "maxent-crf-strong", "dnn-mlm", "dnn", "dnn-random", "dnn-transfer")
SAMPLE = 100


STEPS = ("run", "resume", "conclude", "sample", "render", "claims", "merge")


class Instant(Executor):
    """Answers each cell at once with one of a few measurements."""

    def __init__(self) -> None:
        self._variants = [_measurement(random.Random(i)) for i in range(VARIANTS)]

    def submit(self, work: Callable[..., Any], cell: Cell, /) -> Future[Any]:  # type: ignore[override]
        future: Future[Any] = Future()
        key = cell.key
        variant = self._variants[int(key[:8], 16) % VARIANTS]
        future.set_result(Outcome(key, variant, finished=1e9, scoring_digest=scoring_digest()))
        return future


def plan(skills: int, systems: int, seeds: int, shots: int | None = None) -> Plan:
    """A plan over simulated skills of TRAIN and TEST utterances; shots None = all of them."""
    specs = tuple(SystemSpec(name, "simulated:None") for name in SYSTEMS[:systems])
    settings = CompareSettings(
        suites=(),
        systems=tuple(spec.name for spec in specs),
        seeds=seeds,
        skills="*",
        shots=(shots,),
    )
    return Plan(settings, tuple(_skill(i) for i in range(skills)), specs, {}, ())


def run(folder: Path, wanted: Plan, part: int = 0, parts: int = 1) -> dict[str, float]:
    """Begin, do and record every cell; of several parts those of one machine, and nobody does the
    last cell, so that a merge of them is joined but not concluded."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    with Recorder(folder / FILE) as recorder:
        clock = time.perf_counter()
        number = recorder.begin(wanted.record(), wanted.settings_digest(), None, wanted, 1.0)
        missing = recorder.missing(number)
        found["begin_seconds"] = time.perf_counter() - clock
        if parts > 1:
            missing = array("q", (at for at in missing[:-1] if at % parts == part))
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


class Sampled(Recorder):
    """A results file of which only the first cells of a run are read."""

    def __init__(self, path: Path, first: int) -> None:
        super().__init__(path)
        self._first = first

    def cells(self, run: int) -> Iterator[PlannedCell]:
        """The first finished cells of the run's plan."""
        return islice(super().cells(run), self._first)


def conclude_sample(folder: Path, wanted: Plan, systems: Sequence[str], sample: int) -> None:
    """Note what is new in every draw, and conclude the run as if all skills had been judged as the
    first ones are: as many comparisons and verdicts of the same size, without an hour's drawing."""
    per_skill = len(wanted) // len(wanted.skills)
    with Sampled(folder / FILE, sample * per_skill) as recorder:
        number = recorder.last_run()
        note_the_rest(recorder, wanted.cells(), wanted.vectors)
        found = run_findings(recorder, number, systems)
        by_pair: dict[tuple[str, str], list[Any]] = {}
        for verdict in found.skills:
            by_pair.setdefault((verdict.baseline, verdict.candidate), []).append(verdict)
        verdicts = tuple(
            replace(own[at % len(own)], skill=skill.name, locale=skill.locale)
            for own in by_pair.values()
            for at, skill in enumerate(wanted.skills)
        )
        recorder.finish(number, 1.0, replace(found, skills=verdicts))


def claims(folder: Path) -> None:
    """What `skillwise claims --run` reads and judges."""
    from evaluation.claim_check.conclude import (  # other steps are measured without it
        conclude,
        read_runs,
    )

    shelf = Shelf()
    conclude(read_runs([folder], shelf))
    shelf.close()


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
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--skills", type=int, default=10)
    parser.add_argument("--systems", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--shots", type=int, help="utterances an intent [all]")
    parser.add_argument("--part", type=int, default=0, help="of --parts, which this file has")
    parser.add_argument("--parts", type=int, default=1, help="files that the run is spread over")
    asked = parser.parse_args()
    clock, cpu = time.perf_counter(), time.process_time()
    systems = SYSTEMS[: asked.systems]
    found: dict[str, float] = {}
    if asked.step in ("run", "resume"):
        wanted = plan(asked.skills, asked.systems, asked.seeds, asked.shots)
        found["plan_seconds"] = time.perf_counter() - clock
        found |= (
            run(asked.folder, wanted, asked.part, asked.parts) if asked.step == "run"
            else resume(asked.folder, wanted)
        )  # fmt: skip
    elif asked.step == "sample":
        wanted = plan(asked.skills, asked.systems, asked.seeds, asked.shots)
        conclude_sample(asked.folder, wanted, systems, SAMPLE)
    elif asked.step == "conclude":
        with Recorder(asked.folder / FILE) as recorder:
            number = recorder.last_run()
            conclude(recorder, number, systems, lambda: 1.0)
    elif asked.step == "render":
        render(asked.folder)
    elif asked.step == "claims":
        claims(asked.folder)
    else:
        parts = sorted(path.parent for path in asked.folder.glob(f"part*/{FILE}"))
        merge(parts, asked.folder / "merged")
    found["seconds"] = time.perf_counter() - clock
    found["cpu_seconds"] = time.process_time() - cpu
    found["peak_mb"] = peak_mb()
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
