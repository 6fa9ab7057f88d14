"""Any delimited files by column names: a file a split, or one file for all of them."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from data_cards.card import Card
from data_cards.faults import Faults
from data_cards.parsing import csv_rows
from data_cards.parsing.columns import SPLITS, Columns, Row, read_rows
from data_cards.parsing.options import settle
from data_cards.records import Skill


class CsvOptions(Columns):
    """The files, and what their columns hold."""

    files: dict[str, str] = Field(min_length=1)  # train, dev, test or "all" -> path below root
    delimiter: str = Field(",", min_length=1, max_length=1)


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield the skills that the rows make; see `Columns`."""
    options = settle(card, CsvOptions)
    yield from read_rows(_rows(root, options, faults), options, faults)


def _rows(root: Path, options: CsvOptions, faults: Faults) -> Iterator[Row]:
    for split, name in options.files.items():
        for place, row in csv_rows.rows(
            root / name, faults, delimiter=options.delimiter, needed=options.named
        ):
            yield place.path, place.line, SPLITS.get(split, ""), row
