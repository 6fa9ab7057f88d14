"""Rows of word2vec's binary files: "words width", then a word, a space and float32 numbers."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from data_cards.errors import DataError
from pretrain.store.word2vec_rows import Floats, Head, Row

LONGEST_WORD = 1000


def rows(stream: BinaryIO, path: Path) -> Iterator[Row]:
    """Yield the rows of a binary file; a fault in it is a `DataError` with the word's number.

    All bytes must be used up: else its first line is wrong, and the numbers were cut elsewhere.
    """
    line = stream.readline(100)
    head = Head.read(line)
    if head is None or not head.width:
        fault = f"begins with {b' '.join(line.split())[:40]!r}, not with words and width"
        raise DataError(path, 1, fault, "leave --binary out for a text file")
    size = 4 * head.width
    for number in range(1, head.words + 1):
        word = _word(stream)
        vector = stream.read(size)
        if word is None or len(vector) < size:
            fault = f"is cut at word {number:,} of {head.words:,}, or its first line is wrong"
            raise DataError(path, None, fault, "fetch it again")
        yield _row(word, number, np.frombuffer(vector, "<f4"))
    if stream.read(64).strip():
        fault = f"goes on after the {head.words:,} words of {head.width} numbers of its first line"
        raise DataError(path, 1, fault, "write the right numbers there, or fetch the file again")


def _row(word: bytes, number: int, vector: Floats) -> Row:
    try:
        text = word.decode("utf-8")
    except UnicodeDecodeError:
        return Row(number, "", vector, "not in UTF-8")
    if "\n" in text or "\0" in text:
        return Row(number, "", vector, "with a line end or a NUL in it")
    return Row(number, text, vector)


def _word(stream: BinaryIO) -> bytes | None:
    """A word up to its space; the line end that some writers put before it is left out."""
    letters = bytearray()
    while (letter := stream.read(1)) not in (b"", b" "):
        letters += letter
        if len(letters) > LONGEST_WORD:
            return None
    return bytes(letters).lstrip(b"\n") if letter else None
