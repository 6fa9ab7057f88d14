"""Word vectors of other tools: word2vec's text and binary files, which gensim reads and writes.

Text: a line a word, its numbers after it, with or without a first line "words width" (GloVe has
none). Binary: that line, then a word, a space and float32 numbers, over and over.
"""

import gzip
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from data_cards.errors import DataError
from data_cards.scratch import written_whole
from data_cards.words import normalise
from pretrain.store.vector_store import VectorStore

Floats = NDArray[np.float32]

LONGEST_WORD = 1000
CHUNK = 4096


@dataclass(frozen=True)
class Imported:
    """Normalised words with their vectors (words, width), in the order of the file.

    `merged` counts the words that became one already there ("The", "the"): the first, more
    frequent one stays.
    """

    words: list[str]
    vectors: Floats
    merged: int


def read(path: Path, *, binary: bool) -> Imported:
    """Read a word2vec file, `.gz` too; a fault in it is a `DataError` with its place."""
    try:
        with _opened(path) as stream:
            rows = _binary_rows(stream, path) if binary else _text_rows(stream, path)
            return _gathered(rows, path)
    except FileNotFoundError:
        raise DataError(path, None, "no such file", "name a word2vec file") from None
    except (OSError, EOFError) as error:
        fault = f"cannot be read ({getattr(error, 'strerror', None) or error})"
        raise DataError(path, None, fault, "fetch the file again") from None


def _opened(path: Path) -> BinaryIO:
    if path.suffix == ".gz":
        return cast(BinaryIO, gzip.open(path))  # noqa: SIM115  # `read` closes it
    return path.open("rb")


def write(store: VectorStore, path: Path, *, binary: bool) -> None:
    """Write a store as a word2vec file, which gensim and most others read."""
    remedy = "free some space and try again"
    with written_whole(path, remedy) as scratch, scratch.open("wb") as stream:
        stream.write(f"{len(store)} {store.width}\n".encode())
        for words, vectors in _chunks(store):
            for word, vector in zip(words, vectors, strict=True):
                stream.write(word.encode("utf-8") + b" ")
                stream.write(vector.tobytes() if binary else _text(vector))
                stream.write(b"\n")


def _chunks(store: VectorStore) -> Iterator[tuple[Sequence[str], Floats]]:
    for start in range(0, len(store), CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(store)))
        yield store.words[start : start + CHUNK], store.dequantised(rows)


def _text(vector: Floats) -> bytes:
    return " ".join([f"{number:.6g}" for number in vector.tolist()]).encode()


def _gathered(rows: Iterable[tuple[str, Floats]], path: Path) -> Imported:
    found: dict[str, Floats] = {}
    merged = 0
    for word, vector in rows:
        key = normalise(word)
        merged += key in found
        found.setdefault(key, vector)
    if not found:
        raise DataError(path, None, "holds no word", "name a word2vec file")
    vectors = np.stack(list(found.values())).astype(np.float32)
    if not np.isfinite(vectors).all():
        row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        fault = f"the vector of {list(found)[row]!r} is not finite"
        raise DataError(path, None, fault, "leave that word out")
    return Imported(list(found), vectors, merged)


def _text_rows(stream: BinaryIO, path: Path) -> Iterator[tuple[str, Floats]]:
    width = 0
    for number, line in enumerate(stream, 1):
        word, *cells = line.rstrip().split(b" ")
        if number == 1 and len(cells) == 1 and word.isdigit() and cells[0].isdigit():
            width = int(cells[0])
            continue
        if not cells and not word:
            continue
        width = width or len(cells)
        if len(cells) != width or not width:
            fault = f"{len(cells)} numbers where {width} are wanted"
            raise DataError(
                path, number, fault, "mend the line, or pass --binary for a binary file"
            )
        try:
            yield word.decode("utf-8"), np.array(cells, dtype=np.float32)
        except UnicodeDecodeError:
            raise DataError(path, number, "is not UTF-8", "write the word in UTF-8") from None
        except ValueError:
            fault = f"the vector of {word.decode('utf-8', 'replace')!r} is no list of numbers"
            raise DataError(path, number, fault, "mend the line") from None


def _binary_rows(stream: BinaryIO, path: Path) -> Iterator[tuple[str, Floats]]:
    head = stream.readline(100).split()
    if len(head) != 2 or not all(cell.isdigit() for cell in head) or not 0 < int(head[1]) < 1 << 16:
        fault = f"begins with {b' '.join(head)[:40]!r}, not with words and width"
        raise DataError(path, 1, fault, "leave --binary out for a text file")
    count, width = map(int, head)
    for number in range(1, count + 1):
        word = _binary_word(stream)
        vector = stream.read(4 * width)
        if word is None or len(vector) < 4 * width:
            raise DataError(path, None, f"is cut at word {number:,} of {count:,}", "fetch it again")
        try:
            yield word.decode("utf-8"), np.frombuffer(vector, "<f4")
        except UnicodeDecodeError:
            fault = f"word {number:,} ({word[:20]!r}) is not UTF-8"
            raise DataError(path, None, fault, "write the word in UTF-8") from None


def _binary_word(stream: BinaryIO) -> bytes | None:
    """A word up to its space; the line end that some writers put before it is left out."""
    letters = bytearray()
    while (letter := stream.read(1)) not in (b"", b" "):
        letters += letter
        if len(letters) > LONGEST_WORD:
            return None
    return bytes(letters).lstrip(b"\n") if letter else None
