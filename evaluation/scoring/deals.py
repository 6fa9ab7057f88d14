"""Cross-validation of one skill: a deal of its rows into folds, and one cell's work over them.

Each fold is answered by a system that was fitted on the other folds, so a deal answers every row
once, and its pooled answers are those to one test split that holds all rows. A pool is a skill
whose rows all stand in `test`; a deal says of each of them in which fold it lies.
"""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from data_cards.folds import folds
from data_cards.records import Prediction, Skill, Utterance
from evaluation.scoring.answers import answer
from evaluation.scoring.measure import Measurement, System
from evaluation.scoring.scored import scored

T = TypeVar("T")

MOST = 100
"""Folds at most: each is a system to fit, and a deal is kept in one byte a row."""


def pool(skill: Skill) -> Skill:
    """All rows of a skill in one, whatever split its data set put them into."""
    return replace(skill, train=(), dev=(), test=(*skill.train, *skill.dev, *skill.test))


def deal(rows: Sequence[Utterance], count: int, seed: int) -> bytes:
    """The fold of each row, even within each intent; expansions of a template stay together."""
    return bytes(folds(rows, count, seed))


def parts(pooled: Skill, dealt: bytes) -> Iterator[Skill]:
    """Fold by fold: the skill that has this fold as its test split and the others as training."""
    for fold in sorted(set(dealt)):
        rows = list(zip(pooled.test, dealt, strict=True))
        train = tuple(u for u, own in rows if own != fold)
        yield replace(pooled, train=train, test=tuple(u for u, own in rows if own == fold))


def in_order(dealt: bytes, by_fold: Sequence[Sequence[T]]) -> tuple[T, ...]:
    """What was found of each row, fold by fold, in the order of the pool's rows."""
    waiting = dict(zip(sorted(set(dealt)), map(iter, by_fold), strict=True))
    return tuple(next(waiting[fold]) for fold in dealt)


def measure_deal(
    make: Callable[[], System], pooled: Skill, dealt: bytes, seed: int, shots: int | None
) -> Measurement:
    """Fit a new system for each fold on a draw of the others, and score all answers as one split.

    `n_train`, `train_seconds`, `predict_ms` and `model_bytes` are means over the folds: they say
    what one model is trained on and costs, as they do where there is one.
    """
    found = [answer(make(), part, seed, shots) for part in parts(pooled, dealt)]
    predictions: tuple[Prediction, ...] = in_order(dealt, [each.predictions for each in found])
    intents = {u.frame.intent for u in pooled.test}
    counted = len(intents) if any(intents) else 0
    result = scored([u.frame for u in pooled.test], [p.frame for p in predictions], counted)
    return Measurement(
        n_train=round(statistics.fmean(each.n_train for each in found)),
        n_test=len(pooled.test),
        intents=counted,
        scores=result.scores,
        train_seconds=statistics.fmean(each.train_seconds for each in found),
        predict_ms=statistics.fmean(each.predict_ms for each in found),
        model_bytes=round(statistics.fmean(each.model_bytes for each in found)),
        counts=result.counts,
        slots=result.slots,
        predictions=predictions,
    )
