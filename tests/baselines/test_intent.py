"""The intent classifier against scikit-learn, its oracle."""

import numpy as np
import pytest
from skill_toys import TRAIN
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from baselines.features import IntentGroups, utterance_features
from baselines.intent import IntentClassifier, Vocabulary

GROUPS = IntentGroups(words=2)


@pytest.mark.parametrize("intents", [{"GetWeather", "Stop"}, {"GetWeather", "PlayMusic", "Stop"}])
def test_probabilities_are_those_of_scikit_learn(intents: set[str]) -> None:
    """Two intents come as one sigmoid there and as a softmax here."""
    shown = [u for u in TRAIN if u.frame.intent in intents]
    rows = [utterance_features(u.tokens, GROUPS) for u in shown]
    gold = [u.frame.intent for u in shown]
    ours = IntentClassifier.fit(rows, gold, weighting="count", c=3.0)
    matrix = Vocabulary.of(rows, "count").matrix(rows)
    theirs = LogisticRegression(C=3.0, max_iter=5000).fit(matrix, gold)
    assert ours.intents == tuple(theirs.classes_)
    np.testing.assert_allclose(ours.probabilities(rows), theirs.predict_proba(matrix), atol=1e-4)


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
