"""RESTAURANTS-8k: one JSON list a split, values by character span; slots only, one skill."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_cards.card import Card
from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import fields, sources
from data_cards.parsing.inline import assemble, marked_pieces
from data_cards.parsing.options import Options, settle
from data_cards.records import Frame, Skill, Utterance


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield the one skill, with no intent: train_0 trains, test tests."""
    settle(card, Options)
    train = tuple(_read(root / "train_0.json", "train", faults))
    test = tuple(_read(root / "test.json", "test", faults))
    yield Skill("restaurant8k", "en-GB", train, (), test)


def _read(path: Path, split: str, faults: Faults) -> Iterator[Utterance]:
    content = sources.json_content(path)
    path = sources.locate(path)
    if not isinstance(content, list):
        raise DataError(path, 1, "is no list", "fetch the file again")
    for number, entry in enumerate(content, 1):
        try:
            said = fields.string(entry.get("userInput") if isinstance(entry, dict) else 0, "text")
            marks = [_mark(label) for label in fields.rows(entry, "labels")]
            text, tokens, slots = assemble(marked_pieces(said, marks))
        except ValueError as error:
            faults.add(path, None, f"entry {number}: {error}")
            continue
        yield Utterance(f"{split}:{number}", tokens, Frame("", slots), text)


def _mark(label: Any) -> tuple[str, int, int]:
    span = label.get("valueSpan") if isinstance(label, dict) else None
    start = fields.whole(span, "startIndex", 0)  # left out by its publisher where it is 0
    return fields.string(label, "slot"), start, fields.whole(span, "endIndex")
