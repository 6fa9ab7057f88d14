"""Regularisation by cross-validation on a skill's own training utterances."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV, PredefinedSplit

from baselines.features import Features
from baselines.intent import IntentClassifier
from baselines.tagger import SlotTagger, TokenRow
from data_cards import bio

Estimator = TypeVar("Estimator", bound=BaseEstimator)
Score = Callable[[Any, Sequence[Any], Sequence[Any]], float]
"""How well a fitted estimator answers held-out rows, summed over them: (estimator, rows, gold)."""


def tuned(
    estimator: Estimator,
    candidates: Sequence[Mapping[str, Any]],
    score: Score,
    rows: Sequence[Any],
    gold: Sequence[Any],
    fold_of: Sequence[int],
) -> Estimator:
    """The estimator with the parameters of the best candidate, trained on all rows.

    Best is the highest sum of scores over the folds, each held out once; of candidates that tie,
    and where one fold leaves nothing to hold out, it is the first.
    """
    if len(candidates) == 1 or len(set(fold_of)) == 1:
        only: Estimator = clone(estimator).set_params(**candidates[0]).fit(rows, gold)
        return only
    search = GridSearchCV(
        estimator,
        [{name: [value] for name, value in candidate.items()} for candidate in candidates],
        scoring=score,
        cv=PredefinedSplit(fold_of),
        refit=_highest_sum,
        error_score="raise",  # a candidate that cannot be trained is a failure, not a low score
    )
    best: Estimator = search.fit(rows, gold).best_estimator_
    return best


def log_likelihood(
    classifier: IntentClassifier, rows: Sequence[Features], intents: Sequence[str]
) -> float:
    """How probable held-out gold intents are: the sum of log(1% + P).

    Likelihood, for accuracy ties on few utterances; 1% more, so that one confident mistake does
    not decide.
    """
    columns = {intent: column for column, intent in enumerate(classifier.intents_)}
    given = classifier.predict_proba(rows)
    gold = [
        given[n, columns[intent]] if intent in columns else 0.0 for n, intent in enumerate(intents)
    ]
    return float(np.log(0.01 + np.array(gold)).sum())


def exact_spans(
    tagger: SlotTagger, rows: Sequence[TokenRow], tags: Sequence[Sequence[str]]
) -> float:
    """How well held-out slots are found, by exact span: right ones less half of the wrong ones.

    Counts add up over folds; F1 would weigh small folds alike.
    """
    right = wrong = 0
    for row, expected in zip(rows, tags, strict=True):
        found, gold = set(bio.spans(tagger.predict_single(row))), set(bio.spans(expected))
        right += len(found & gold)
        wrong += len(found ^ gold)
    return right - wrong / 2


def _highest_sum(results: Mapping[str, Any]) -> int:
    """The index of the best candidate among the `cv_results_` of a search.

    scikit-learn's own ranking takes means, whose last bit depends on the order in which numpy adds;
    these are the sums, in the order of the folds.
    """
    scores: list[list[float]] = []
    while (split := f"split{len(scores)}_test_score") in results:
        scores.append(results[split].tolist())
    sums = [sum(of_candidate) for of_candidate in zip(*scores, strict=True)]
    return max(range(len(sums)), key=sums.__getitem__)
