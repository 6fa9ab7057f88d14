"""Sentences as rows of a vocabulary that is there already, e.g. that of a store."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

WORDS = 1 << 20
"""Words of a piece of text, about."""


def rows(
    sentences: Iterable[Sequence[str]], known: Mapping[str, int], unknown: int, end: int
) -> Iterator[NDArray[np.int64]]:
    """Flat pieces of text: of each word its row or `unknown`, and `end` after each sentence."""
    piece: list[int] = []
    for words in sentences:
        piece += [known.get(word, unknown) for word in words]
        piece.append(end)
        if len(piece) >= WORDS:
            yield np.array(piece, np.int64)
            piece = []
    if piece:
        yield np.array(piece, np.int64)
