"""The maximum-entropy intent classifier: multinomial logistic regression over named features."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from baselines.features import Features

Floats = NDArray[np.float32]
Weighting = Literal["count", "tf-idf"]

_WEIGHED = ("words", "characters", "position")
"""The groups that tf-idf weighs, each scaled to length 1 in every utterance."""

_FLAG = 0.1
"""The value of a length or lexicon feature beside them: at 1 it would outweigh any word."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Feature names as columns, with the idf of each (1 where the name is only counted)."""

    names: tuple[str, ...]
    idf: Floats  # (names,)
    weighting: Weighting

    @classmethod
    def of(cls, rows: Sequence[Features], weighting: Weighting) -> "Vocabulary":
        """The names of training rows in order of appearance; smooth idf as scikit-learn has it."""
        seen: Counter[str] = Counter()
        weighed: set[str] = set()
        n = len(rows)
        for row in rows:
            for group, names in row.items():
                seen.update(dict.fromkeys(names, 1))
                if weighting == "tf-idf" and group in _WEIGHED:
                    weighed.update(names)
        idf = [math.log((1 + n) / (1 + df)) + 1 if g in weighed else 1.0 for g, df in seen.items()]
        return cls(tuple(seen), np.array(idf, np.float32), weighting)

    def row(self, features: Features) -> tuple[list[int], list[float]]:
        """Columns and values of one utterance; names never seen in training are left out."""
        columns: list[int] = []
        values: list[float] = []
        for group, names in features.items():
            known = [column for name in names if (column := self._columns.get(name)) is not None]
            counts = Counter(known)
            columns += counts
            if self.weighting == "count":
                values += counts.values()
                continue
            if group not in _WEIGHED:
                values += [_FLAG] * len(counts)
                continue
            weighed = [(1 + math.log(tf)) * self._idf[column] for column, tf in counts.items()]
            norm = math.sqrt(sum(v * v for v in weighed)) or 1.0
            values += [v / norm for v in weighed]
        return columns, values

    def matrix(self, rows: Sequence[Features]) -> Any:
        """The utterances as a sparse matrix (utterances, names)."""
        ends, columns, values = [0], list[int](), list[float]()
        for features in rows:
            found, weights = self.row(features)
            columns += found
            values += weights
            ends.append(len(columns))
        data = np.array(values, np.float32)
        return csr_array((data, columns, ends), shape=(len(rows), len(self.names)))

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {name: column for column, name in enumerate(self.names)}

    @cached_property
    def _idf(self) -> list[float]:
        return list(map(float, self.idf))  # Python floats: an array costs more to index


@dataclass(frozen=True, eq=False)
class IntentClassifier:
    """P(intent | utterance) = softmax of the summed weights of its features.

    With one intent it answers that intent, surely: there is nothing to tell apart.
    """

    intents: tuple[str, ...]
    vocabulary: Vocabulary
    weights: Floats  # (names, intents)
    bias: Floats  # (intents,)

    @classmethod
    def fit(
        cls, rows: Sequence[Features], intents: Sequence[str], *, weighting: Weighting, c: float
    ) -> "IntentClassifier":
        """Train on one row of features an utterance; `c` is the inverse strength of L2."""
        known = tuple(sorted(set(intents)))
        if len(known) == 1:
            empty = Vocabulary((), np.zeros(0, np.float32), weighting)
            zero = np.zeros((0, 1), np.float32), np.zeros(1, np.float32)
            return cls(known, empty, *zero)
        vocabulary = Vocabulary.of(rows, weighting)
        weights, bias = regress(vocabulary.matrix(rows), intents, c)
        return cls(known, vocabulary, weights, bias)

    def probabilities(self, rows: Sequence[Features]) -> Floats:
        """P of each intent (utterances, intents)."""
        scores = self.vocabulary.matrix(rows) @ self.weights + self.bias
        return np.asarray(softmax(scores, axis=1), np.float32)

    def evidence(self, features: Features, intent: str) -> list[tuple[str, float]]:
        """What each feature of an utterance adds to the score of an intent, heaviest first."""
        column = self.intents.index(intent)
        found, values = self.vocabulary.row(features)
        shares = [
            (self.vocabulary.names[i], value * float(self.weights[i, column]))
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
