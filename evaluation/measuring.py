"""One cell's work: fit a system on a draw of a skill, let it answer the test split, count."""

import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Protocol, Self

from data_cards.draws import draw
from data_cards.records import Prediction, Skill, Utterance, span_fault
from evaluation.metrics import Counts, Scores, score, slot_table, tally

TIMED_CALLS = 3
TIMED_SECONDS = 2.0


class System(Protocol):
    """What can stand in the table: it learns a skill, answers, and keeps itself in a folder."""

    def fit(self, skill: Skill, seed: int) -> None:
        """Learn from `skill.train` (and `dev`, `gazetteers`); `skill.test` is empty."""

    def predict(self, utterances: Sequence[Utterance]) -> list[Prediction]:
        """Answer each utterance, in order; their frames are blank."""

    def save(self, folder: Path) -> None:
        """Write all that `load` needs into an existing, empty folder."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read back what `save` wrote."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one cell yields. `counts` is (utterances, columns), `slots` as `metrics.slot_table`.

    `intents` is how many the skill's training utterances show, 0 where its data set names none.
    `predict_ms` is per utterance, the whole split given at once: the median of up to three calls.
    `model_bytes` is what `save` writes.
    """

    n_train: int
    n_test: int
    intents: int
    scores: Scores
    train_seconds: float
    predict_ms: float
    model_bytes: int
    counts: Counts
    slots: dict[str, tuple[int, ...]]
    predictions: tuple[Prediction, ...]


def measure(system: System, skill: Skill, seed: int, shots: int | None) -> Measurement:
    """Fit on the draw, predict, score. The system never sees a gold frame of the test split."""
    drawn = draw(skill, shots, seed)
    started = perf_counter()
    system.fit(_without_test(drawn), seed)
    train_seconds = perf_counter() - started
    questions = [_blank(u) for u in drawn.test]
    started = perf_counter()
    predictions = system.predict(questions)
    calls = [perf_counter() - started]
    _check(predictions, drawn.test)
    while len(calls) < TIMED_CALLS and sum(calls) < TIMED_SECONDS:
        started = perf_counter()
        system.predict(questions)
        calls.append(perf_counter() - started)
    gold, answers = [u.frame for u in drawn.test], [p.frame for p in predictions]
    counts, slots = tally(gold, answers), slot_table(gold, answers)
    intents = len(skill.intents) if any(skill.intents) else 0
    return Measurement(
        n_train=len(drawn.train),
        n_test=len(drawn.test),
        intents=intents,
        scores=score(counts, slots, intents=intents, slots=any(f.slots for f in gold)),
        train_seconds=train_seconds,
        predict_ms=1000 * statistics.median(calls) / len(questions),
        model_bytes=_saved_bytes(system),
        counts=counts,
        slots=slots,
        predictions=tuple(predictions),
    )


def _without_test(skill: Skill) -> Skill:
    return Skill(skill.name, skill.locale, skill.train, skill.dev, (), skill.gazetteers)


def _blank(utterance: Utterance) -> Utterance:
    return Utterance(utterance.id, utterance.tokens, type(utterance.frame)(""), utterance.text)


def _check(predictions: Sequence[Prediction], utterances: Sequence[Utterance]) -> None:
    """A wrong answer is scored, a malformed one is a bug of the system: ValueError."""
    if len(predictions) != len(utterances):
        raise ValueError(f"{len(predictions)} predictions for {len(utterances)} utterances")
    for prediction, utterance in zip(predictions, utterances, strict=True):
        if prediction.utterance_id != utterance.id:
            raise ValueError(f"prediction {prediction.utterance_id!r} in place of {utterance.id!r}")
        fault = span_fault(len(utterance.tokens), prediction.frame.slots)
        if fault:
            raise ValueError(f"prediction {utterance.id!r} {fault}")


def _saved_bytes(system: System) -> int:
    with tempfile.TemporaryDirectory(prefix="skillwise-") as folder:
        system.save(Path(folder))
        return sum(p.stat().st_size for p in Path(folder).rglob("*") if p.is_file())
