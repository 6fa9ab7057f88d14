"""Tuning takes what held-out folds prefer."""

from skill_toys import TRAIN

from baselines.features import IntentGroups, TokenGroups, token_features, utterance_features
from baselines.tagger import CrfSettings
from baselines.tuning import choose_c, choose_crf
from data_cards.folds import folds

FOLDS = folds(TRAIN, 3, 0)
INTENTS = [u.frame.intent for u in TRAIN]
SLOTS = [u.frame.slots for u in TRAIN]
ROWS = [utterance_features(u.tokens, IntentGroups()) for u in TRAIN]
TOKENS = [token_features(u.tokens, u.tokens, TokenGroups()) for u in TRAIN]


def test_a_classifier_that_learns_nothing_is_not_taken() -> None:
    assert choose_c(ROWS, INTENTS, FOLDS, (1e-6, 10.0), "count") == 10.0


def test_a_tagger_that_learns_nothing_is_not_taken() -> None:
    good, bad = CrfSettings(c2=0.1), CrfSettings(c2=1e6)
    assert choose_crf(TOKENS, SLOTS, FOLDS, (bad, good)) == good


def test_the_first_is_taken_where_nothing_can_be_held_out() -> None:
    assert choose_c(ROWS[:1], INTENTS[:1], [0], (5.0, 1.0), "count") == 5.0


def test_the_first_of_equals_is_taken() -> None:
    assert choose_c(ROWS, ["same"] * len(ROWS), FOLDS, (5.0, 1.0), "count") == 5.0
