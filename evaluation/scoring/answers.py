"""One cell's work but for the scores: fit a system on a draw of a skill, let it answer the test.

Every cell's key depends on this module and on what it imports, so no metric is computed here.
"""

import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Protocol, Self

from data_cards.draws import draw
from data_cards.records import Prediction, Skill, Utterance, span_fault

TIMED_CALLS = 3
TIMED_SECONDS = 2.0


class System(Protocol):
    """What can stand in the table: it learns a skill, answers, and keeps itself in a folder.

    A class of your own needs no base class. A class attribute `Settings`, a pydantic model, makes
    its constructor's parameter `settings` an instance of it; a parameter `vectors` gets the path of
    the vector store of the skill's language, a parameter `encoder` the open encoder of it
    (`data_cards.representation.Representation`). Every other parameter needs a default.
    """

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
class Answers:
    """What a fitted system said, and what it cost.

    `train_seconds` are those of `fit`. `predict_ms` is per utterance, the whole split given at
    once: the median of up to three calls. `model_bytes` is what `save` writes. `test` is the test
    split in the order of `predictions`.
    """

    n_train: int
    intents: int
    train_seconds: float
    predict_ms: float
    model_bytes: int
    test: tuple[Utterance, ...]
    predictions: tuple[Prediction, ...]


def answer(system: System, skill: Skill, seed: int, shots: int | None) -> Answers:
    """Fit on the draw, save, load, predict: the answers are those of the system that was loaded.

    So what is measured is what a service would open. The system never sees a gold frame of the
    test split.
    """
    drawn = draw(skill, shots, seed)
    started = perf_counter()
    system.fit(_without_test(drawn), seed)
    train_seconds = perf_counter() - started
    system, model_bytes = _through_its_folder(system)
    questions = [_blank(u) for u in drawn.test]
    started = perf_counter()
    predictions = system.predict(questions)
    calls = [perf_counter() - started]
    _check(predictions, drawn.test)
    while len(calls) < TIMED_CALLS and sum(calls) < TIMED_SECONDS:
        started = perf_counter()
        system.predict(questions)
        calls.append(perf_counter() - started)
    return Answers(
        n_train=len(drawn.train),
        intents=len(skill.intents) if any(skill.intents) else 0,
        train_seconds=train_seconds,
        predict_ms=1000 * statistics.median(calls) / len(questions),
        model_bytes=model_bytes,
        test=drawn.test,
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


def _through_its_folder(system: System) -> tuple[System, int]:
    """The system as it comes back from the folder that it was saved in, and the folder's bytes."""
    with tempfile.TemporaryDirectory(prefix="skillwise-") as name:
        folder = Path(name)
        system.save(folder)
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
        return type(system).load(folder), size
