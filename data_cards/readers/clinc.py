"""CLINC150: one JSON object of [text, intent] pairs a split; each of its ten domains is a skill."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_cards.card import Card
from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import fields, sources, splits
from data_cards.parsing.inline import assemble
from data_cards.parsing.options import Options, settle
from data_cards.records import Frame, Skill, Utterance

_PARTS = {"train": "train", "val": "dev", "test": "test"}


class ClincOptions(Options):
    """What else a domain is asked."""

    out_of_scope: bool = False  # add the out-of-scope queries to every domain, as intent "oos"


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield the ten domains of 15 intents each."""
    options = settle(card, ClincOptions)
    domains = _domains(root / "domains.json")
    path = root / "data_full.json"
    content = sources.json_content(path)
    found = splits.gather()
    for part, split in _PARTS.items():
        for utterance in _read(path, content, part, faults):
            domain = domains.get(utterance.frame.intent)
            if domain is None:
                faults.add(path, None, f"{utterance.id}: {utterance.frame.intent!r} has no domain")
                continue
            found[domain].add(split, utterance)
        if options.out_of_scope:
            for utterance in _read(path, content, f"oos_{part}", faults):
                for domain in set(domains.values()):
                    found[domain].add(split, utterance)
    yield from splits.skills(found, "en-US")


def _domains(path: Path) -> dict[str, str]:
    content = sources.json_content(path)
    if not isinstance(content, dict) or not all(isinstance(v, list) for v in content.values()):
        raise DataError(path, 1, "is no object of lists", "fetch the file again")
    return {str(intent): domain for domain, intents in content.items() for intent in intents}


def _read(path: Path, content: Any, part: str, faults: Faults) -> Iterator[Utterance]:
    found = sources.locate(path)
    if not isinstance(content, dict) or not isinstance(content.get(part), list):
        raise DataError(found, 1, f"has no list {part!r}", "fetch the file again")
    for number, pair in enumerate(content[part], 1):
        id = f"{part}:{number}"
        try:
            if not isinstance(pair, list) or len(pair) != 2:
                raise ValueError(f"{str(pair)[:60]!r} is no [text, intent]")
            row = dict(zip(("text", "intent"), pair, strict=True))
            intent = fields.label(row, "intent")
            text, tokens, _ = assemble([(fields.string(row, "text"), "")])
        except ValueError as error:
            faults.add(found, None, f"{id}: {error}")
            continue
        yield Utterance(id, tokens, Frame(intent), text)
