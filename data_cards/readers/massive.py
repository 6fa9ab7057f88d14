"""MASSIVE as published: one JSON-lines file a locale, `annot_utt` with `[slot : value]` inline."""

from collections.abc import Iterator
from pathlib import Path

from data_cards.card import Card
from data_cards.faults import Faults
from data_cards.parsing import fields, jsonlines, splits
from data_cards.parsing.inline import assemble, colon_pieces
from data_cards.parsing.options import Options, settle
from data_cards.records import Frame, Skill, Utterance

_PARTITIONS = {"train": "train", "dev": "dev", "test": "test"}


class MassiveOptions(Options):
    """Which of the 52 locales to read."""

    locales: tuple[str, ...] = ("en-US", "de-DE")


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield the 18 scenarios of each locale, split by the published `partition`."""
    for locale in settle(card, MassiveOptions).locales:
        found = splits.gather()
        for place, row in jsonlines.rows(root / f"data/{locale}.jsonl", faults):
            try:
                scenario, partition, utterance = _utterance(row)
            except ValueError as error:
                faults.add(place.path, place.line, str(error))
                continue
            found[scenario].add(partition, utterance)
        yield from splits.skills(found, locale)


def _utterance(row: object) -> tuple[str, str, Utterance]:
    partition = fields.label(row, "partition")
    if partition not in _PARTITIONS:
        raise ValueError(f"partition is {partition!r}, not one of {', '.join(_PARTITIONS)}")
    text, tokens, slots = assemble(colon_pieces(fields.string(row, "annot_utt")))
    frame = Frame(fields.label(row, "intent"), slots)
    utterance = Utterance(fields.label(row, "id"), tokens, frame, text)
    return fields.label(row, "scenario"), _PARTITIONS[partition], utterance
