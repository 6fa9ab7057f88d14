"""From the trained table to the vectors that skills get."""

import numpy as np
from numpy.typing import NDArray

FREQUENT = 10_000
"""Words whose covariance names the components to be removed; rare words would add noise."""


def finish(vectors: NDArray[np.float32], remove: int) -> NDArray[np.float32]:
    """Centre (words, width), remove the `remove` top components, scale to mean norm 1.

    All-but-the-top (Mu and Viswanath 2018): the mean and the first components carry frequency,
    not meaning. Rows come most frequent word first.
    """
    centred = vectors - vectors.mean(axis=0)
    if remove:
        _, _, components = np.linalg.svd(centred[:FREQUENT], full_matrices=False)
        top = components[:remove]
        centred = centred - centred @ top.T @ top
    norm = float(np.linalg.norm(centred, axis=1).mean())
    out: NDArray[np.float32] = (centred / max(norm, 1e-12)).astype(np.float32)
    return out


def combine(
    read: NDArray[np.float32], answer: NDArray[np.float32], which: str
) -> NDArray[np.float32]:
    """The table that is read, the one that answers, or the mean of both, each centred to norm 1.

    What a word tells of its neighbours and what its neighbours tell of it are two views.
    """
    if which == "read":
        return read
    if which == "answer":
        return answer
    return (finish(read, 0) + finish(answer, 0)) / np.float32(2)
