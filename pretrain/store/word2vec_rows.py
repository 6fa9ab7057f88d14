"""What both formats of word2vec have: a first line "words width", and rows of word and vector."""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_WIDEST = 1 << 16


class Row(NamedTuple):
    """A word and its vector; `odd` says why the word cannot be used, "" where it can."""

    place: int  # the line of a text file, the word's number in a binary one
    word: str
    vector: Floats
    odd: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of a file: how many words follow, and the numbers of each."""

    words: int
    width: int

    @classmethod
    def read(cls, line: bytes) -> Self | None:
        """Read it; None for a line that is another."""
        cells = line.split()
        if len(cells) != 2 or not all(cell.isdigit() and len(cell) < 12 for cell in cells):
            return None
        words, width = map(int, cells)
        return cls(words, width) if width < _WIDEST else None
