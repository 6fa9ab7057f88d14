"""SLURP: JSON lines with `[slot : value]` inline; a scenario is a skill."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field

from data_cards.card import Card
from data_cards.faults import Faults
from data_cards.parsing import fields, jsonlines, splits
from data_cards.parsing.inline import assemble, colon_pieces
from data_cards.parsing.options import Options, settle
from data_cards.records import Frame, Skill, Utterance

_PUBLISHED = {"train": "train", "devel": "dev", "test": "test"}


class SlurpOptions(Options):
    """Which of SLURP's files there are, and so where its test split comes from."""

    split: Literal["hash", "published"] = "hash"  # hash: cut devel; published: all three files
    test_share: float = Field(0.3, gt=0, lt=1)  # of the distinct texts, for `hash`


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield the 18 scenarios; `split: hash` cuts the development file by hash of the text."""
    options = settle(card, SlurpOptions)
    found = splits.gather()
    files = _PUBLISHED if options.split == "published" else {"devel": "train"}
    for stem, split in files.items():
        for scenario, utterance in _read(root / f"slurp/{stem}.jsonl", faults):
            found[scenario].add(split, utterance)
    if options.split == "hash":
        found.update({n: splits.hold_out(p.train, options.test_share) for n, p in found.items()})
    yield from splits.skills(found, "en-GB")


def _read(path: Path, faults: Faults) -> Iterator[tuple[str, Utterance]]:
    for place, row in jsonlines.rows(path, faults):
        try:
            scenario, intent = fields.label(row, "scenario"), fields.label(row, "intent")
            annotation = fields.string(row, "sentence_annotation")
            text, tokens, slots = assemble(colon_pieces(annotation))
            number = fields.whole(row, "slurp_id")
        except ValueError as error:
            faults.add(place.path, place.line, str(error))
            continue
        yield scenario, Utterance(str(number), tokens, Frame(intent, slots), text)
