"""Vectors for words that a store lacks, from the words of the store that are spelt alike.

A word's vector is the mean of the `NEAREST` words most like it, each weighted by the square of the
cosine of their character n-grams (tf-idf): a kernel regression (Nadaraya 1964). Where little is
alike the mean is of many unlike vectors and near zero, so that it comes out as short as it is
unsure. It finds a held-out word better than the n-gram vectors that a store keeps in
`pretrain.store.subwords` (docs/LOG.md), and takes an index of the whole vocabulary in exchange, a
second of work and 10 MB for 40,000 words, made when it is first asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from pretrain.store.vector_store import VectorStore

Floats = NDArray[np.float32]

SHORTEST, LONGEST = 3, 5
"""Letters of an n-gram, the blanks at a word's edges included."""
NEAREST = 200
"""Words that a vector is the mean of, at most."""


@dataclass(frozen=True)
class Spelling:
    """The n-grams of a store's words."""

    store: VectorStore
    grams: TfidfVectorizer
    words: csr_matrix  # (n-grams, words)

    @classmethod
    def of(cls, store: VectorStore) -> "Spelling":
        """Index the vocabulary of a store, which must have a word."""
        grams = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(SHORTEST, LONGEST), lowercase=False,
            sublinear_tf=True, dtype=np.float32,
        )  # fmt: skip
        return cls(store, grams, grams.fit_transform(store.words).T.tocsr())

    def vectors(self, words: Sequence[str]) -> Floats:
        """(len(words), width) float32 of normalised words; zeros where no word is spelt alike."""
        out = np.zeros((len(words), self.store.width), np.float32)
        alike = (self.grams.transform(words) @ self.words).tocsr()  # (words, words of the store)
        for vector, start, end in zip(out, alike.indptr[:-1], alike.indptr[1:], strict=True):
            rows, cosines = alike.indices[start:end], alike.data[start:end]
            if len(rows) > NEAREST:
                best = np.argpartition(-cosines, NEAREST - 1)[:NEAREST]
                rows, cosines = rows[best], cosines[best]
            if len(rows):
                weights = np.square(cosines)
                near = self.store.dequantised(rows.astype(np.int64))
                vector[:] = weights @ near / weights.sum()
        return out


def spelt(store: VectorStore, words: Sequence[str]) -> Floats:
    """`Spelling.vectors` of a store, whose index is made once a process."""
    if not words or not len(store):
        return np.zeros((len(words), store.width), np.float32)
    return _kept(_Named(store)).vectors(words)


@dataclass(frozen=True, eq=False)
class _Named:
    """A store that is equal to any other of its content."""

    store: VectorStore

    def __hash__(self) -> int:
        return hash(self.store.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Named) and other.store.id == self.store.id


@lru_cache(maxsize=4)
def _kept(named: _Named) -> Spelling:
    return Spelling.of(named.store)
