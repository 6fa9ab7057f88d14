"""Local stores: the few words that a skill adds to a generic store or moves in it.

A local store is a handful of int8 rows and the id of the generic store that it lies over; it is
looked up first. Kept as safetensors bytes, it is a part of a skill's pack.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pretrain.store.mapped_tensors import Arrays
from pretrain.store.quantising import Kind, coded, decoded
from pretrain.store.vector_store import VectorStore, normalised

Floats = NDArray[np.float32]

ARRAYS = ("local.table", "local.scales", "local.letters")


@dataclass(frozen=True)
class LocalStore:
    """Words of one skill, in the numbers of a generic store of the same width."""

    generic: str  # the id of the store that it lies over
    words: tuple[str, ...]
    table: NDArray[np.generic]  # (words, width)
    scales: Floats  # (words,)

    @classmethod
    def of(
        cls, generic: VectorStore, vectors: Mapping[str, Floats], threshold: float,
        kind: Kind = "int8",
    ) -> "LocalStore":  # fmt: skip
        """Keep of a skill's vectors those that lie off what the generic store says.

        `threshold` is relative: a word is kept where |vector - generic| > threshold * |vector|.
        A word that the store lacks counts as zeros there, so that any vector of it is kept.
        """
        words = list(vectors)
        own = np.array([vectors[word] for word in words], np.float32).reshape(-1, generic.width)
        off = np.linalg.norm(own - generic.vectors(words), axis=1)
        kept = np.flatnonzero(off > threshold * np.linalg.norm(own, axis=1))
        table, scales = coded(own[kept], kind)
        return cls(generic.id, tuple(words[i] for i in kept), table, scales)

    @classmethod
    def read(cls, generic: str, arrays: Arrays) -> "LocalStore":
        """From the arrays of a pack; raises `ValueError` where they do not fit one another."""
        try:
            table, scales, letters = (arrays[name] for name in ARRAYS)
        except KeyError as error:
            raise ValueError(f"holds no {error}") from None
        if table.ndim != 2 or scales.shape != table.shape[:1] or letters.ndim != 1:
            raise ValueError("its local tables disagree in length")
        if scales.dtype != np.float16 or letters.dtype != np.uint8 or table.dtype.kind not in "if":
            raise ValueError("its local tables are not of the types written")
        words = letters.tobytes().decode("utf-8").split("\n") if len(table) else []
        if len(words) != len(table):
            raise ValueError("its local tables hold too few or many words")
        return cls(generic, tuple(words), table, scales.astype(np.float32))

    def arrays(self) -> Arrays:
        """What `read` takes. Scales are rounded to float16: an error of 0.05 % at most."""
        letters = "\n".join(self.words).encode("utf-8")
        columns = (self.table, self.scales.astype(np.float16), np.frombuffer(letters, np.uint8))
        return dict(zip(ARRAYS, columns, strict=True))

    def __len__(self) -> int:
        return len(self.words)


class Overlay:
    """A generic store with a skill's local one over it."""

    def __init__(
        self, generic: VectorStore, local: LocalStore, *, spelling: bool = False
    ) -> None:  # fmt: skip
        """Raises `ValueError` where the local store was made for another generic one.

        With `spelling`, a word that neither has is read by its spelling, in place of zeros.
        """
        if local.generic != generic.id:
            raise ValueError(f"lies over store {local.generic[:12]}, not {generic.id[:12]}")
        if len(local) and local.table.shape[1] != generic.width:
            raise ValueError(
                f"has vectors of width {local.table.shape[1]}, its store {generic.width}"
            )
        self.generic, self.local, self.spelling = generic, local, spelling
        self._vectors = decoded(local.table, local.scales)
        self._rows = {word: row for row, word in enumerate(local.words)}

    @property
    def width(self) -> int:
        """Dimensions of a vector."""
        return self.generic.width

    def vectors(self, words: Sequence[str]) -> Floats:
        """(len(words), width) float32: the local vector, else the generic one, else zeros or what
        the spelling says."""
        wanted = normalised(words)
        found, rows = self.generic.look_up(wanted)
        if not self._rows.keys().isdisjoint(wanted):
            for i, word in enumerate(wanted):
                if word in self._rows:
                    found[i] = self._vectors[self._rows[word]]
        if self.spelling and -1 in rows:
            from pretrain.store.spelling import spelt  # scikit-learn is slow to import

            lacking = [i for i, row in enumerate(rows) if row < 0 and wanted[i] not in self._rows]
            found[lacking] = spelt(self.generic, [wanted[i] for i in lacking])
        return found

    def own(self) -> dict[str, Floats]:
        """The local words with their vectors (width,)."""
        return {word: self._vectors[row] for word, row in self._rows.items()}
