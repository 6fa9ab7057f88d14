"""The generic store: word vectors in one memory-mapped file that all processes share.

A store is a folder with `vectors.safetensors` and its card, `README.md`. The table is int8 with a
scale a word (or float16); words are found by binary search over sorted 64-bit hashes, so that no
process builds a dictionary of the vocabulary.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from data_cards.errors import DataError
from data_cards.scratch import scratch_beside
from data_cards.words import normalise

FILE = "vectors.safetensors"
CARD = "README.md"
FORMAT = "skillwise-store/1"
PACKAGED = Path(__file__).parent / "stores"

_DTYPES = {"I8": np.int8, "U8": np.uint8, "I32": np.int32, "U64": np.uint64,
           "F16": np.float16, "F32": np.float32}  # fmt: skip
_REMEDY = "make the store again by `skillwise pretrain`"


@dataclass(frozen=True)
class VectorStore:
    """An open store; arrays are views of the mapped file."""

    path: Path
    meta: Mapping[str, str]
    table: NDArray[Any]  # (words, width) int8 or float16, most frequent word first
    scales: NDArray[np.float32]  # (words,)
    hashes: NDArray[np.uint64]  # (words,), ascending
    order: NDArray[np.int32]  # (words,): the row of each hash
    letters: NDArray[np.uint8]  # the words, UTF-8, joined by newlines

    @classmethod
    def open(cls, path: Path) -> "VectorStore":
        """Map a store's file; a damaged one is refused with a `DataError`."""
        file = path / FILE
        meta, arrays = _map(file)
        if meta.get("format") != FORMAT:
            found = meta.get("format", "none")
            raise DataError(file, None, f"format {found!r} is not {FORMAT}", _REMEDY)
        try:
            store = cls(path, meta, **{name: arrays[name] for name in _ARRAYS})
        except KeyError as error:
            raise DataError(file, None, f"holds no {error}", _REMEDY) from None
        store._check(file)
        return store

    def _check(self, file: Path) -> None:
        missing = [key for key in ("language", "digest", "kind") if key not in self.meta]
        if missing:
            raise DataError(file, None, f"its header does not name the {missing[0]}", _REMEDY)
        columns = (self.scales, self.hashes, self.order)
        if self.table.ndim != 2 or any(c.shape != self.table.shape[:1] for c in columns):
            raise DataError(file, None, "its tables disagree in length", _REMEDY)
        kinds = [str(a.dtype) for a in (*columns, self.letters)]
        if kinds != ["float32", "uint64", "int32", "uint8"]:
            raise DataError(file, None, "its tables are not of the types written", _REMEDY)
        if len(self) and not 0 <= self.order.min() <= self.order.max() < len(self):
            raise DataError(file, None, "its words point outside the table", _REMEDY)

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

    @cached_property
    def words(self) -> list[str]:
        """The vocabulary, most frequent first."""
        try:
            found = self.letters.tobytes().decode("utf-8").split("\n")
        except UnicodeDecodeError as error:
            raise DataError(self.path / FILE, None, f"damaged words ({error})", _REMEDY) from None
        if len(found) != len(self):
            raise DataError(self.path / FILE, None, "holds too few or many words", _REMEDY)
        return found

    def rows(self, words: Sequence[str]) -> NDArray[np.int64]:
        """The row of each word, -1 where the store lacks it."""
        wanted = np.array([_hash(normalise(word)) for word in words], dtype=np.uint64)
        if not len(self):
            return np.full(len(words), -1)
        at = np.minimum(np.searchsorted(self.hashes, wanted), len(self) - 1)
        found: NDArray[np.int64] = np.where(self.hashes[at] == wanted, self.order[at], -1)
        return found

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """(len(words), width) float32; zeros for a word that the store lacks."""
        rows = self.rows(words)
        out = self.dequantised(np.maximum(rows, 0))
        out[rows < 0] = 0
        return out

    def dequantised(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors at some rows as float32."""
        out: NDArray[np.float32] = self.table[rows].astype(np.float32)
        out *= self.scales[rows, None]
        return out


_ARRAYS = ("table", "scales", "hashes", "order", "letters")


def write(
    folder: Path,
    words: Sequence[str],
    vectors: NDArray[np.float32],
    meta: Mapping[str, str],
    card: str,
    *,
    kind: Literal["int8", "float16"] = "int8",
) -> VectorStore:
    """Write a store, whole or not at all; vectors (words, width) come most frequent word first.

    `meta` must name the language; format, digest and kind are added. Raises `DataError` where
    something stands at `folder` already or the disk does not take it.
    """
    if folder.is_dir() and any((folder / name).exists() for name in (FILE, CARD)):
        raise DataError(folder, None, "holds a store already", "name another --out")
    hashes = np.array([_hash(word) for word in words], dtype=np.uint64)
    order = np.argsort(hashes, kind="stable").astype(np.int32)
    table, scales = _quantised(vectors) if kind == "int8" else _halved(vectors)
    arrays = {
        "table": table,
        "scales": scales,
        "hashes": hashes[order],
        "order": order,
        "letters": np.frombuffer("\n".join(words).encode("utf-8"), dtype=np.uint8),
    }
    digest = hashlib.sha256(FORMAT.encode())
    for name in _ARRAYS:
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    full = {**meta, "format": FORMAT, "kind": kind, "digest": digest.hexdigest()}
    scratch = scratch_beside(folder)
    try:
        scratch.mkdir(parents=True)
        (scratch / FILE).write_bytes(save(arrays, full))
        (scratch / CARD).write_text(card.replace("{digest}", full["digest"]), "utf-8")
        folder.mkdir(parents=True, exist_ok=True)
        (scratch / CARD).rename(folder / CARD)
        (scratch / FILE).rename(folder / FILE)  # last: a folder with this file is complete
    except OSError as error:
        raise DataError(
            folder, None, f"cannot be written ({error.strerror})", "free some space and try again"
        ) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return VectorStore.open(folder)


def language_of(path: Path) -> str:
    """The language of a store's text."""
    return VectorStore.open(path).language


def digest(path: Path) -> str:
    """The digest of a store's content, as its writer computed it."""
    return VectorStore.open(path).meta["digest"]


def default_store(language: str) -> Path | None:
    """The packaged generic store of a language, None where there is none."""
    path = PACKAGED / language
    return path if (path / FILE).exists() else None


def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8"), digest_size=8).digest(), "little")


def _quantised(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Symmetric int8 with a scale a row: the largest component becomes 127."""
    scales = np.abs(vectors).max(axis=1) / 127
    safe = np.where(scales > 0, scales, 1)
    table = np.rint(vectors / safe[:, None]).astype(np.int8)
    return table, scales.astype(np.float32)


def _halved(vectors: NDArray[np.float32]) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    return vectors.astype(np.float16), np.ones(len(vectors), dtype=np.float32)


def _map(file: Path) -> tuple[dict[str, str], dict[str, NDArray[Any]]]:
    """Map a safetensors file without reading it: its metadata and arrays, bounds checked."""
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if not 2 <= length <= min(size - 8, 1 << 24):
                raise ValueError("its header is cut")
            header = json.loads(stream.read(length))
        meta = dict(header.pop("__metadata__", {}))
        data = np.memmap(file, dtype=np.uint8, mode="r", offset=8 + length)
        arrays = {name: _view(data, entry) for name, entry in header.items()}
    except FileNotFoundError:
        raise DataError(file, None, "no such file", "name a store's folder") from None
    except OSError as error:
        raise DataError(file, None, f"cannot be read ({error.strerror})", _REMEDY) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(file, None, f"damaged store ({error})", _REMEDY) from None
    return meta, arrays


def _view(data: NDArray[np.uint8], entry: Mapping[str, Any]) -> NDArray[Any]:
    start, end = entry["data_offsets"]
    if not 0 <= start <= end <= len(data):
        raise ValueError("it is cut")
    return data[start:end].view(_DTYPES[entry["dtype"]]).reshape(entry["shape"])
