"""Annotations written into or beside the sentence: text pieces to words and slots."""

import re
from collections.abc import Iterable, Iterator, Sequence

from data_cards.jsonl import MAX_WORDS
from data_cards.records import Slot, span_fault
from data_cards.words import align, bare_words, clean, words

_COLON = re.compile(r"\[\s*([^\[\]:]+?)\s*:\s*([^\[\]]*?)\s*\]")
_LINK = re.compile(r"\[([^\[\]]*)\]\(\s*([^()\s]+)\s*\)")


def assemble(pieces: Iterable[tuple[str, str]]) -> tuple[str, tuple[str, ...], tuple[Slot, ...]]:
    """Join (text, slot name or "") pieces to a sentence: its text, words and slots.

    Raises ValueError, with the reason, where a slot has no word or two slots share one, and where
    the sentence has no word, too many of them or half a surrogate pair.
    """
    text, marks = "", []
    for piece, name in pieces:
        cleaned = clean(piece)
        if name:
            marks.append((name, len(text), len(text) + len(cleaned)))
        text += cleaned
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError(f"half a surrogate pair in {text[:60]!r}")
    if not marks:
        tokens = bare_words(text)
        _check(tokens, ())
        return text.strip(), tokens, ()
    found = words(text)
    slots = []
    for name, start, end in marks:
        slot = align(found, name, start, end)
        if slot is None:
            raise ValueError(f"slot {name!r} holds no word: {text[start:end]!r}")
        slots.append(slot)
    tokens = tuple(w.text for w in found)
    _check(tokens, tuple(slots))
    return text.strip(), tokens, tuple(slots)


def _check(tokens: tuple[str, ...], slots: tuple[Slot, ...]) -> None:
    if len(tokens) > MAX_WORDS:
        raise ValueError(f"has {len(tokens)} words (at most {MAX_WORDS})")
    fault = span_fault(len(tokens), slots)
    if fault:
        raise ValueError(fault)


def colon_pieces(annotation: str) -> Iterator[tuple[str, str]]:
    """Cut "set [time : six]" into ("set ", ""), ("six", "time"); ValueError at a stray bracket."""
    at = 0
    for match in _COLON.finditer(annotation):
        yield _plain(annotation[at : match.start()]), ""
        yield match[2], match[1]
        at = match.end()
    yield _plain(annotation[at:]), ""


def link_pieces(annotation: str) -> Iterator[tuple[str, str]]:
    """Cut "set [six](time)" into ("set ", ""), ("six", "time"); ValueError at a stray bracket."""
    at = 0
    for match in _LINK.finditer(annotation):
        yield _plain(annotation[at : match.start()]), ""
        yield match[1], match[2]
        at = match.end()
    yield _plain(annotation[at:]), ""


def marked_pieces(text: str, marks: Iterable[tuple[str, int, int]]) -> Iterator[tuple[str, str]]:
    """Cut a text at (slot name, start, end) character marks; ValueError where they do not fit."""
    at = 0
    for name, start, end in sorted(marks, key=lambda m: (m[1], m[2])):
        if not 0 <= start < end <= len(text):
            raise ValueError(f"slot {name!r} spans [{start}, {end}) of {len(text)} characters")
        if start < at:
            raise ValueError(f"slot {name!r} at character {start} overlaps the slot before it")
        yield text[at:start], ""
        yield text[start:end], name
        at = end
    yield text[at:], ""


def token_pieces(tokens: Sequence[str], slots: Iterable[Slot]) -> Iterator[tuple[str, str]]:
    """Cut a published word sequence at its slots, for `assemble` to find our words in it."""
    at = 0
    for slot in sorted(slots, key=lambda s: (s.start, s.end)):
        yield " ".join(tokens[at : slot.start]) + " ", ""
        yield " ".join(tokens[slot.start : slot.end]), slot.name
        yield " ", ""
        at = slot.end
    yield " ".join(tokens[at:]), ""


def _plain(text: str) -> str:
    if "[" in text or "]" in text:
        raise ValueError(f"unclosed slot bracket in {text.strip()!r}")
    return text
