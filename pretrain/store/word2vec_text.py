"""Rows of word2vec's and GloVe's text files: a line per word, its numbers after it.

A first line "words width" may stand before them. Words and numbers are parted by any blanks; since
the width is known, the last numbers of a line are its vector and what stands before is the word.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

import numpy as np

from data_cards.errors import DataError
from pretrain.store.word2vec_rows import Head, Row

LONGEST_LINE = 1 << 24
LOOKED_AT = 100
"""Lines from which the width is told; most of them decide, so that one odd line does not."""

_DECIMAL = re.compile(rb"[-+]?\d*\.\d")
Line = tuple[int, bytes]


def rows(stream: BinaryIO, path: Path) -> Iterator[Row]:
    """Yield the rows of a text file; a fault in it is a `DataError` with its line.

    The number of words in a first line is held against the rows that follow, so that a cut file is
    refused.
    """
    lines = _lines(stream, path)
    first = list(islice(lines, LOOKED_AT))
    head = Head.read(first[0][1]) if first and first[0][0] == 1 else None
    if head is not None:
        del first[0]
    if not first:
        if head is not None and head.words:
            raise _cut(path, 0, head.words)
        return
    width = _width(first, path, head)
    found = 0
    for number, line in chain(first, lines):
        found += 1
        yield _row(line, number, width, path)
    if head is not None and found != head.words:
        if found < head.words:
            raise _cut(path, found, head.words)
        fault = f"its first line says {head.words:,} words, it holds {found:,}"
        raise DataError(path, 1, fault, "write the right number there, or fetch the file again")


def trailing_numbers(line: bytes) -> int:
    """How many numbers stand at the end of a line, after its first cell."""
    count = 0
    for cell in reversed(line.split()[1:]):
        try:
            float(cell)
        except ValueError:
            break
        count += 1
    return count


def _lines(stream: BinaryIO, path: Path) -> Iterator[Line]:
    """The lines that hold anything, with their numbers."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            fault = f"a line is longer than {LONGEST_LINE:,} bytes"
            raise DataError(path, number, fault, _other(line) or "write a line per word")
        if line.strip():
            yield number, line.rstrip()


def _width(lines: list[Line], path: Path, head: Head | None) -> int:
    """The number that most of the first lines have; where two are as frequent, the header's."""
    counts = Counter(count for _, line in lines if (count := trailing_numbers(line)))
    if not counts:
        number, line = lines[0]
        remedy = _other(line) or "write each word's numbers after it, parted by blanks"
        raise DataError(path, number, "no numbers stand after the word", remedy)
    most = max(counts.values())
    widths = [width for width, count in counts.items() if count == most]
    if head is None:
        return widths[0]
    if head.width not in widths:
        fault = f"the first line says {head.width} numbers per word, its lines hold {widths[0]}"
        raise DataError(path, 1, fault, "write the right number there, or fetch the file again")
    return head.width


def _row(line: bytes, number: int, width: int, path: Path) -> Row:
    parts = line.rsplit(None, width)
    nameless = len(parts) == width and line[:1].isspace()
    cells = parts if nameless else parts[1:]
    word = b"" if nameless else parts[0].strip()
    if len(cells) != width:
        fault = f"{len(cells)} numbers where {width} are wanted"
        raise DataError(
            path, number, fault, "fix the line; if it is the last, fetch the file again"
        )
    try:
        with np.errstate(over="ignore"):  # the caller refuses infinities
            vector = np.array(cells, dtype=np.float32)
    except ValueError:
        named = word.decode("utf-8", "replace")[:40]
        remedy = "write a point in its numbers" if b"," in line else "fix the line"
        raise DataError(
            path, number, f"the vector of {named!r} is no list of numbers", remedy
        ) from None
    if any(_DECIMAL.match(cell) for cell in word.split()[1:]):
        return Row(number, "", vector, f"with more than {width} numbers")
    try:
        return Row(number, word.decode("utf-8"), vector)
    except UnicodeDecodeError:
        return Row(number, "", vector, "not in UTF-8")


def _other(line: bytes) -> str:
    """What to do about a file that is text of another kind, "" where it cannot be told."""
    if line.lstrip()[:1] in (b"{", b"["):
        return "this is JSON: write it as word2vec's text, a word and its numbers per line"
    if b"," in line or b";" in line:
        return "this is CSV: part word and numbers by blanks in place of commas"
    return ""


def _cut(path: Path, found: int, words: int) -> DataError:
    fault = f"holds {found:,} of the {words:,} words that its first line names"
    return DataError(path, None, fault, "it may be cut: fetch it again, or write the right number")
