"""The maximum-entropy intent classifier: multinomial logistic regression over named features."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from baselines.features import Features
from baselines.vocabulary import Floats, Vocabulary, Weighting


class IntentClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # both are untyped
    """P(intent | utterance) = softmax of the summed weights of its features.

    A scikit-learn classifier over rows of named features, so that it can be cloned and tuned; `c`
    is the inverse strength of L2. With one intent it answers that intent, surely: there is nothing
    to tell apart.

    What it learns: `intents_` (sorted), `vocabulary_`, `weights_` (names, intents) and `bias_`
    (intents,).
    """

    intents_: tuple[str, ...]
    vocabulary_: Vocabulary
    weights_: Floats  # (names, intents)
    bias_: Floats  # (intents,)

    def __init__(self, c: float = 1.0, weighting: Weighting = "count") -> None:
        self.c = c
        self.weighting = weighting

    @classmethod
    def of(
        cls, intents: tuple[str, ...], vocabulary: Vocabulary, weights: Floats, bias: Floats
    ) -> Self:
        """A fitted classifier from its parts; which `c` they were trained with is not known."""
        made = cls(weighting=vocabulary.weighting)
        made.intents_, made.vocabulary_ = intents, vocabulary
        made.weights_, made.bias_ = weights, bias
        return made

    @property
    def classes_(self) -> Any:
        """The intents as scikit-learn asks for them: an array of objects (intents,)."""
        return np.array(self.intents_, dtype=object)

    def fit(self, rows: Sequence[Features], intents: Sequence[str]) -> Self:
        """Train on one row of features and one intent an utterance."""
        self.intents_ = tuple(sorted(set(intents)))
        if len(self.intents_) == 1:
            self.vocabulary_ = Vocabulary((), np.zeros(0, np.float32), self.weighting)
            self.weights_, self.bias_ = np.zeros((0, 1), np.float32), np.zeros(1, np.float32)
            return self
        self.vocabulary_ = Vocabulary.of(rows, self.weighting)
        self.weights_, self.bias_ = regress(self.vocabulary_.matrix(rows), intents, self.c)
        return self

    def predict_proba(self, rows: Sequence[Features]) -> Floats:
        """P of each intent (utterances, intents)."""
        scores = self.vocabulary_.matrix(rows) @ self.weights_ + self.bias_
        return np.asarray(softmax(scores, axis=1), np.float32)

    def predict(self, rows: Sequence[Features]) -> Any:
        """The most probable intent of each utterance, an array of objects (utterances,)."""
        return self.classes_[self.predict_proba(rows).argmax(axis=1)]

    def evidence(self, features: Features, intent: str) -> list[tuple[str, float]]:
        """What each feature of an utterance adds to the score of an intent, heaviest first."""
        column = self.intents_.index(intent)
        found, values = self.vocabulary_.row(features)
        shares = [
            (self.vocabulary_.names[i], value * float(self.weights_[i, column]))
            for i, value in zip(found, values, strict=True)
        ]
        return sorted(shares, key=lambda s: (-abs(s[1]), s[0]))


def regress(matrix: Any, intents: Sequence[str], c: float) -> tuple[Floats, Floats]:
    """Weights (names, intents) and bias (intents,) in the order of the sorted intents.

    Two intents come from scikit-learn as one sigmoid; its halves are the same softmax.
    """
    model = LogisticRegression(C=c, solver="lbfgs", max_iter=5000)
    with threadpool_limits(1):  # the same sums in the same order, and one core a cell
        model.fit(matrix, list(intents))
    weights, bias = model.coef_, model.intercept_
    if len(bias) == 1:
        weights, bias = np.vstack([-weights, weights]) / 2, np.hstack([-bias, bias]) / 2
    return np.ascontiguousarray(weights.T, np.float32), np.asarray(bias, np.float32)
