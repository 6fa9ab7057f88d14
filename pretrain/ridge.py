"""Ridge regression by conjugate gradients, for systems too large or too sparse to write out."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def ridge(
    product: Callable[[Floats], Floats], right: Floats, penalty: float, rounds: int, tiny: float
) -> Floats:
    """Solve (A + penalty I) X = `right` (n, columns) in so many rounds; each column by itself.

    `product` gives A X for an X (n, columns), of a symmetric A without negative eigenvalues: in a
    regression, the inputs' Gram matrix (Hestenes and Stiefel 1952). `tiny` divides in place of
    zero where a column is solved already. The answer after few rounds is an approximation.
    """
    strength = np.float32(penalty)
    left = right
    solved = np.zeros_like(right)
    way, size = left.copy(), np.square(left).sum(0)
    for _ in range(rounds):
        image = product(way) + strength * way
        step = size / np.maximum((way * image).sum(0), tiny)
        solved += step * way
        left = left - step * image
        before, size = size, np.square(left).sum(0)
        way = left + size / np.maximum(before, tiny) * way
    return solved
