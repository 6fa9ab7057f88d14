"""Small numbers for large tables: int8 with a scale a row, or float16."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["int8", "float16", "float32"]

Floats = NDArray[np.float32]


def quantised(vectors: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Symmetric int8 with a scale a row: the largest component of (rows, width) becomes 127."""
    scales = np.abs(vectors).max(axis=1, initial=0) / 127
    safe = np.where(scales > 0, scales, 1)
    table = np.rint(vectors / safe[:, None]).astype(np.int8)
    return table, scales.astype(np.float32)


def coded(vectors: Floats, kind: Kind) -> tuple[NDArray[Any], Floats]:
    """A table of a kind and its scales (rows,), 1 where the numbers are what they are."""
    if kind == "int8":
        return quantised(vectors)
    return vectors.astype(np.dtype(kind)), np.ones(len(vectors), dtype=np.float32)


def decoded(table: NDArray[Any], scales: Floats) -> Floats:
    """(rows, width) float32 of a table and its scales."""
    out: Floats = table.astype(np.float32)
    if table.dtype == np.int8:
        out *= scales[:, None]
    return out
