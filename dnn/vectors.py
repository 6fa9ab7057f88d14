"""Where the network's word vectors come from: the generic store, or chance."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pretrain.store import VectorStore

SAMPLE = 5000
"""Frequent words whose mean norm stands for the store's."""


class WordVectors(Protocol):
    """Gives float32 vectors (words, width); zeros where it knows nothing of a word."""

    @property
    def width(self) -> int: ...

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]: ...


@dataclass(frozen=True)
class StoreVectors:
    """A generic store, scaled so that the mean norm of its frequent words is `norm`."""

    store: VectorStore
    factor: float

    @classmethod
    def open(cls, path: Path, norm: float) -> "StoreVectors":
        """Open the store at `path`."""
        store = VectorStore.open(path)
        sample = store.dequantised(np.arange(min(SAMPLE, len(store))))
        mean = float(np.linalg.norm(sample, axis=1).mean())
        return cls(store, norm / max(mean, 1e-12))

    @property
    def width(self) -> int:
        return self.store.width

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        out: NDArray[np.float32] = self.store.vectors(words) * np.float32(self.factor)
        return out


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
