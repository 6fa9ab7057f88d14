"""Word vectors as the quality meters look them up: unit vectors by word."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from data_cards.errors import SkillwiseError
from data_cards.words import normalise

Vectors = npt.NDArray[np.float32]


class Table:
    """Words with their unit vectors; a word is found as it is written or else normalised.

    Of a word that stands twice the first counts. A vector of zeros points nowhere, so its word
    counts as unknown. Raises `SkillwiseError` where words and vectors do not fit each other.
    """

    def __init__(self, words: Sequence[str], vectors: Vectors) -> None:
        if vectors.ndim != 2 or len(words) != len(vectors) or not len(words):
            raise SkillwiseError(
                f"{len(words)} words with vectors of shape {vectors.shape}; give one row a word"
            )
        norms = np.linalg.norm(vectors.astype(np.float64), axis=1)  # (words,)
        if not np.isfinite(norms).all():
            worst = words[int(np.argmin(np.isfinite(norms)))]
            raise SkillwiseError(f"the vector of {worst!r} is not finite; train the vectors again")
        scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
        self.unit = (vectors * scale[:, None]).astype(np.float32)  # (words, width)
        self._row: dict[str, int] = {}
        for row, word in enumerate(words):
            if norms[row] > 0:
                self._row.setdefault(word, row)

    def row(self, word: str) -> int:
        """The word's row, -1 for a word without a vector."""
        found = self._row.get(word, -1)
        return found if found >= 0 else self._row.get(normalise(word), -1)
