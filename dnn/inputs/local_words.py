"""A skill's own words: what its developer wrote and the generic store lacks, given vectors.

Such a word has two witnesses. Its spelling is that of words the store knows (`store.spelling`), and
its contexts are the training utterances that it stands in and those that a value of its catalog
would fit into, read as `store.induction` says. A word seen in n contexts has the vector
(n c + k s) / (n + k) of its context vector c and its spelling vector s; k is `local_prior`.

Nothing is read but training utterances and catalogs.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from data_cards.records import Skill
from data_cards.words import normalise, tokenize
from dnn.inputs.vectors import StoreVectors, WordVectors
from dnn.settings import DNNSettings
from pretrain.store.induction import WINDOW, weights
from pretrain.store.local import LocalStore
from pretrain.store.spelling import spelt
from pretrain.store.vector_store import VectorStore

Floats = NDArray[np.float32]

CARRIERS = 4
"""Utterances that a catalog's value is put into, at most: its slot's first distinct ones."""
MOST = 2000
"""Words that are given vectors, at most, 0.6 MB of a pack: those of utterances, then of catalogs
in their order."""


def with_local_words(words: WordVectors, skill: Skill, settings: DNNSettings) -> WordVectors:
    """The generic vectors with a skill's own words over them, where the settings ask for any."""
    if settings.local_words == "none" or not isinstance(words, StoreVectors):
        return words
    return words.under(local_words(skill, words.store, settings), settings.spells_unseen)


def local_words(skill: Skill, store: VectorStore, settings: DNNSettings) -> LocalStore:
    """The local store of the words that `store` lacks.

    A store that never learnt to read contexts has the spelling alone to go by.
    """
    found = _contexts(skill, store)
    words = list(found)
    kind = settings.local_words if store.induction is not None else "spelling"
    spelling = np.zeros((len(words), store.width), np.float32)
    if kind != "context":
        spelling = spelt(store, words)
    vectors = spelling
    if kind != "spelling" and store.induction is not None:
        means = np.array([c.mean(store.width) for c in found.values()], np.float32)
        told = means.reshape(-1, store.width) @ store.induction.astype(np.float32)
        share = np.array([_share(c.count, kind, settings) for c in found.values()])[:, None]
        vectors = (share * told + (1 - share) * spelling).astype(np.float32)
    return LocalStore.of(store, dict(zip(words, vectors, strict=True)), 0.0)


def _share(count: int, kind: str, settings: DNNSettings) -> float:
    """What a word's contexts weigh beside its spelling."""
    if not count or kind == "context":
        return float(kind == "context")
    return count / (count + settings.local_prior) if settings.local_prior else 0.5


@dataclass
class _Context:
    """The contexts of one word: how many, and their weighted sum."""

    count: int = 0
    total: float = 0.0
    parts: list[Floats] = field(default_factory=list)

    def mean(self, width: int) -> Floats:
        """The mean context, (width,); zeros without any."""
        if not self.parts:
            return np.zeros(width, np.float32)
        found: Floats = (np.sum(self.parts, axis=0) / self.total).astype(np.float32)
        return found


def _contexts(skill: Skill, store: VectorStore) -> dict[str, _Context]:
    """The words that the store lacks, in order of first sight, with their contexts."""
    said = [[normalise(token) for token in u.tokens] for u in skill.train]
    listed = {
        slot: [[normalise(w) for w in tokenize(value)] for value in values]
        for slot, values in skill.gazetteers.items()
    }
    known = _Known.of(store, [*said, *(v for values in listed.values() for v in values)])
    found: dict[str, _Context] = {}
    for words in said:
        _note(found, known, words, 0, len(words))
    carriers = _carriers(skill)
    for slot, values in listed.items():
        for value in values:
            if all(word in known.rows for word in value):
                continue
            for before, after in carriers[slot] or [([], [])]:
                words = [*before, *value, *after]
                _note(found, known, words, len(before), len(before) + len(value))
    return found


def _carriers(skill: Skill) -> dict[str, list[tuple[list[str], list[str]]]]:
    """What is said before and after the values of each slot, a few times."""
    found: dict[str, list[tuple[list[str], list[str]]]] = defaultdict(list)
    for utterance in skill.train:
        words = [normalise(token) for token in utterance.tokens]
        for slot in utterance.frame.slots:
            around = (words[max(0, slot.start - WINDOW) : slot.start],
                      words[slot.end : slot.end + WINDOW])  # fmt: skip
            if len(found[slot.name]) < CARRIERS and around not in found[slot.name]:
                found[slot.name].append(around)
    return found


@dataclass(frozen=True)
class _Known:
    """The words of a skill that a store has: their vectors, and what they weigh in a context."""

    rows: dict[str, int]
    vectors: Floats  # (words, width)
    weights: Floats  # (words,)

    @classmethod
    def of(cls, store: VectorStore, texts: Sequence[Sequence[str]]) -> "_Known":
        words = list(dict.fromkeys(word for text in texts for word in text))
        at = store.rows(words)
        kept = [word for word, row in zip(words, at, strict=True) if row >= 0]
        return cls(
            {word: i for i, word in enumerate(kept)}, store.vectors(kept),
            weights(len(store))[at[at >= 0]],
        )  # fmt: skip


def _note(
    found: dict[str, _Context], known: _Known, words: Sequence[str], start: int, end: int
) -> None:
    """Add the contexts of the unknown words of `words[start:end]`."""
    for at in range(start, end):
        if words[at] in known.rows or (words[at] not in found and len(found) >= MOST):
            continue
        context = found.setdefault(words[at], _Context())
        near = [(known.rows[words[i]], abs(i - at)) for i in _near(words, at, known)]
        if near:
            rows, distances = zip(*near, strict=True)
            weigh = (known.weights[list(rows)] / np.array(distances)).astype(np.float32)
            context.parts.append(weigh @ known.vectors[list(rows)])
            context.total += float(weigh.sum())
            context.count += 1


def _near(words: Sequence[str], at: int, known: _Known) -> Iterator[int]:
    for i in range(max(0, at - WINDOW), min(len(words), at + WINDOW + 1)):
        if i != at and words[i] in known.rows:
            yield i
