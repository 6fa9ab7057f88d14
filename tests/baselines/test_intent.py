"""The intent classifier against scikit-learn, its oracle."""

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from toy_skills import TRAIN

from baselines.features import IntentGroups, utterance_features
from baselines.intent import IntentClassifier
from baselines.vocabulary import Vocabulary

GROUPS = IntentGroups(words=2)
ROWS = [utterance_features(u.tokens, GROUPS) for u in TRAIN]
INTENTS = [u.frame.intent for u in TRAIN]


@pytest.mark.parametrize("intents", [{"GetWeather", "Stop"}, {"GetWeather", "PlayMusic", "Stop"}])
def test_probabilities_are_those_of_scikit_learn(intents: set[str]) -> None:
    """Two intents come as one sigmoid there and as a softmax here."""
    shown = [u for u in TRAIN if u.frame.intent in intents]
    rows = [utterance_features(u.tokens, GROUPS) for u in shown]
    gold = [u.frame.intent for u in shown]
    ours = IntentClassifier(c=3.0).fit(rows, gold)
    matrix = Vocabulary.of(rows, "count").matrix(rows)
    theirs = LogisticRegression(C=3.0, max_iter=5000).fit(matrix, gold)
    assert ours.intents_ == tuple(ours.classes_) == tuple(theirs.classes_)
    np.testing.assert_allclose(ours.predict_proba(rows), theirs.predict_proba(matrix), atol=1e-4)
    assert ours.predict(rows).tolist() == theirs.predict(matrix).tolist() == gold


def test_a_clone_has_the_parameters_and_nothing_learnt() -> None:
    fitted = IntentClassifier(c=3.0, weighting="tf-idf").fit(ROWS, INTENTS)
    copy = clone(fitted)
    assert is_classifier(copy)
    assert copy.get_params() == {"c": 3.0, "weighting": "tf-idf"}
    assert not hasattr(copy, "weights_")
    np.testing.assert_array_equal(copy.fit(ROWS, INTENTS).weights_, fitted.weights_)


def test_scikit_learn_can_cross_validate_it() -> None:
    found = cross_val_score(IntentClassifier(c=3.0), ROWS, INTENTS, cv=3, error_score="raise")
    assert found.mean() > 0.9  # accuracy on strata of the toy skill


def test_its_parts_make_it_again() -> None:
    fitted = IntentClassifier(c=3.0, weighting="tf-idf").fit(ROWS, INTENTS)
    again = IntentClassifier.of(fitted.intents_, fitted.vocabulary_, fitted.weights_, fitted.bias_)
    np.testing.assert_array_equal(again.predict_proba(ROWS), fitted.predict_proba(ROWS))
    assert again.weighting == "tf-idf"


def test_tf_idf_is_that_of_scikit_learn() -> None:
    texts = ["play jazz play", "play rock", "stop"]
    groups = IntentGroups(words=1, length=False, position=False)
    rows = [utterance_features(text.split(), groups) for text in texts]
    vocabulary = Vocabulary.of(rows, "tf-idf")
    theirs = TfidfVectorizer(sublinear_tf=True)
    expected = theirs.fit_transform(texts).toarray()
    order = [theirs.vocabulary_[name.removeprefix("word=")] for name in vocabulary.names]
    np.testing.assert_allclose(vocabulary.matrix(rows).toarray(), expected[:, order], atol=1e-6)


def test_repeated_words_count_twice() -> None:
    rows = [utterance_features(["no", "no"], IntentGroups(words=1, length=False, position=False))]
    assert Vocabulary.of(rows, "count").matrix(rows).toarray().tolist() == [[2.0]]


def test_unseen_names_are_left_out() -> None:
    rows = [utterance_features(["a"], GROUPS)]
    columns, values = Vocabulary.of(rows, "tf-idf").row({"words": ["word=b"]})
    assert (columns, values) == ([], [])
