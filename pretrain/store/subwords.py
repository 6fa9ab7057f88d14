"""Vectors for words that a store lacks, from hashed character n-grams.

As in fastText (Bojanowski et al. 2017) a word is a mean of its n-grams' vectors, but these are
fitted afterwards to the finished word vectors (Zhao, Mudgal and Liang 2018, "bag of substrings"):
ridge regression of the vectors' first principal components on the n-grams. A bucket keeps 64
components in place of 300 numbers, and five times as many buckets fit in the same bytes.

`VectorStore.vectors(unseen=True)` asks for them. The network does not: it learns n-gram vectors of
its own, and these are weak (docs/LOG.md has their cosines to the vectors of held-out words).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pretrain.ridge import ridge
from pretrain.store.quantising import quantised

BUCKETS, COMPONENTS = 4096, 64
RIDGE, ROUNDS = 4.0, 30
SHORTEST, LONGEST = 3, 5
TINY = 1e-20
"""Divides in place of zero where a component is fitted already."""

Floats = NDArray[np.float32]


def buckets_of(word: str, buckets: int) -> list[int]:
    """The buckets of "<word>" and of its 3- to 5-grams."""
    marked = f"<{word}>"
    grams = [
        marked[i : i + n] for n in range(SHORTEST, LONGEST + 1) for i in range(len(marked) - n + 1)
    ]
    return [crc32(gram.encode("utf-8", "surrogatepass")) % buckets for gram in (marked, *grams)]


@dataclass(frozen=True, slots=True)
class Subwords:
    """Fitted n-gram vectors: `codes` (buckets, components) int8 with `scales`, and the `basis`."""

    codes: NDArray[np.int8]
    scales: Floats  # (buckets,)
    basis: Floats  # (components, width)

    def vectors(self, words: Sequence[str]) -> Floats:
        """(words, width) float32: each word's n-grams, added and scaled by 1/sqrt(their number)."""
        out = np.empty((len(words), self.codes.shape[1]), dtype=np.float32)
        for row, word in zip(out, words, strict=True):
            at = buckets_of(word, len(self.codes))
            row[:] = (self.scales[at] @ self.codes[at].astype(np.float32)) / len(at) ** 0.5
        made: Floats = out @ self.basis
        return made


def fit(words: Sequence[str], vectors: Floats) -> dict[str, NDArray[Any]]:
    """Fit n-gram vectors to a vocabulary, most frequent word first: the arrays of `Subwords`.

    argmin |n-grams X - components|^2 + RIDGE |X|^2, all components at once.
    """
    components = min(COMPONENTS, vectors.shape[1])
    basis = np.linalg.eigh(vectors.T @ vectors)[1].T[::-1][:components]  # largest first
    rows = [buckets_of(word, BUCKETS) for word in words]
    counts = np.array([len(row) for row in rows])
    grams = sparse.csr_matrix(
        (
            np.repeat(counts**-0.5, counts).astype(np.float32),
            np.array([bucket for row in rows for bucket in row]),
            np.concatenate([[0], np.cumsum(counts)]),
        ),
        shape=(len(words), BUCKETS),
    )
    found = ridge(
        lambda x: grams.T @ (grams @ x), grams.T @ (vectors @ basis.T), RIDGE, ROUNDS, TINY
    )
    codes, scales = quantised(found)
    return {"grams": codes, "gram_scales": scales, "basis": basis.astype(np.float32)}
