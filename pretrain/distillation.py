"""Static vectors out of somebody else's encoder: a comparator, not something of ours.

As model2vec does (Tulkens and van Dongen 2024), each word of a vocabulary passes through the
encoder by itself, the states of its pieces are averaged, principal components make them as narrow
as a store, and frequent words are weighed down: SIF (Arora, Liang and Ma 2017) with the shares of
Zipf's law, since a vocabulary tells ranks and no counts.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data_cards.errors import SkillwiseError
from data_cards.representation import Representation

Floats = NDArray[np.float32]
Pooling = Literal["words", "sentence"]

RARE = 1e-4
"""The a of a / (a + p), a word's weight where its share is p."""
BATCH = 2048
"""Words read at a time."""


def distilled(
    encoder: Representation,
    words: Sequence[str],
    width: int,
    pooling: Pooling = "words",
    report: Callable[[int], None] = lambda _: None,
) -> Floats:
    """Vectors (words, width) of a vocabulary, most frequent word first; mean norm 1.

    A word is the mean of its pieces after the last layer, or with `sentence` what the encoder makes
    of a sentence of this word alone. Narrower where the encoder is. `report` is told how many words
    are read. Raises `SkillwiseError` for states that are no finite numbers.
    """
    states = np.zeros((len(words), encoder.width), np.float32)
    for start in range(0, len(words), BATCH):
        part = words[start : start + BATCH]
        read = encoder.read([[word] for word in part])
        states[start : start + BATCH] = read.words[:, -1] if pooling == "words" else read.sentences
        report(start + len(part))
    if not len(words) or not np.isfinite(states).all():
        raise SkillwiseError(
            f"{encoder.path}: gives no finite numbers for these {len(words):,} words; "
            "name another encoder or vocabulary"
        )
    found = components(states, width) * zipf_weights(len(words))[:, None]
    norm = float(np.linalg.norm(found, axis=1).mean())
    return (found / max(norm, 1e-12)).astype(np.float32)


def components(states: Floats, width: int) -> Floats:
    """The first `width` principal components of centred states, or all where they are fewer."""
    centred = states - states.mean(axis=0)
    covariance = centred.T.astype(np.float64) @ centred
    axes = np.linalg.eigh(covariance)[1][:, ::-1][:, :width]  # largest first
    found: Floats = (centred @ axes).astype(np.float32)
    return found


def zipf_weights(words: int) -> Floats:
    """a / (a + p) for so many ranks, p being their shares by Zipf's law; (words,)."""
    law = 1 / np.arange(2, words + 2)
    found: Floats = (RARE / (RARE + law / law.sum())).astype(np.float32)
    return found
