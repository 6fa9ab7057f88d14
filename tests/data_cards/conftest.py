"""What the tests of the data room share: a card made on the spot, and the real data if named."""

import gzip
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from data_cards.card import DATA_VARIABLE, Card, card
from data_cards.faults import Faults
from data_cards.jsonl import parse_row
from data_cards.records import Skill, Utterance
from data_cards.registry.loading import load

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")  # busy machines miss deadlines; a red build must mean a new fault

MakeCard = Callable[..., Card]


@pytest.fixture
def make_card() -> MakeCard:
    """A card of the reader and options given."""

    def make(reader: str, name: str = "toy", **reading: Any) -> Card:
        return Card.model_validate(
            {
                "pretty_name": "Toy",
                "license": "cc0-1.0",
                "language": ["en"],
                "name": name,
                "skillwise": {
                    "reader": reader,
                    "skill": "a toy",
                    "utterances": "written",
                    "locales": ["en-US", "en-GB", "de-DE"],
                    **reading,
                },
            }
        )

    return make


@pytest.fixture
def write() -> Callable[[Path, str | bytes], Path]:
    """Write a file and the folders above it, gzipped where its name ends so."""

    def write_to(path: Path, content: str | bytes) -> Path:
        raw = content.encode() if isinstance(content, str) else content
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
        return path

    return write_to


@pytest.fixture
def real() -> Callable[[str], tuple[list[Skill], Faults]]:
    """Read a card's real data; skipped where SKILLWISE_DATA does not name them."""

    def read(name: str) -> tuple[list[Skill], Faults]:
        if not os.environ.get(DATA_VARIABLE):
            pytest.skip(f"{DATA_VARIABLE} is not set: the real data of card {name} are not here")
        faults = Faults()
        return list(load(card(name), faults)), faults

    return read


@pytest.fixture
def reads_back() -> Callable[[Skill], bool]:
    """Whether every utterance of a skill, written in the neutral format, reads as it was."""

    def check(skill: Skill) -> bool:
        return all(
            parse_row(Path("a.jsonl"), 1, json.loads(json.dumps(_row(utterance)))) == utterance
            for utterance in (*skill.train, *skill.dev, *skill.test)
        )

    return check


@pytest.fixture
def lines_of() -> Callable[[str], list[str]]:
    """The lines of a text that are not empty, whatever ends them."""
    return lambda text: [line for line in re.split("\r\n|\n|\r", text) if line]


def _row(utterance: Utterance) -> dict[str, Any]:
    slots = [{"name": s.name, "start": s.start, "end": s.end} for s in utterance.frame.slots]
    return {
        "id": utterance.id, "tokens": list(utterance.tokens), "intent": utterance.frame.intent,
        "slots": slots, "text": utterance.text, "template": utterance.template,
    }  # fmt: skip
