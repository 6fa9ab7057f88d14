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
