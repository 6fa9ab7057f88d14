"""From words to rows of a table without a Python dictionary: indexes that lie in the mapped file.

Format 2 has an open-addressing table: a word's 64-bit hash names a slot, the slot a row, and the
row's own hash is compared. A few steps of plain Python a word cost less than the handful of numpy
calls that a binary search over format 1's sorted hashes takes. A word that the store lacks is
taken for another once in 2^64 / words look-ups.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

SLOTS_PER_WORD = 2
"""Twice as many slots as words: a known word takes 1.5 probes, an unknown one 2.5 (Knuth, 6.4)."""


class WordIndex(Protocol):
    """Finds the rows of normalised words, -1 where a word has none."""

    def find(self, words: Sequence[str]) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class HashedWords:
    """Open addressing with linear probing: `size` slots, each with a row, or -1 where empty."""

    slots: Sequence[int]
    hashes: Sequence[int]  # (words,): of the word of each row
    size: int

    @classmethod
    def over(cls, slots: NDArray[np.int32], hashes: NDArray[np.uint64]) -> "HashedWords":
        """Take the arrays that `build` made; raises `ValueError` where they cannot be read safely.

        One slot must be empty, or a search would never end.
        """
        if not len(slots) or not -1 == slots.min() <= slots.max() < len(hashes):
            raise ValueError("its words point outside the table")
        return cls(slots.data, hashes.data, len(slots))

    def find(self, words: Sequence[str]) -> list[int]:
        slots, hashes, size = self.slots, self.hashes, self.size
        found = []
        for word in words:
            wanted = xxh3_64_intdigest(word.encode("utf-8", "surrogatepass"))
            slot = wanted % size
            while (row := slots[slot]) >= 0 and hashes[row] != wanted:
                slot += 1
                if slot == size:
                    slot = 0
            found.append(row)
        return found


def build(words: Sequence[str]) -> dict[str, NDArray[Any]]:
    """The arrays slots (2 per word + 1,) int32, hashes (words,) uint64 and letters (bytes,).

    Of a word that comes twice, the first row is found. Raises `ValueError` for a word with a line
    end in it, and where two words share their 64 bits (200,000 words: one chance in a billion).
    """
    if any("\n" in word for word in words):
        raise ValueError("a word has a line end in it")
    hashes = [xxh3_64_intdigest(word.encode("utf-8")) for word in words]
    if len(set(hashes)) != len(set(words)):
        raise ValueError("two of its words have the same hash")
    size = SLOTS_PER_WORD * len(words) + 1
    slots = [-1] * size
    for row, wanted in enumerate(hashes):
        slot = wanted % size
        while slots[slot] >= 0:
            slot = (slot + 1) % size
        slots[slot] = row
    return {
        "slots": np.array(slots, dtype=np.int32),
        "hashes": np.array(hashes, dtype=np.uint64),
        "letters": np.frombuffer("\n".join(words).encode("utf-8"), dtype=np.uint8),
    }


@dataclass(frozen=True, slots=True)
class SortedHashes:
    """Format 1: a binary search over ascending blake2b hashes."""

    hashes: NDArray[np.uint64]
    order: NDArray[np.int32]  # the row of each hash

    def find(self, words: Sequence[str]) -> list[int]:
        if not len(self.hashes):
            return [-1] * len(words)
        wanted = np.array([_blake2b(word) for word in words], dtype=np.uint64)
        at = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        rows: list[int] = np.where(self.hashes[at] == wanted, self.order[at], -1).tolist()
        return rows


def _blake2b(word: str) -> int:
    coded = word.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(coded, digest_size=8).digest(), "little")
