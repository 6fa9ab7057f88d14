"""The wide half of the intent head: which words and n-grams stand in an utterance, as they are.

A linear layer on sparse features beside the deep ones remembers what a pooled vector blurs (Cheng
et al. 2016, "Wide and deep learning"); the features are those of a good linear classifier.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from data_cards.records import Utterance
from data_cards.words import normalise
from dnn.encoding import character_ngrams


def utterance_grams(utterance: Utterance) -> set[str]:
    """Words, pairs of neighbours (the edges are words too) and character n-grams of words."""
    words = [normalise(token) for token in utterance.tokens]
    pairs = (f"{a} {b}" for a, b in pairwise(["^", *words, "$"]))
    return {*words, *pairs, *chain.from_iterable(character_ngrams(word) for word in set(words))}


@dataclass(frozen=True)
class WideFeatures:
    """The grams of some training utterances, numbered from 1, with their idf."""

    rows: Mapping[str, int]
    idf: Sequence[float]

    @classmethod
    def of(cls, utterances: Sequence[Utterance]) -> "WideFeatures":
        """Count in how many utterances each gram stands; idf as scikit-learn smooths it."""
        counts = Counter(chain.from_iterable(sorted(utterance_grams(u)) for u in utterances))
        n = len(utterances)
        idf = [math.log((1 + n) / (1 + count)) + 1 for count in counts.values()]
        return cls({gram: i for i, gram in enumerate(counts, 1)}, idf)

    def encode(self, utterances: Sequence[Utterance]) -> tuple[Tensor, Tensor]:
        """Gram ids (utterances, grams), 0-padded, and tf-idf weights, each utterance of norm 1."""
        found = [sorted(self.rows[g] for g in utterance_grams(u) if g in self.rows)
                 for u in utterances]  # fmt: skip
        ids = np.zeros((len(found), max(1, *map(len, found))), dtype=np.int64)
        for row, numbers in zip(ids, found, strict=True):
            row[: len(numbers)] = numbers
        weights = np.array([0.0, *self.idf], dtype=np.float32)[ids]
        weights /= np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-12)
        return torch.from_numpy(ids), torch.from_numpy(weights)

    def as_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {"grams": list(self.rows), "idf": list(self.idf)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "WideFeatures":
        """The inverse of `as_json`."""
        return cls({gram: i for i, gram in enumerate(value["grams"], 1)}, value["idf"])
