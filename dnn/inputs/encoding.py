"""Utterances to tensors: word rows, numbered character n-grams, lexicon marks, padded batches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from data_cards.lexicon import Lexicon
from data_cards.records import Utterance
from data_cards.words import normalise, printable
from dnn.inputs.contexts import States
from dnn.layers.network import Batch

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


def number_ngrams(words: Iterable[str], least: int = 1) -> dict[str, int]:
    """Number the n-grams that `least` of some words share, from 1, in order of first sight.

    N-grams seen nowhere in training say nothing.
    """
    seen: dict[str, int] = {}
    for word in words:
        for gram in character_ngrams(word):
            seen[gram] = seen.get(gram, 0) + 1
    kept = (gram for gram, count in seen.items() if count >= least)
    return {gram: i for i, gram in enumerate(kept, 1)}


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

    def ngrams(self, known: Mapping[str, int]) -> Tensor:
        """(rows, MAX_NGRAMS) ids of the n-grams that `known` numbers from 1, 0-padded."""
        table = np.zeros((len(self.rows) + 1, MAX_NGRAMS), dtype=np.int64)
        for word, row in self.rows.items():
            ids = [known[g] for g in character_ngrams(word) if g in known][:MAX_NGRAMS]
            table[row, : len(ids)] = ids
        return torch.from_numpy(table)


@dataclass(frozen=True, slots=True)
class Sentences:
    """Padded word rows and lexicon marks of some utterances, and their lengths."""

    rows: Tensor  # (sentences, words)
    marks: Tensor  # (sentences, words, marks)
    lengths: Tensor  # (sentences,)
    wide: tuple[Tensor, Tensor] | None = None  # ids and weights (sentences, grams)
    wide_tags: Tensor | None = None  # ids (sentences, words, features)
    states: States | None = None

    @classmethod
    def of(
        cls, utterances: Sequence[Utterance], vocabulary: Vocabulary,
        said: Sequence[Sequence[Sequence[str]]] = (), marks: Mapping[str, int] | None = None,
    ) -> "Sentences":  # fmt: skip
        """Encode utterances whose words all stand in the vocabulary.

        `said` holds, for each utterance, what a lexicon says of its words (`matches`); `marks`
        numbers from 1 what lexicons may say, and is left out where no lexicon is looked into.
        """
        lengths = [len(u.tokens) for u in utterances]
        rows = np.zeros((len(utterances), max(lengths)), dtype=np.int64)
        for row, utterance in zip(rows, utterances, strict=True):
            row[: len(utterance.tokens)] = [
                vocabulary.rows[normalise(token)] for token in utterance.tokens
            ]
        table = numbered(said, marks or {}, *rows.shape)
        return cls(torch.from_numpy(rows), table, torch.tensor(lengths))

    def take(self, indices: Tensor) -> "Sentences":
        """Some of the sentences, cut to the longest of them."""
        lengths = self.lengths[indices]
        longest = int(lengths.max())
        wide = None if self.wide is None else (self.wide[0][indices], self.wide[1][indices])
        tags = None if self.wide_tags is None else self.wide_tags[indices, :longest]
        states = None if self.states is None else self.states.take(indices)
        return Sentences(
            self.rows[indices, :longest], self.marks[indices, :longest], lengths, wide, tags, states
        )

    def batch(self, vectors: Tensor, ngrams: Tensor) -> Batch:
        """As the network reads them; both tables have a row for each word of the vocabulary."""
        distinct, words = torch.unique(self.rows.t(), return_inverse=True)
        inside = torch.arange(len(words)).unsqueeze(1) < self.lengths
        marks = self.marks.transpose(0, 1).contiguous()
        tags, states = self.wide_tags, self.states
        return Batch(
            words, inside.to(vectors.dtype), vectors[distinct], ngrams[distinct], marks,
            self.wide, None if tags is None else tags.transpose(0, 1).contiguous(),
            None if states is None else states.context(inside),
            None if states is None else states.sentence(),
        )  # fmt: skip


def numbered(
    said: Sequence[Sequence[Sequence[str]]], numbers: Mapping[str, int], sentences: int, words: int
) -> Tensor:
    """What is said of each word, as ids (sentences, words, most of a word), 0 pads.

    What `numbers` does not know is left out.
    """
    found = [[[numbers[s] for s in word if s in numbers] for word in row] for row in said]
    most = max((len(word) for row in found for word in row), default=0)
    table = np.zeros((sentences, words, max(1, most)), dtype=np.int64)
    for place, row in zip(table, found, strict=False):
        for at, word in zip(place, row, strict=False):
            at[: len(word)] = word
    return torch.from_numpy(table)


def matches(utterance: Utterance, lexicon: Lexicon) -> list[list[str]]:
    """What a lexicon says of each word of an utterance."""
    return lexicon.matches([normalise(printable(token)) for token in utterance.tokens])


def number_marks(slots: Iterable[str]) -> dict[str, int]:
    """Number from 1 all that a lexicon may say of some slots."""
    marks = (
        f"{printable(slot)} {place}" for slot in slots for place in ("B", "I", "E", "S", "part")
    )
    return {mark: i for i, mark in enumerate(marks, 1)}
