"""The wide half of both heads: which words and n-grams stand in an utterance, as they are.

A linear layer on sparse features beside the deep ones remembers what vectors blur (Cheng et al.
2016, "Wide and deep learning"); the features are those of a good linear classifier and of a CRF.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
import torch
from torch import Tensor

from data_cards.records import Utterance
from data_cards.words import normalise
from dnn.inputs.encoding import character_ngrams, numbered


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

    @classmethod
    def named(cls, grams: Iterable[str], idf: Sequence[float]) -> "WideFeatures":
        """Number distinct grams, whose idf is known, in their order."""
        return cls({gram: i for i, gram in enumerate(grams, 1)}, idf)


PLAIN = frozenset({"", "^", "$"})
"""No case: a word in lower case, and the edges of an utterance."""

Named = Sequence[Sequence[str]]
"""Names of the features of each word of an utterance."""


def word_features(utterance: Utterance, said: Named, case: bool = True) -> list[list[str]]:
    """What each word and its two neighbours are: the word, affixes, case, what the lexicon says.

    `said` holds the lexicon's marks, a list a word, or none where no lexicon is looked into.
    Without `case` all is read as in lower case.
    """
    cases = [_case(token) if case else "" for token in utterance.tokens]
    own = [_look(normalise(token)) for token in utterance.tokens]
    for look, written in zip(own, cases, strict=True):
        look += [f"c {written}"] if written else []
    for look, marks in zip(own, said, strict=bool(said)):
        look += [f"m {mark}" for mark in marks]
    before, after = [["^"], *own[:-1]], [*own[1:], ["$"]]
    return [
        [*look, *(f"-1{name}" for name in left), *(f"+1{name}" for name in right), *together]
        for left, look, right, together in zip(
            before, own, after, _side_by_side(cases), strict=True
        )
    ]


def _look(word: str) -> list[str]:
    found = [f"w {word}", f"s {word[-3:]}", f"p {word[:3]}"]
    return [*found, f"d{len(word)}"] if word.isdigit() else found


def _case(token: str) -> str:
    """How a word is written, "" in lower case.

    What is said of nearly every word says nothing, and would merely be a bias that learns fast.
    """
    if token == token.lower():
        return ""
    return "Xx" if token.istitle() else "X" if token.isupper() else "xX"


def _side_by_side(cases: Sequence[str]) -> list[list[str]]:
    """Cases of neighbours as one feature: "the" within a name has capitals about it."""
    padded = ["^", *cases, "$"]
    found = []
    for i in range(len(cases)):
        runs = {"lc": padded[i : i + 2], "cr": padded[i + 1 : i + 3], "lcr": padded[i : i + 3]}
        found.append(
            [" ".join((name, *run)) for name, run in runs.items() if not PLAIN.issuperset(run)]
        )
    return found


@dataclass(frozen=True)
class WideTags:
    """The word features that training utterances show, numbered from 1."""

    rows: Mapping[str, int]

    @classmethod
    def of(cls, found: Sequence[Named]) -> "WideTags":
        """Number the names in order of first sight."""
        return cls.named(dict.fromkeys(chain.from_iterable(chain.from_iterable(found))))

    @classmethod
    def named(cls, names: Iterable[str]) -> "WideTags":
        """Number distinct names in their order."""
        return cls({name: i for i, name in enumerate(names, 1)})

    def encode(self, found: Sequence[Named]) -> Tensor:
        """Feature ids (utterances, words, features), 0 pads."""
        return numbered(found, self.rows, len(found), max(map(len, found)))
