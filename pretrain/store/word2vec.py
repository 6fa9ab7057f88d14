"""Word vectors of other tools: word2vec's text and binary files, which gensim reads and writes.

Text: a line per word, its numbers after it, with or without a first line "words width" (GloVe has
none). Binary: that line, then a word, a space and float32 numbers, over and over. Which of them a
file is, is told from its content.
"""

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from data_cards.errors import DataError
from data_cards.scratch import written_whole
from data_cards.words import normalise
from pretrain.store import word2vec_binary, word2vec_text
from pretrain.store.vector_store import VectorStore
from pretrain.store.word2vec_rows import Head, Row
from pretrain.unpacking import opened, peeked

Floats = NDArray[np.float32]

CHUNK = 4096
_SNIFFED = 1 << 16  # a header and a first line
_FEW = 10
"""So many odd words are left out; of more, a tenth at most, else the file is read wrongly."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Words that could not be used: why, how many, and where the first of them stands."""

    why: str
    count: int
    first: int  # the line of a text file, the word's number in a binary one


@dataclass(frozen=True)
class Imported:
    """Normalised words with their vectors (words, width), in the order of the file.

    `merged` counts the words that became one already there ("The", "the"): the first, more
    frequent one stays. `repeated` counts those that came again as they were. `left_out` tells of
    words that cannot be used.
    """

    words: list[str]
    vectors: Floats
    merged: int
    repeated: int = 0
    left_out: tuple[LeftOut, ...] = ()
    unit: str = "line"  # what is counted by the places: lines, or words of a binary file


def read(path: Path, *, binary: bool | None = None) -> Imported:
    """Read a word2vec file, packed or not; a fault in it is a `DataError` with its place.

    None for `binary` tells the format from the file; a format that it cannot be is refused.
    """
    with _rows(path, binary) as (rows, unit):
        return _gathered(rows, path, unit)


def check(path: Path, *, binary: bool | None = None) -> None:
    """Raise the `DataError` of a file that is none of word2vec's; it reads its beginning alone."""
    with _rows(path, binary) as (rows, _):
        next(iter(rows), None)


@contextmanager
def _rows(path: Path, binary: bool | None) -> Iterator[tuple[Iterable[Row], str]]:
    """The rows of a file, and what their places count."""
    with opened(path) as packed:
        head, stream = peeked(packed, _SNIFFED)
        is_text = _is_text(head)
        if is_text is not None and binary is is_text:
            kind, option = ("text", "--binary") if is_text else ("binary", "--text")
            raise DataError(path, None, f"is a {kind} file of vectors", f"leave {option} out")
        as_binary = binary if binary is not None else is_text is False
        if as_binary:
            yield word2vec_binary.rows(stream, path), "word"
        else:
            yield word2vec_text.rows(stream, path), "line"


def _is_text(content: bytes) -> bool | None:
    """Whether the first bytes are of a text file, None where they could be of either.

    A binary file has a first line "words width" and is no UTF-8 text after it.
    """
    first, _, rest = content.partition(b"\n")
    head = Head.read(first)
    if head is None or not head.width or not rest:
        return None
    line, _, _ = rest.partition(b"\n")
    numbers = word2vec_text.trailing_numbers(line) == head.width
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return None if numbers else False  # one word of a text file may be no UTF-8
    if any(byte < 9 for byte in line):
        return False
    return True if numbers else None


def write(store: VectorStore, path: Path, *, binary: bool) -> None:
    """Write a store as a word2vec file, which gensim and most others read.

    A name that ends in .gz, .bz2 or .xz is packed so; a `DataError` for packings not written here.
    """
    remedy = "free some space and try again"
    pack = _packer(path)
    with written_whole(path, remedy) as scratch, pack(scratch) as stream:
        stream.write(f"{len(store)} {store.width}\n".encode())
        for words, vectors in _chunks(store):
            for word, vector in zip(words, vectors, strict=True):
                stream.write(word.encode("utf-8") + b" ")
                stream.write(vector.tobytes() if binary else _text(vector))
                stream.write(b"\n")


def _packer(path: Path) -> Callable[[Path], BinaryIO]:
    """What opens a file to write, by its name."""
    packers: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
    suffix = path.suffix.lower()
    if suffix in packers:
        return lambda scratch: cast(BinaryIO, packers[suffix](scratch, "wb"))
    if suffix in (".zip", ".zst", ".lz4", ".7z", ".tar", ".tgz"):
        raise DataError(path, None, f"{suffix} is not written here", "name it .vec, .gz or .xz")
    return lambda scratch: scratch.open("wb")


def _chunks(store: VectorStore) -> Iterator[tuple[Sequence[str], Floats]]:
    for start in range(0, len(store), CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(store)))
        yield store.words[start : start + CHUNK], store.dequantised(rows)


def _text(vector: Floats) -> bytes:
    return " ".join([f"{number:.6g}" for number in vector.tolist()]).encode()


def _gathered(rows: Iterable[Row], path: Path, unit: str) -> Imported:
    found: dict[str, Floats] = {}
    written: dict[str, str] = {}  # how the first word of a key was written, if otherwise
    odd: dict[str, list[int]] = {}
    merged = repeated = total = 0
    for place, word, vector, why in rows:
        total += 1
        if not np.isfinite(vector).all():
            fault = f"the vector of {word!r} ({unit} {place:,}) is not finite as a 32-bit number"
            raise DataError(path, place if unit == "line" else None, fault, "leave that word out")
        key = normalise(word.strip()) if not why else ""
        if not key:
            odd.setdefault(why or "without a letter", []).append(place)
            continue
        if key in found:
            again = written.get(key, key) == word
            repeated += again
            merged += not again
            continue
        found[key] = vector
        if word != key:
            written[key] = word
    left = tuple(LeftOut(why, len(places), places[0]) for why, places in odd.items())
    _check_odd(left, total, path, unit)
    if not found:
        raise DataError(path, None, "holds no word", "name a word2vec file")
    vectors = np.stack(list(found.values())).astype(np.float32)
    return Imported(list(found), vectors, merged, repeated, left, unit)


def _check_odd(left: Sequence[LeftOut], total: int, path: Path, unit: str) -> None:
    """Refuse a file with so many odd words that it must be of another kind."""
    count = sum(each.count for each in left)
    if 2 * count > total or count > max(_FEW, total // 10):
        first = left[0]
        fault = f"{count:,} of {total:,} words cannot be used, first {unit} {first.first:,}: " + (
            f"a word {first.why}"
        )
        raise DataError(path, None, fault, "fix the file, or name a word2vec file")
