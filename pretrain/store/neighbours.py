"""Nearest neighbours of a word by cosine: the quickest look at what vectors know."""

from dataclasses import dataclass

import numpy as np

from data_cards.errors import SkillwiseError
from pretrain.store.vector_store import VectorStore


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A word and its cosine to the one asked for."""

    word: str
    cosine: float


def neighbours(store: VectorStore, word: str, count: int = 8) -> list[Neighbour]:
    """The `count` words nearest to `word`; a `SkillwiseError` where the store lacks it."""
    (row,) = store.rows([word])
    if row < 0:
        raise SkillwiseError(
            f"{word!r} is not among the {len(store):,} words of {store.path}; ask for another"
        )
    table = store.dequantised(np.arange(len(store)))
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-12)
    cosines = table @ table[row]
    best = np.argsort(-cosines)[: count + 1]
    return [Neighbour(store.words[i], float(cosines[i])) for i in best if i != row][:count]
