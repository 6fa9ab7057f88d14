"""The readers, one small file each: a folder in somebody's format becomes `Skill`s.

A reader is `read(card, root, faults) -> Iterator[Skill]`. What it cannot use goes into `faults`.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from data_cards.card import Card
from data_cards.faults import Faults
from data_cards.readers import hwu64, snips
from data_cards.records import Skill

Reader = Callable[[Card, Path, Faults], Iterator[Skill]]

READERS: dict[str, Reader] = {
    "hwu64": hwu64.read,
    "snips": snips.read,
}
