"""BANKING77: `text,category` CSV, one skill of 77 intents."""

from collections.abc import Iterator
from pathlib import Path

from data_cards.card import Card
from data_cards.faults import Faults
from data_cards.parsing import csv_rows, fields
from data_cards.parsing.inline import assemble
from data_cards.parsing.options import Options, settle
from data_cards.records import Frame, Skill, Utterance


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield the one skill, with the published train and test."""
    settle(card, Options)
    train = tuple(_read(root / "train.csv", faults))
    test = tuple(_read(root / "test.csv", faults))
    yield Skill("banking77", "en-GB", train, (), test)


def _read(path: Path, faults: Faults) -> Iterator[Utterance]:
    for number, (place, row) in enumerate(
        csv_rows.rows(path, faults, needed=("text", "category")), 1
    ):
        try:
            text, tokens, _ = assemble([(row["text"], "")])
            intent = fields.label(row, "category")
        except ValueError as error:
            faults.add(place.path, place.line, str(error))
            continue
        yield Utterance(f"{path.stem}:{number}", tokens, Frame(intent), text)
