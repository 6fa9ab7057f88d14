"""Annotations written into the sentence, as several formats do: text pieces to words and slots."""

from collections.abc import Iterable

from data_cards.records import Slot, span_fault
from data_cards.words import align, clean, words


def assemble(pieces: Iterable[tuple[str, str]]) -> tuple[str, tuple[str, ...], tuple[Slot, ...]]:
    """Join (text, slot name or "") pieces to a sentence: its text, words and slots.

    Raises ValueError, with the reason, where a slot has no word or two slots share one.
    """
    text, marks = "", []
    for piece, name in pieces:
        cleaned = clean(piece)
        if name:
            marks.append((name, len(text), len(text) + len(cleaned)))
        text += cleaned
    found = words(text)
    slots = []
    for name, start, end in marks:
        slot = align(found, name, start, end)
        if slot is None:
            raise ValueError(f"slot {name!r} holds no word: {text[start:end]!r}")
        slots.append(slot)
    fault = span_fault(len(found), tuple(slots))
    if fault:
        raise ValueError(fault)
    return text.strip(), tuple(w.text for w in found), tuple(slots)
