"""Utterances to tensors: word rows, numbered character n-grams, padded batches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from data_cards.records import Utterance
from data_cards.words import normalise

MAX_NGRAMS = 24
"""Character n-grams kept a word, shortest first: a word of seven letters has them all."""


def character_ngrams(word: str) -> list[str]:
    """The 2- to 4-grams of "<word>", the edge marks included, shortest first, without repeats.

    As in fastText (Bojanowski et al. 2017), with shorter grams since skills are small.
    """
    marked = f"<{word}>"
    grams = [marked[i : i + n] for n in (2, 3, 4) for i in range(len(marked) - n + 1)]
    return list(dict.fromkeys([_shape(word), marked, *grams]))


def _shape(word: str) -> str:
    """What a word looks like, as one pseudo-gram that no letters spell."""
    if word.isdigit():
        return f"\0figures{min(len(word), 4)}"
    return "\0mixed" if any(c.isdigit() for c in word) else "\0word"


def number_ngrams(words: Iterable[str]) -> dict[str, int]:
    """Number all n-grams of some words from 1; n-grams seen nowhere in training say nothing."""
    grams = dict.fromkeys(g for word in words for g in character_ngrams(word))
    return {gram: i for i, gram in enumerate(grams, 1)}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of some utterances, each with a row; row 0 pads."""

    rows: dict[str, int]

    @classmethod
    def of(cls, utterances: Iterable[Utterance]) -> "Vocabulary":
        """Number the normalised words in order of first sight."""
        rows: dict[str, int] = {}
        for utterance in utterances:
            for token in utterance.tokens:
                rows.setdefault(normalise(token), len(rows) + 1)
        return cls(rows)

    @property
    def words(self) -> list[str]:
        """The words in order of their rows, row 1 first."""
        return list(self.rows)

    def ngrams(self, known: dict[str, int]) -> Tensor:
        """(rows, MAX_NGRAMS) ids of the n-grams that `known` numbers from 1, 0-padded."""
        table = torch.zeros(len(self.rows) + 1, MAX_NGRAMS, dtype=torch.long)
        for word, row in self.rows.items():
            ids = [known[g] for g in character_ngrams(word) if g in known][:MAX_NGRAMS]
            table[row, : len(ids)] = torch.tensor(ids, dtype=torch.long)
        return table


@dataclass(frozen=True, slots=True)
class Sentences:
    """Padded word rows (sentences, words) and lengths (sentences,)."""

    rows: Tensor
    lengths: Tensor

    @classmethod
    def of(cls, utterances: Sequence[Utterance], vocabulary: Vocabulary) -> "Sentences":
        """Encode utterances whose words all stand in the vocabulary."""
        lengths = torch.tensor([len(u.tokens) for u in utterances])
        rows = torch.zeros(len(utterances), int(lengths.max()), dtype=torch.long)
        for i, utterance in enumerate(utterances):
            ids = [vocabulary.rows[normalise(t)] for t in utterance.tokens]
            rows[i, : len(ids)] = torch.tensor(ids)
        return cls(rows, lengths)

    def take(self, indices: Tensor) -> "Sentences":
        """Some of the sentences, cut to the longest of them."""
        lengths = self.lengths[indices]
        return Sentences(self.rows[indices, : int(lengths.max())], lengths)
