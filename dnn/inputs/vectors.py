"""Where the network's word vectors come from: the generic store, chance, a table it learned."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dnn.settings import DNNSettings
from pretrain.store.local import LocalStore, Overlay
from pretrain.store.vector_store import VectorStore


class WordVectors(Protocol):
    """Gives float32 vectors (words, width); zeros where it knows nothing of a word."""

    @property
    def width(self) -> int: ...

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]: ...


@dataclass(frozen=True)
class StoreVectors:
    """A generic store, scaled so that the mean norm of its frequent words is `norm`.

    A skill's local words, where it has any, lie over it, in the store's own scale.
    """

    store: VectorStore
    factor: float
    overlay: Overlay | None = None

    @classmethod
    def over(cls, store: VectorStore, norm: float) -> "StoreVectors":
        """Scale an open store."""
        return cls(store, norm / max(store.mean_norm, 1e-12))

    def under(self, local: LocalStore, spelling: bool = False) -> "StoreVectors":
        """Lay a skill's words over it; raises `ValueError` where they belong to another store.

        With `spelling`, what neither has is read by its spelling.
        """
        return StoreVectors(self.store, self.factor, Overlay(self.store, local, spelling=spelling))

    @property
    def width(self) -> int:
        return self.store.width

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        found = (self.overlay or self.store).vectors(words)
        found *= np.float32(self.factor)
        return found


@dataclass(frozen=True)
class TableVectors:
    """The words of a skill's training utterances with the vectors that it learned for them."""

    rows: Mapping[str, int]
    table: NDArray[np.float32]  # (words, width)

    @classmethod
    def of(cls, words: Sequence[str], table: NDArray[np.float32]) -> "TableVectors":
        """A row for each word; raises `ValueError` where they are not as many."""
        if table.ndim != 2 or len(table) != len(words):
            raise ValueError(f"a table of shape {table.shape} for {len(words)} words")
        return cls({word: i for i, word in enumerate(words)}, table)

    @property
    def width(self) -> int:
        return int(self.table.shape[1])

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        out = np.zeros((len(words), self.width), dtype=np.float32)
        known = [(i, self.rows[word]) for i, word in enumerate(words) if word in self.rows]
        if known:
            to, at = zip(*known, strict=True)
            out[list(to)] = self.table[list(at)]
        return out


@dataclass(frozen=True)
class NoVectors:
    """No vector by itself for any word: the network has its letters, and what an encoder says."""

    width: int = 0

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        return np.zeros((len(words), 0), dtype=np.float32)


@dataclass(frozen=True)
class RandomVectors:
    """A vector of length `norm` for every word there is, a function of (seed, word)."""

    seed: int
    norm: float
    width: int = 300

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        out = np.empty((len(words), self.width), dtype=np.float32)
        for row, word in zip(out, words, strict=True):
            digest = hashlib.blake2b(f"{self.seed}|{word}".encode(), digest_size=8).digest()
            row[:] = np.random.default_rng(int.from_bytes(digest, "big")).standard_normal(
                self.width, dtype=np.float32
            )
        out *= self.norm / np.linalg.norm(out, axis=1, keepdims=True)
        return out


def drawn_vectors(settings: DNNSettings, seed: int) -> WordVectors:
    """What words start from where no store is read: random rows of this seed, or nothing."""
    if settings.vectors == "none":
        return NoVectors()
    return RandomVectors(seed, settings.vector_norm)
