"""Regularisation by cross-validation on a skill's own training utterances."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from baselines.features import Features
from baselines.intent import IntentClassifier, Weighting
from baselines.tagger import CrfSettings, SlotTagger, TokenRow
from data_cards.records import Slot

Candidate = TypeVar("Candidate")


def choose_c(
    rows: Sequence[Features],
    intents: Sequence[str],
    fold_of: Sequence[int],
    candidates: Sequence[float],
    weighting: Weighting,
) -> float:
    """The C under which held-out folds give their gold intents the most probability.

    Likelihood, for accuracy ties on few utterances; a mean of log(1% + P), so that one confident
    mistake does not decide.
    """

    def held_out(c: float, train: list[int], test: list[int]) -> float:
        model = IntentClassifier.fit(
            [rows[i] for i in train], [intents[i] for i in train], weighting=weighting, c=c
        )
        columns = {intent: column for column, intent in enumerate(model.intents)}
        given = model.probabilities([rows[i] for i in test])
        gold = [
            given[n, columns[intents[i]]] if intents[i] in columns else 0.0
            for n, i in enumerate(test)
        ]
        return float(np.log(0.01 + np.array(gold)).sum())

    return _best(candidates, fold_of, held_out)


def choose_crf(
    rows: Sequence[TokenRow],
    slots: Sequence[Sequence[Slot]],
    fold_of: Sequence[int],
    candidates: Sequence[CrfSettings],
) -> CrfSettings:
    """The settings under which the slots of held-out folds are found best, by exact span."""

    def held_out(settings: CrfSettings, train: list[int], test: list[int]) -> float:
        tagger = SlotTagger.fit([rows[i] for i in train], [slots[i] for i in train], settings)
        right = wrong = 0
        for i in test:
            found, gold = set(tagger.slots(rows[i])[0]), set(slots[i])
            right += len(found & gold)
            wrong += len(found ^ gold)
        return right - wrong / 2  # counts add up over folds; F1 would weigh small folds alike

    return _best(candidates, fold_of, held_out)


def _best(
    candidates: Sequence[Candidate],
    fold_of: Sequence[int],
    held_out: Callable[[Candidate, list[int], list[int]], float],
) -> Candidate:
    """The candidate with the highest sum over folds; the earlier one where two tie."""
    if len(candidates) == 1 or len(set(fold_of)) == 1:
        return candidates[0]
    everyone = range(len(fold_of))
    splits = [
        ([i for i in everyone if fold_of[i] != fold], [i for i in everyone if fold_of[i] == fold])
        for fold in sorted(set(fold_of))
    ]
    return max(candidates, key=lambda c: sum(held_out(c, train, test) for train, test in splits))
