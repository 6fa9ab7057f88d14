"""The generic store: word vectors in one memory-mapped file that all processes share.

A store is a folder with `vectors.safetensors` and its card, `README.md`. The table is int8 with a
scale a word, or float16; words are found in the mapped file itself, so that no process builds a
dictionary of the vocabulary; vectors for other words come from character n-grams.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from data_cards.errors import DataError, SkillwiseError
from data_cards.scratch import written_whole
from data_cards.words import normalise, rules_digest
from pretrain.store import subwords
from pretrain.store import word_index as wordindex
from pretrain.store.mapped_tensors import CHECKSUM, Arrays, checksum, mapped
from pretrain.store.neighbours import Neighbour, nearest
from pretrain.store.quantising import Kind, Unfit, coded, decoded
from pretrain.store.subwords import Subwords
from pretrain.store.word_index import HashedWords, SortedHashes, WordIndex

FILE = "vectors.safetensors"
CARD = "README.md"
FORMAT = "skillwise-store/2"
OLD_FORMAT = "skillwise-store/1"
PACKAGED = Path(__file__).parents[1] / "stores"
SAMPLE = 5000
"""Frequent words whose mean norm stands for the store's."""

_REMEDY = "make the store again by `skillwise pretrain`"
_TYPES = {
    "scales": "float32", "letters": "uint8", "slots": "int32", "hashes": "uint64",
     "order": "int32", "grams": "int8", "gram_scales": "float32",
    "basis": "float32",
}  # fmt: skip
_ARRAYS = {
    FORMAT: ("table", "scales", "slots", "hashes", "letters"),
    OLD_FORMAT: ("table", "scales", "hashes", "order", "letters"),
}


@dataclass(frozen=True)
class VectorStore:
    """An open store; arrays are views of the mapped file."""

    path: Path
    meta: Mapping[str, str]
    table: NDArray[Any]  # (words, width) int8 or float16, most frequent word first
    scales: NDArray[np.float32]  # (words,)
    letters: NDArray[np.uint8]  # the words, UTF-8, joined by newlines
    index: WordIndex = field(repr=False)
    subwords: Subwords | None
    scaled: bool  # whether numbers are to be multiplied by their row's scale
    induction: NDArray[np.float16] | None = None
    """(width, width): what a mean context is multiplied by (`pretrain.store.induction`)."""

    @classmethod
    def open(cls, path: Path) -> "VectorStore":
        """Map a store's file; a damaged one is refused with a `DataError`."""
        file = path / FILE
        meta, arrays = mapped(file, _REMEDY)
        if meta.get("format") not in _ARRAYS:
            found = meta.get("format", "none")
            raise DataError(file, None, f"format {found!r} is not {FORMAT}", _REMEDY)
        try:
            _check(meta, arrays)
            index = _index(arrays)
        except ValueError as error:
            raise DataError(file, None, str(error), _REMEDY) from None
        grams = None
        if "grams" in arrays:
            grams = Subwords(arrays["grams"], arrays["gram_scales"], arrays["basis"])
        table = arrays["table"]
        return cls(
            path, meta, table, arrays["scales"], arrays["letters"], index, grams,
            table.dtype == np.int8, arrays.get("induction"),
        )  # fmt: skip

    @classmethod
    def packaged(cls, language: str) -> "VectorStore":
        """The store that comes with the package, e.g. "en"; a `SkillwiseError` where none does."""
        path = default_store(language)
        if path is None:
            there = ", ".join(sorted(p.parent.name for p in PACKAGED.glob(f"*/{FILE}"))) or "none"
            raise SkillwiseError(
                f"no vectors of language {language!r} are packaged, only {there}; train some by "
                "`skillwise pretrain` and open their folder"
            )
        return cls.open(path)

    def __len__(self) -> int:
        return len(self.table)

    @property
    def width(self) -> int:
        """Dimensions of a vector."""
        return int(self.table.shape[1])

    @property
    def language(self) -> str:
        """The language of its text, e.g. "en"."""
        return self.meta["language"]

    @property
    def id(self) -> str:
        """The digest of its content: what local stores point to."""
        return self.meta["digest"]

    @cached_property
    def words(self) -> list[str]:
        """The vocabulary, most frequent first."""
        try:
            found = self.letters.tobytes().decode("utf-8").split("\n")
        except UnicodeDecodeError as error:
            raise DataError(self.path / FILE, None, f"damaged words ({error})", _REMEDY) from None
        if len(found) != len(self) and (len(self) or found != [""]):
            raise DataError(self.path / FILE, None, "holds too few or many words", _REMEDY)
        return found if len(self) else []

    @cached_property
    def mean_norm(self) -> float:
        """Mean length of the vectors of its most frequent words."""
        sample = self.dequantised(np.arange(min(SAMPLE, len(self))))
        return float(np.linalg.norm(sample, axis=1).mean()) if len(sample) else 0.0

    def rows(self, words: Sequence[str]) -> NDArray[np.int64]:
        """The row of each word, -1 where the store lacks it."""
        return np.array(self.index.find(normalised(words)), dtype=np.int64)

    def vectors(self, words: Sequence[str], *, unseen: bool = False) -> NDArray[np.float32]:
        """(len(words), width) float32; for a word that the store lacks, zeros.

        With `unseen`, such a word has the vector of its character n-grams, where the store has
        any (format 1 has none). The network asks without: it reads n-grams of its own.
        """
        wanted = normalised(words)
        found, rows = self.look_up(wanted)
        if unseen and self.subwords is not None and -1 in rows:
            lacking = [i for i, row in enumerate(rows) if row < 0]
            found[lacking] = self.subwords.vectors([wanted[i] for i in lacking])
        return found

    def neighbours(self, word: str, n: int = 10) -> list[Neighbour]:
        """The `n` words nearest to `word` by cosine, best first.

        Raises `SkillwiseError` where the store lacks the word.
        """
        (row,) = self.rows([word])
        if row < 0:
            raise SkillwiseError(
                f"{word!r} is not among the {len(self):,} words of {self.path}; ask for another"
            )
        found = nearest(self.dequantised(np.arange(len(self))), int(row), n)
        return [Neighbour(self.words[i], cosine) for i, cosine in found]

    def look_up(self, words: Sequence[str]) -> tuple[NDArray[np.float32], list[int]]:
        """The vectors of normalised words, zeros for one that is not there, and their rows."""
        rows = self.index.find(words)
        if not rows or not len(self.table):
            return np.zeros((len(rows), self.width), dtype=np.float32), rows
        found = self.table.take(rows, 0).astype(np.float32)  # row -1, the last, is overwritten
        if self.scaled:
            found *= self.scales.take(rows)[:, None]
        if -1 in rows:
            found[[i for i, row in enumerate(rows) if row < 0]] = 0
        return found, rows

    def dequantised(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors at some rows as float32."""
        return decoded(self.table[rows], self.scales[rows])


def normalised(words: Sequence[str]) -> list[str]:
    """`normalise` of each word; plain ones all at once, in a fifth of the time."""
    text = "\n".join(words)
    if text.isascii() and "`" not in text:
        found = text.lower().split("\n")
        if len(found) == len(words):
            return found
    return [normalise(word) for word in words]


def occupied(folder: Path) -> bool:
    """Whether a store, or somebody's own README, stands there; a card alone that is ours is what a
    killed writer left."""
    card = folder / CARD
    if (folder / FILE).exists():
        return True
    return card.exists() and b"library_name: skillwise" not in card.read_bytes()


def refuse_occupied(folder: Path) -> None:
    """Raise `DataError` where no store can be made: a file, or a folder that holds one already."""
    above = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    if above.exists() and not above.is_dir():
        raise DataError(above, None, "is a file, not a folder", "name another --out")
    if occupied(folder):
        raise DataError(folder, None, "holds a store already", "name another --out")


def write(
    folder: Path,
    words: Sequence[str],
    vectors: NDArray[np.float32],
    meta: Mapping[str, str],
    card: str,
    *,
    kind: Kind = "int8",
    grams: bool = True,
    induction: NDArray[np.float32] | None = None,
) -> VectorStore:
    """Write a store, whole or not at all; vectors (words, width) come most frequent word first.

    `meta` must name the language; format, digest, kind, checksum and the digest of the
    tokenizer's rules (`words.rules_digest`) are added; a store made under other rules still opens.
    `grams` adds vectors of character n-grams, 0.3 MB at 300 dimensions, and `induction` is what
    `pretrain.store.induction.fit` learnt, 0.2 MB. Raises `DataError` where something stands at
    `folder` already, the disk does not take it, or the kind cannot hold a number.
    """
    refuse_occupied(folder)
    try:
        table, scales = coded(vectors, kind)
    except Unfit as error:
        fault = f"a number of the vector of {words[error.row]!r} is {error.fault}"
        remedy = "leave that word out" if kind == "int8" else "leave it out or write --kind int8"
        raise DataError(folder, None, fault, remedy) from None
    try:
        arrays = {"table": table, "scales": scales, **wordindex.build(words)}
    except ValueError as error:
        raise DataError(folder, None, str(error), "leave that word out") from None
    if grams and len(words) and vectors.shape[1]:
        arrays |= subwords.fit(words, vectors)
    if induction is not None:
        arrays["induction"] = induction.astype(np.float16)
    arrays = {name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())}
    digest = hashlib.sha256(FORMAT.encode())
    for name, array in arrays.items():
        digest.update(f"{name}{array.dtype}{array.shape}".encode())
        digest.update(array.tobytes())
    made = {"format": FORMAT, "kind": kind, "tokenizer": rules_digest()}
    full = {**meta, **made, "digest": digest.hexdigest()}
    content = save(arrays, full | {CHECKSUM: checksum(full, arrays)})
    remedy = "free some space and try again"
    with written_whole(folder / FILE, remedy) as file:  # last: a folder with this file is complete
        file.write_bytes(content)
        with written_whole(folder / CARD, remedy) as about:
            about.write_text(card.replace("{digest}", full["digest"]), "utf-8")
    return VectorStore.open(folder)


def language_of(path: Path) -> str:
    """The language of a store's text."""
    return VectorStore.open(path).language


def digest(path: Path) -> str:
    """The digest of a store's content, as its writer computed it."""
    return VectorStore.open(path).id


def default_store(language: str) -> Path | None:
    """The packaged generic store of a language, None where there is none."""
    path = PACKAGED / language
    return path if (path / FILE).exists() else None


def _check(meta: Mapping[str, str], arrays: Arrays) -> None:
    """Raise `ValueError` for a store whose parts do not fit one another."""
    keys = ("language", "digest", "kind", *((CHECKSUM,) if meta["format"] == FORMAT else ()))
    missing = [key for key in keys if key not in meta]
    if missing:
        raise ValueError(f"its header does not name the {missing[0]}")
    for name in _ARRAYS[meta["format"]]:
        if name not in arrays:
            raise ValueError(f"holds no {name!r}")
    table, scales = arrays["table"], arrays["scales"]
    if table.ndim != 2 or scales.shape != table.shape[:1]:
        raise ValueError("its tables disagree in length")
    if str(table.dtype) != meta["kind"] or any(
        name in arrays and str(arrays[name].dtype) != kind for name, kind in _TYPES.items()
    ):
        raise ValueError("its tables are not of the types written")
    rows = ("hashes",) if meta["format"] == FORMAT else ("hashes", "order")
    if any(arrays[name].shape != scales.shape for name in rows):
        raise ValueError("its tables disagree in length")
    if arrays["letters"].ndim != 1 or arrays.get("slots", scales).ndim != 1:
        raise ValueError("its words are no list")
    _check_grams(arrays, table.shape[1])
    if "induction" in arrays and arrays["induction"].shape != (table.shape[1],) * 2:
        raise ValueError("its map from contexts to vectors is not of its width")


def _check_grams(arrays: Arrays, width: int) -> None:
    parts = [arrays[name] for name in ("grams", "gram_scales", "basis") if name in arrays]
    if not parts:
        return
    if [part.ndim for part in parts] != [2, 1, 2]:
        raise ValueError("its character n-grams are not whole")
    grams, scales, basis = parts
    if not len(grams) or len(scales) != len(grams) or basis.shape != (grams.shape[1], width):
        raise ValueError("its character n-grams disagree in length")


def _index(arrays: Arrays) -> WordIndex:
    if "slots" in arrays:
        return HashedWords.over(arrays["slots"], arrays["hashes"])
    hashes, order = arrays["hashes"], arrays["order"]
    if len(order) and not 0 <= order.min() <= order.max() < len(order):
        raise ValueError("its words point outside the table")
    return SortedHashes(hashes, order)
