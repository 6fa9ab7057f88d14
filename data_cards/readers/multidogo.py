"""MultiDoGO paper splits: tab-separated customer turns, a label a word; a domain is a skill."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Literal

from data_cards.card import Card
from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import csv_rows, fields, splits
from data_cards.parsing.inline import assemble, token_pieces
from data_cards.parsing.options import Options, settle
from data_cards.records import Frame, Skill, Slot, Utterance

_NEEDED = ("utteranceId", "utterance", "slot-labels", "intent")


class MultidogoOptions(Options):
    """Which of the published annotations to read."""

    level: Literal["sentence", "turn"] = "sentence"
    deduplicate_test: bool = False  # leave out test utterances whose words stand in train


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield one skill a domain, with the published train, dev and test."""
    options = settle(card, MultidogoOptions)
    top = root / f"splits_annotated_at_{options.level}_level"
    if not top.is_dir():
        raise DataError(top, None, "no such folder", "fetch the data set again")
    for folder in sorted(p for p in top.iterdir() if p.is_dir()):
        parts = {
            split: list(_read(folder / f"{split}.tsv", faults))
            for split in ("train", "dev", "test")
        }
        if options.deduplicate_test:
            parts["test"] = splits.unseen(parts["test"], parts["train"])
        train, dev, test = (tuple(parts[split]) for split in ("train", "dev", "test"))
        yield Skill(folder.name, "en-US", train, dev, test)


def _read(path: Path, faults: Faults) -> Iterator[Utterance]:
    for place, row in csv_rows.rows(path, faults, delimiter="\t", needed=_NEEDED):
        try:
            # One space parts words: a line break or tab within a cell is a word with a label.
            tokens = row["utterance"].split(" ")
            text, words, slots = assemble(
                token_pieces(tokens, _spans(tokens, row["slot-labels"].split(" ")))
            )
            id, intent = fields.label(row, "utteranceId"), fields.label(row, "intent")
        except ValueError as error:
            faults.add(place.path, place.line, str(error))
            continue
        yield Utterance(id, words, Frame(intent, slots), text)


def _spans(tokens: list[str], labels: list[str]) -> list[Slot]:
    """Join neighbours of one label: the labels have no B- and I-."""
    if len(tokens) != len(labels):
        raise ValueError(f"has {len(tokens)} words and {len(labels)} labels")
    found, at = [], 0
    for label, run in groupby(labels):
        end = at + len(list(run))
        if label != "O":
            found.append(Slot(label, at, end))
        at = end
    return found
