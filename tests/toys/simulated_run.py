"""A run as large as wanted, made without fitting anything: for what is drawn from results."""

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from data_cards.records import Frame, Prediction, Skill, Slot, Utterance
from evaluation.findings.comparisons import compared, sides
from evaluation.findings.grouping import pairs
from evaluation.findings.run_findings import run_findings
from evaluation.planning.cell import Cell, Outcome
from evaluation.planning.skill_block import pack
from evaluation.planning.systems import SystemSpec
from evaluation.results.reader import Results
from evaluation.results.rows import Findings
from evaluation.results.writer import Recorder
from evaluation.scoring.measure import Measurement
from evaluation.scoring.metrics import score, slot_table, tally
from evaluation.stats.shelf import Shelf
from pretrain.quality.word_map import WordMap

SYSTEMS = ("maxent-crf", "maxent-crf-strong", "dnn-random", "dnn-mlm", "dnn-transfer", "dnn")
INTENTS = ("Play", "Stop", "Ask", "Order")
SLOTS = ("item", "place", "when")
WORDS = (
    "tea",
    "soup",
    "rice",
    "salt",
    "lamp",
    "door",
    "room",
    "hall",
    "noon",
    "dawn",
    "dusk",
    "now",
)


def skill(number: int, utterances: int = 30, locale: str = "en-US", name: str = "") -> Skill:
    """A skill whose test split is drawn at random; the training split is never looked at."""
    rng = random.Random(number)
    test = tuple(_utterance(f"u{i}", rng) for i in range(utterances))
    return Skill(name or f"skill {number:03d}", locale, test[:4], (), test)


def write_run(
    path: Path, skills: Iterable[Skill], systems: Sequence[str] = SYSTEMS,
    shots: Sequence[int | None] = (None,), seeds: int = 1, resamples: int = 60,
    failed: Sequence[str] = (), judged: bool = True,
) -> None:  # fmt: skip
    """Fill a results file: each system is right a little more often than the one before it."""
    cells = [
        Cell(pack(s, "simulated"), SystemSpec(name, name), seed, n, "settings", "code")
        for s in skills
        for n in shots
        for seed in range(seeds)
        for name in systems
    ]
    settings = {
        "suites": [], "data": ["simulated"],
        "skills": {c.skill.label: c.skill.digest for c in cells},
        "pattern": "*", "slots_only": False, "systems": {name: {} for name in systems},
        "changes": [], "shots": list(shots), "seeds": seeds, "vectors": {},
        "notes": ["made by a simulation"],
    }  # fmt: skip
    unpacked = {pack(s, "simulated").label: s for s in skills}
    with Recorder(path) as recorder:
        run = recorder.begin(settings, "d" * 64, "c" * 40, cells, 1.0)
        for cell in cells:
            if cell.skill.label in failed and cell.spec.name == systems[-1]:
                trace = f"Traceback (most recent call last):\nValueError: planted in {cell.name}"
                recorder.add(cell, Outcome(cell.key, traceback=trace))
            else:
                level = 0.45 + 0.06 * systems.index(cell.spec.name) + 0.002 * (cell.shots or 50)
                recorder.add(cell, _answered(cell, unpacked[cell.skill.label], level))
        if judged:
            found = run_findings(recorder, run, list(systems), resamples)
        else:  # the tests of verdicts are what takes time
            wanted = pairs(list(systems))
            measured = sides(recorder, run, wanted, Shelf(), resamples)
            found = Findings(comparisons=tuple(compared(measured)))
        recorder.finish(run, 12.0, found)


def _answered(cell: Cell, asked: Skill, level: float) -> Outcome:
    rng = random.Random(f"{cell.skill.label} {cell.spec.name} {cell.seed} {cell.shots}")
    level += rng.gauss(0, 0.08)
    answers = [_answer(u, rng) if rng.random() > level else u.frame for u in asked.test]
    gold = [u.frame for u in asked.test]
    counts, table = tally(gold, answers), slot_table(gold, answers)
    measured = Measurement(
        n_train=4 * (cell.shots or 50), n_test=len(gold), intents=len(INTENTS),
        scores=score(counts, table, intents=len(INTENTS), slots=any(f.slots for f in gold)),
        train_seconds=0.5 + rng.random(), predict_ms=0.2 + rng.random(),
        model_bytes=rng.randint(50_000, 90_000), counts=counts, slots=table,
        predictions=tuple(
            Prediction(u.id, frame, 0.5) for u, frame in zip(asked.test, answers, strict=True)
        ),
    )  # fmt: skip
    return Outcome(cell.key, measured, finished=1_000_000.0)


def _utterance(number: str, rng: random.Random) -> Utterance:
    tokens = tuple(rng.choices(WORDS, k=rng.randint(2, 12)))
    slots = [Slot(rng.choice(SLOTS), i, i + 1) for i in range(len(tokens)) if rng.random() < 0.2]
    return Utterance(number, tokens, Frame(rng.choice(INTENTS), tuple(slots)))


def _answer(utterance: Utterance, rng: random.Random) -> Frame:
    """Wrong in the intent, in the last slot, or by one slot too many."""
    gold = utterance.frame
    other = (
        INTENTS[(INTENTS.index(gold.intent) + 1) % len(INTENTS)] if gold.intent in INTENTS else ""
    )
    if rng.random() < 0.4 or not gold.slots:
        return Frame(other, gold.slots)
    return Frame(gold.intent, gold.slots[:-1])


def page_of(path: Path, maps: Sequence[WordMap] = ()) -> str:
    """The report page of a results file."""
    from evaluation.report.page.rendering import render_page

    with Results(path) as results:
        return render_page(results.run(), results, maps)
