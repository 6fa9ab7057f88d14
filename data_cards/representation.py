"""What a system may read of words and sentences before a skill teaches it anything.

An encoder reads each word in its sentence. This protocol lies on the lowest floor, so that whoever
measures systems can open an encoder and hand it to any of them, and none has to know who made it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Merge = Literal["joined", "mean"]
"""What becomes of the layers of a word's states: side by side, or their mean."""

TINY = 1e-5
"""Added to a variance before its root is taken, as encoders' own layers do."""


@dataclass(frozen=True, slots=True)
class InContext:
    """What an encoder says of some sentences, in their order."""

    words: NDArray[np.float32]  # (words of all sentences, layers, width), the last layer last
    starts: NDArray[np.int64]  # (sentences + 1,): sentence i has the rows [starts[i], starts[i+1])
    sentences: NDArray[np.float32]  # (sentences, width)

    def of(self, sentence: int) -> NDArray[np.float32]:
        """The states of one sentence's words, (words, layers, width)."""
        return self.words[self.starts[sentence] : self.starts[sentence + 1]]


class Representation(Protocol):
    """An open encoder: a vector for each word in its sentence, and one for each sentence."""

    @property
    def path(self) -> Path:
        """The folder it was opened from."""

    @property
    def id(self) -> str:
        """Digest of the files that its numbers depend on."""

    @property
    def layers(self) -> int:
        """How many layers it has; a word has a state after each."""

    @property
    def width(self) -> int:
        """Numbers in a state, and in the vector of a sentence."""

    def read(self, sentences: Sequence[Sequence[str]], layers: int = 1) -> InContext:
        """Read sentences that are cut into words; words have the states of the last `layers`.

        A word is the mean of its pieces. Zeros stand for a word of no piece, and for all words
        behind the longest sentence that the encoder can read. Raises `SkillwiseError` where it has
        fewer layers.
        """


def normed(states: NDArray[np.float32], merge: Merge, norm: float) -> NDArray[np.float32]:
    """States (words, layers, width) as one vector a word, of length `norm` at every word.

    Each layer is centred and divided by its deviation first (layer normalisation without weights,
    Ba et al. 2016), so that no layer and no direction of great variance drowns the others. Vectors
    are (words, layers * width) where layers are joined, else (words, width); zeros stay zeros.
    """
    count, layers, width = states.shape
    centred = states - states.mean(2, keepdims=True)
    centred /= np.sqrt(np.square(centred).mean(2, keepdims=True) + TINY)
    out = centred.reshape(count, layers * width) if merge == "joined" else centred.mean(1)
    return scaled(out, norm)


def scaled(vectors: NDArray[np.float32], norm: float) -> NDArray[np.float32]:
    """Vectors (n, width) brought to length `norm`; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = vectors * (np.float32(norm) / np.maximum(lengths, 1e-6))
    return scaled
