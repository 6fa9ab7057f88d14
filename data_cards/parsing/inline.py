"""Annotations written into or beside the sentence: text pieces to words and slots."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from data_cards.jsonl import MAX_WORDS
from data_cards.records import Slot, span_fault
from data_cards.words import align, bare_words, clean, words

_COLON = re.compile(r"\[\s*([^\[\]:]+?)\s*:\s*([^\[\]]*?)\s*\]")
_LINK = re.compile(r"\[([^\[\]]*)\]\(\s*([^()\[\]]*?[^()\[\]\s])\s*\)")
_NAMED = re.compile(r"\[\s*[^\W\d][\w .-]*?\s*:\s*[^\[\]]*\]")
_CROSSED = re.compile(r"\[[^\s\[\]()]+\([\w.]+\)\]|(?:^|\s)\[[^\[\]]+\]\[[^\[\]]+\]")
_BRACKET = re.compile(r"[\[\]]")
_ESCAPED = str.maketrans({"\ue000": "[", "\ue001": "]"})


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
    yield from _pieces(annotation, _COLON, value=2, name=1)


def link_pieces(annotation: str) -> Iterator[tuple[str, str]]:
    """Cut "set [six](time)" into ("set ", ""), ("six", "time"); ValueError at a stray bracket."""
    yield from _pieces(annotation, _LINK, value=1, name=2)


def pieces(annotation: str) -> Iterator[tuple[str, str]]:
    """Cut a sentence at its slots in whichever of the two ways it has them."""
    return colon_pieces(annotation) if style(annotation) == "colon" else link_pieces(annotation)


def style(sentence: str) -> str:
    """How a sentence has its slots: "link" as [value](slot), "colon" as [slot : value], "" none."""
    if "[" not in sentence:
        return ""
    if _LINK.search(sentence):
        return "link"
    return "colon" if _NAMED.search(sentence) else ""


def _pieces(annotation: str, mark: re.Pattern[str], value: int, name: int) -> Iterator[Any]:
    hidden = hide_escaped(annotation)
    at = 0
    for match in mark.finditer(hidden):
        yield literal(hidden[at : match.start()]), ""
        yield show_escaped(match[value]), match[name]
        at = match.end()
    yield literal(hidden[at:]), ""


def hide_escaped(text: str) -> str:
    r"""The text with `\[` and `\]` hidden from whoever looks for marks; see `show_escaped`."""
    if "\\" not in text:
        return text
    return text.replace("\\[", "\ue000").replace("\\]", "\ue001")


def show_escaped(text: str) -> str:
    """The text with the brackets that `hide_escaped` hid."""
    return text if text.isascii() else text.translate(_ESCAPED)


def literal(text: str) -> str:
    """Text between marks: "array[0]" is what it says, half a mark is a mistake (ValueError)."""
    if "[" in text or "]" in text:
        depth = 0
        for bracket in _BRACKET.findall(text):
            depth += 1 if bracket == "[" else -1
            if depth not in (0, 1):
                break
        if depth or "](" in text or "]{" in text or _CROSSED.search(text):
            raise ValueError(f"unclosed slot bracket in {text.strip()!r}")
    return show_escaped(text)


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
