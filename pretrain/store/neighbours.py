"""Nearest neighbours by cosine: the quickest look at what vectors know."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A word and its cosine to the one asked for, -1 to 1."""

    word: str
    cosine: float


def nearest(table: NDArray[np.float32], row: int, n: int) -> list[tuple[int, float]]:
    """The `n` rows of `table` (words, width) nearest to one of them, with cosines, best first.

    `table` is scaled in place to rows of length 1.
    """
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-12)
    cosines = table @ table[row]
    best = np.argsort(-cosines)[: n + 1]
    return [(int(i), float(cosines[i])) for i in best if i != row][:n]
