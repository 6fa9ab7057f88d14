"""Tuning takes what held-out folds prefer: scikit-learn's search against a loop by hand."""

from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Any, Self

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from toy_skills import TOY, TRAIN

from baselines.features import IntentGroups, TokenGroups, token_features, utterance_features
from baselines.intent import IntentClassifier
from baselines.model import Reading
from baselines.rows import TrainingRows
from baselines.strong import StrongMaxEntCRF
from baselines.tagger import CrfSettings, SlotTagger
from baselines.tuning import exact_spans, log_likelihood, tuned
from data_cards import bio
from data_cards.card import card
from data_cards.draws import draw
from data_cards.folds import folds
from data_cards.lexicon import Lexicon
from data_cards.records import Skill
from data_cards.registry.loading import load

Candidate = Mapping[str, Any]
HeldOut = Callable[[Candidate, TrainingRows, list[int], list[int]], float]

FOLDS = folds(TRAIN, 3, 0)
INTENTS = [u.frame.intent for u in TRAIN]
TAGS = [bio.tags(u.frame.slots, len(u.tokens)) for u in TRAIN]
ROWS = [utterance_features(u.tokens, IntentGroups()) for u in TRAIN]
TOKENS = [token_features(u.tokens, u.tokens, TokenGroups()) for u in TRAIN]

STRENGTHS = [{"c": c} for c in (10.0, 3.0, 30.0, 100.0)]
TRAININGS = [CrfSettings(c1=c1, c2=0.01).parameters() for c1 in (0.02, 0.0, 0.1)]


@pytest.fixture(scope="module", params=["toy", "bank@en-GB", "cinema@en-IN"])
def rows(request: pytest.FixtureRequest) -> TrainingRows:
    """The strong baseline's rows of a skill; of starter skills few, so that candidates differ."""
    skill = TOY if request.param == "toy" else starter(request.param)
    system = StrongMaxEntCRF()
    lexicon = Lexicon.of(skill.train, skill.gazetteers)
    reading = Reading(system.settings.intent, system.settings.token, lexicon)
    return system._rows(skill, reading, seed=0)


def starter(key: str) -> Skill:
    return draw(next(skill for skill in load(card("starter")) if skill.key == key), 4)


def likelihood_held_out(
    candidate: Candidate, rows: TrainingRows, train: list[int], test: list[int]
) -> float:
    model = IntentClassifier(weighting="tf-idf", **candidate)
    model.fit([rows.features[i] for i in train], [rows.intents[i] for i in train])
    given = model.predict_proba([rows.features[i] for i in test])
    columns = {intent: column for column, intent in enumerate(model.intents_)}
    gold = [
        given[n, columns[rows.intents[i]]] if rows.intents[i] in columns else 0.0
        for n, i in enumerate(test)
    ]
    return float(np.log(0.01 + np.array(gold)).sum())


def spans_held_out(
    candidate: Candidate, rows: TrainingRows, train: list[int], test: list[int]
) -> float:
    tagger = SlotTagger(**candidate)
    tagger.fit([rows.words[i] for i in train], [rows.tags[i] for i in train])
    right = wrong = 0
    for i in test:
        found, gold = set(tagger.slots(rows.words[i])[0]), set(bio.spans(rows.tags[i]))
        right += len(found & gold)
        wrong += len(found ^ gold)
    return right - wrong / 2


def best_by_hand(
    candidates: Sequence[Candidate], rows: TrainingRows, fold_of: Sequence[int], score: HeldOut
) -> Candidate:
    everyone = range(len(fold_of))
    splits = [
        ([i for i in everyone if fold_of[i] != fold], [i for i in everyone if fold_of[i] == fold])
        for fold in sorted(set(fold_of))
    ]
    return max(candidates, key=lambda c: sum(score(c, rows, train, test) for train, test in splits))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_search_takes_the_strength_that_a_loop_takes(rows: TrainingRows, seed: int) -> None:
    fold_of = np.random.default_rng(seed).integers(3, size=len(rows.intents)).tolist()
    expected = best_by_hand(STRENGTHS, rows, fold_of, likelihood_held_out)
    found = tuned(
        IntentClassifier(weighting="tf-idf"),
        STRENGTHS,
        log_likelihood,
        rows.features,
        rows.intents,
        fold_of,
    )
    assert {"c": found.c} == expected
    alone = IntentClassifier(weighting="tf-idf", **expected).fit(rows.features, rows.intents)
    np.testing.assert_array_equal(found.weights_, alone.weights_)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_search_takes_the_training_that_a_loop_takes(rows: TrainingRows, seed: int) -> None:
    fold_of = np.random.default_rng(seed).integers(3, size=len(rows.intents)).tolist()
    expected = best_by_hand(TRAININGS, rows, fold_of, spans_held_out)
    found = tuned(SlotTagger(), TRAININGS, exact_spans, rows.words, rows.tags, fold_of)
    assert found.get_params() == expected
    assert found.model_ == SlotTagger(**expected).fit(rows.words, rows.tags).model_


def test_a_classifier_that_learns_nothing_is_not_taken() -> None:
    candidates = [{"c": 1e-6}, {"c": 10.0}]
    found = tuned(IntentClassifier(), candidates, log_likelihood, ROWS, INTENTS, FOLDS)
    assert found.c == 10.0


def test_a_tagger_that_learns_nothing_is_not_taken() -> None:
    found = tuned(SlotTagger(), [{"c2": 1e6}, {"c2": 0.1}], exact_spans, TOKENS, TAGS, FOLDS)
    assert found.c2 == 0.1


def test_the_first_is_taken_where_nothing_can_be_held_out() -> None:
    candidates = [{"c": 5.0}, {"c": 1.0}]
    found = tuned(IntentClassifier(), candidates, log_likelihood, ROWS[:1], INTENTS[:1], [0])
    assert found.c == 5.0


def test_the_first_of_equals_is_taken() -> None:
    candidates, same = [{"c": 5.0}, {"c": 1.0}], ["same"] * len(ROWS)
    assert tuned(IntentClassifier(), candidates, log_likelihood, ROWS, same, FOLDS).c == 5.0


class Known(BaseEstimator):
    """An estimator whose score on each fold is known beforehand."""

    def __init__(self, scores: tuple[float, ...] = ()) -> None:
        self.scores = scores

    def fit(self, rows: Sequence[int], gold: Sequence[int]) -> Self:
        if not self.scores:
            raise ArithmeticError("no scores, no fit")
        return self


def known(estimator: Known, rows: Sequence[int], gold: Sequence[int]) -> float:
    return estimator.scores[gold[0]]


@pytest.mark.parametrize("numbers", [(-3.1, -2.3, -1.9), (-1.4, -4.6, -0.4), (0.1, 0.2, 0.3)])
def test_scores_are_summed_fold_by_fold(numbers: tuple[float, float, float]) -> None:
    """To the last bit as `sum` has them: numpy's means would rank other near ties first."""
    orders = list(permutations(numbers))
    for candidates in (orders, orders[::-1]):
        parameters = [{"scores": scores} for scores in candidates]
        found = tuned(Known(), parameters, known, [0, 1, 2], [0, 1, 2], [0, 1, 2])
        assert found.scores == max(candidates, key=sum)


def test_a_candidate_that_cannot_be_trained_is_a_failure() -> None:
    with pytest.raises(ArithmeticError, match="no fit"):
        tuned(Known(), [{"scores": ()}, {"scores": (1, 1)}], known, [0, 1], [0, 1], [0, 1])
