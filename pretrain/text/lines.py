"""Lines of text files, plain or packed, as lists of normalised words."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from data_cards.errors import DataError
from data_cards.jsonl import decoded
from data_cards.words import normalise, tokenize
from pretrain.unpacking import opened

LONGEST = 1 << 16
"""Bytes of a line that are read at a time: a longer one is cut between words, so that memory stays
flat for a text of a single line."""

_ENDS = re.compile(rb"\r\n?|\n")
_BLANKS = b" \t\v\f"


def sentences(path: Path) -> Iterator[list[str]]:
    """Yield the words of each line that has any; one sentence or turn a line, UTF-8.

    Lines end in LF, CR or both. Raises `DataError` for a file that is missing, unreadable, damaged
    or not UTF-8 text.
    """
    with opened(path) as stream:
        for number, raw in pieces(stream):
            if b"\0" in raw:
                fault = "holds a NUL byte: it is no text, or not UTF-8 (UTF-16?)"
                raise DataError(path, number, fault, "save the file as UTF-8")
            words = [normalise(word) for word in tokenize(decoded(path, number, raw))]
            if words:
                yield words


def pieces(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers, without their ends; of a line longer than `LONGEST`, its pieces.

    A piece ends before a blank, or else before a whole letter.
    """
    number, rest = 1, b""
    while more := stream.read(LONGEST):
        text = rest + more
        held = text.endswith(b"\r")  # its LF may follow
        *lines, rest = _ENDS.split(text[:-1] if held else text)
        rest += b"\r" if held else b""
        for line in lines:
            yield number, line
            number += 1
        while len(rest) >= LONGEST:
            cut = _cut(rest)
            yield number, rest[:cut]
            rest = rest[cut:]
    if rest:
        yield number, rest.removesuffix(b"\r")


def _cut(text: bytes) -> int:
    """Where to cut a text: before its last blank, else before its last whole letter."""
    blank = max(text.rfind(bytes([blank])) for blank in _BLANKS)
    if blank > 0:
        return blank
    at = len(text) - 1
    while at > len(text) - 4 and text[at] & 0xC0 == 0x80:  # inside a letter of several bytes
        at -= 1
    return at
