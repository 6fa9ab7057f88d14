"""Feature names as the columns of a matrix, counted or weighed by tf-idf."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

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
