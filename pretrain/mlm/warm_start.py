"""A starting point for the word table: the factorised co-occurrence matrix of the same corpus.

Skip-gram factorises a shifted matrix of pointwise mutual information implicitly (Levy and
Goldberg 2014); its singular vectors are to be had directly, with their choices (context
smoothing 0.75, eigenvalue weighting 0.5; Levy, Goldberg and Dagan 2015), in a fraction of the
time that an MLM needs to find what co-occurrence shows. The MLM then learns what it does not.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from sklearn.utils.extmath import randomized_svd

from pretrain.text.corpus import Corpus
from pretrain.text.vocabulary import SPECIAL

ROWS = 20_000
"""Packed rows counted at a time."""


def factorise(corpus: Corpus, width: int, window: int, seed: int) -> NDArray[np.float32]:
    """Vectors (words, width) from positive pointwise mutual information within `window` words.

    Special symbols and words that were never seen get zeros.
    """
    return factorised(_blocks(corpus), len(corpus.counts), len(SPECIAL), width, window, seed)


def factorised(
    blocks: Iterable[NDArray[np.int32]], size: int, special: int, width: int, window: int, seed: int
) -> NDArray[np.float32]:
    """The same of blocks (rows, row) of ids below `size`; the first `special` ids say nothing."""
    counts = _cooccurrences(blocks, size, special, window)
    association = _positive_pmi(counts)
    rank = min(width, min(association.shape) - 1)
    left, values, _ = randomized_svd(
        association, rank, n_oversamples=10, n_iter=3, random_state=seed
    )
    vectors = np.zeros((association.shape[0], width), dtype=np.float32)
    vectors[:, :rank] = left * np.sqrt(values)
    vectors[np.asarray(counts.sum(axis=1)).ravel() == 0] = 0  # else noise, where rank is lacking
    return vectors


def _cooccurrences(
    blocks: Iterable[NDArray[np.int32]], size: int, special: int, window: int
) -> csr_array:
    """Symmetric counts, a pair at distance d weighing 1/d, never across the end of a row."""
    total = csr_array((size, size), dtype=np.float32)
    for ids in blocks:
        for distance in range(1, window + 1):
            left, right = ids[:, :-distance].ravel(), ids[:, distance:].ravel()
            kept = (left >= special) & (right >= special)
            pair, times = np.unique(
                left[kept].astype(np.int64) * size + right[kept], return_counts=True
            )
            weights = (times / distance).astype(np.float32)
            block = coo_array((weights, (pair // size, pair % size)), shape=(size, size))
            total = total + block.tocsr()
    return total + total.T


def _blocks(corpus: Corpus) -> Iterator[NDArray[np.int32]]:
    for start in range(0, len(corpus.rows), ROWS):
        yield corpus.take(np.arange(start, min(start + ROWS, len(corpus.rows))))


def _positive_pmi(counts: csr_array) -> csr_array:
    marginal = np.asarray(counts.sum(axis=1)).ravel()
    context = marginal**0.75
    context = context / max(context.sum(), 1e-12)
    table = counts.tocoo()
    row, column = table.coords
    pmi = np.log(table.data / (marginal[row] * context[column]))
    kept = pmi > 0
    data = pmi[kept].astype(np.float32)
    return coo_array((data, (row[kept], column[kept])), shape=counts.shape).tocsr()
