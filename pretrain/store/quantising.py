"""Small numbers for large tables: int8 with a scale a row, or float16."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["int8", "float16", "float32"]

Floats = NDArray[np.float32]

LARGEST = 1e15
"""Numbers beyond it overflow when vectors are multiplied in 32 bits."""


class Unfit(ValueError):
    """A row of vectors that a kind of numbers cannot hold."""

    def __init__(self, row: int, fault: str) -> None:
        super().__init__(f"row {row}: a number is {fault}")
        self.row, self.fault = row, fault


def quantised(vectors: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Symmetric int8 with a scale a row: the largest component of (rows, width) becomes 127."""
    scales = np.abs(vectors).max(axis=1, initial=0) / 127
    safe = np.where(scales > 0, scales, 1)
    table = np.rint(vectors / safe[:, None]).astype(np.int8)
    return table, scales.astype(np.float32)


def coded(vectors: Floats, kind: Kind) -> tuple[NDArray[Any], Floats]:
    """A table of a kind and its scales (rows,), 1 where the numbers are what they are.

    Raises `Unfit` for vectors that the kind cannot hold: no finite numbers, too large, or so small
    that nothing but zeros would be left of a word.
    """
    _refuse(~np.isfinite(vectors), "not finite")
    if kind == "int8":
        _refuse(np.abs(vectors) > LARGEST, f"larger than {LARGEST:g}")
        table, scales = quantised(vectors)
        _refuse(_vanished(vectors, scales[:, None]), "too small for 32 bits")
        return table, scales
    with np.errstate(over="ignore"):
        table = vectors.astype(np.dtype(kind))
    _refuse(~np.isfinite(table), f"too large for {kind}")
    _refuse(_vanished(vectors, table), f"too small for {kind}")
    return table, np.ones(len(vectors), dtype=np.float32)


def _vanished(vectors: Floats, table: NDArray[Any]) -> NDArray[np.bool_]:
    """(rows, width): where a row that held something would hold zeros alone."""
    lost = (vectors != 0).any(axis=1) & ~(table != 0).any(axis=1)
    found: NDArray[np.bool_] = (vectors != 0) & lost[:, None]
    return found


def _refuse(wrong: NDArray[np.bool_], fault: str) -> None:
    if wrong.any():
        row = int(np.flatnonzero(wrong.any(axis=1))[0])
        raise Unfit(row, fault)


def decoded(table: NDArray[Any], scales: Floats) -> Floats:
    """(rows, width) float32 of a table and its scales."""
    out: Floats = table.astype(np.float32)
    if table.dtype == np.int8:
        out *= scales[:, None]
    return out
