"""One cell's work: answers of a fitted system, and the scores that they come to."""

from dataclasses import dataclass

from data_cards.records import Prediction, Skill
from evaluation.scoring.answers import System, answer
from evaluation.scoring.metrics import Counts, Scores
from evaluation.scoring.scored import scored

__all__ = ["Measurement", "System", "measure"]


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
    """Fit, answer and score one system on a draw of a skill."""
    found = answer(system, skill, seed, shots)
    result = scored(
        [u.frame for u in found.test], [p.frame for p in found.predictions], found.intents
    )
    return Measurement(
        n_train=found.n_train,
        n_test=len(found.test),
        intents=found.intents,
        scores=result.scores,
        train_seconds=found.train_seconds,
        predict_ms=found.predict_ms,
        model_bytes=found.model_bytes,
        counts=result.counts,
        slots=result.slots,
        predictions=found.predictions,
    )
