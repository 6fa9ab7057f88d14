"""Where the network's word vectors come from: the generic store, or chance."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

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
