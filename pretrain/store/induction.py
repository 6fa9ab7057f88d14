"""Vectors for words that a store lacks, from the words around them.

As in "a la carte" embeddings (Khodak et al. 2018) a word's vector is A u, where u is the mean of
the vectors around it and A a linear map. A is learnt once, from words whose vectors the store has:
it undoes what all contexts share. It is fitted to means over a few contexts of each word, since a
skill shows no more of its own words, so that it also says how little a few contexts tell.

Frequent words stand in every context and say little, so they weigh a / (a + p) (Arora, Liang and Ma
2017). A store keeps no counts but is ordered by them: Zipf's law gives a word's share p by its row.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

Floats = NDArray[np.float32]

WINDOW = 5
"""Words a side that make a context; one at distance d weighs 1/d."""
MOST = 8
"""Contexts of a word that A is fitted to."""
RARE = 1e-3
"""The a of a / (a + p)."""
RIDGE = 1e-2
"""Penalty, as a share of the mean variance of a component of u."""
UNKNOWN, END = -1, -2
"""In a text of rows: a word that the store lacks, the end of a sentence."""


def weights(words: int) -> Floats:
    """What each row of a store of so many words weighs in a context, (words,)."""
    law = 1 / np.arange(1, words + 1)
    share = law / max(law.sum(), 1e-12)
    found: Floats = (RARE / (RARE + share)).astype(np.float32)
    return found


def contexts(
    texts: Iterable[NDArray[np.int64]], vectors: Floats, most: int = MOST
) -> tuple[Floats, NDArray[np.int64]]:
    """The mean context (words, width) of each row of `vectors`, and of how many contexts it is.

    `texts` are flat pieces of text as rows, `UNKNOWN` and `END`; the first `most` contexts of each
    word count, and reading stops where every word has them.
    """
    size, weigh = len(vectors), weights(len(vectors))
    sums = np.zeros_like(vectors)
    totals = np.zeros(size)
    seen = np.zeros(size, np.int64)
    for ids in texts:
        at = _wanted(ids, seen, most)
        sentence = np.cumsum(ids == END)
        rows, columns, values = [], [], []
        for offset in (*range(-WINDOW, 0), *range(1, WINDOW + 1)):
            near = at + offset
            inside = (near >= 0) & (near < len(ids))
            here, near = at[inside], near[inside]
            kept = (ids[near] >= 0) & (sentence[near] == sentence[here])
            rows.append(ids[here[kept]])
            columns.append(ids[near[kept]])
            values.append(weigh[ids[near[kept]]] / abs(offset))
        table = coo_array(
            (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
            shape=(size, size),
        ).tocsr()
        sums += table @ vectors
        totals += np.asarray(table.sum(axis=1)).ravel()
        seen += np.bincount(ids[at], minlength=size)
        if (seen >= most).all():
            break
    means: Floats = (sums / np.maximum(totals, 1e-12)[:, None]).astype(np.float32)
    return means, np.where(totals > 0, seen, 0).astype(np.int64)


def _wanted(ids: NDArray[np.int64], seen: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """The places of the words that have fewer than `most` contexts yet, no more than they lack."""
    at = np.flatnonzero(ids >= 0)
    order = np.argsort(ids[at], kind="stable")
    words = ids[at][order]
    first = np.searchsorted(words, words)  # where each word's run begins
    return at[order[seen[words] + np.arange(len(words)) - first < most]]


def induction(means: Floats, counts: NDArray[np.int64], vectors: Floats) -> Floats:
    """A^T (width, width), which a mean context is multiplied by: u @ A^T is near the word's vector.

    argmin of the sum over words of count |u A^T - v|^2, with a ridge penalty; zeros where no word
    has a context.
    """
    weight = counts.astype(np.float64)[:, None]
    left = means.T @ (weight * means)
    right = means.T @ (weight * vectors)
    width = len(left)
    penalty = RIDGE * np.trace(left) / max(width, 1)
    if not penalty > 0:
        return np.zeros((width, width), np.float32)
    found: Floats = np.linalg.solve(left + penalty * np.eye(width), right).astype(np.float32)
    return found


def fit(texts: Iterable[NDArray[np.int64]], vectors: Floats) -> Floats:
    """Learn A^T (width, width) from texts in the rows of `vectors` (words, width)."""
    return induction(*contexts(texts, vectors), vectors)
