"""From a card to its skills."""

from collections.abc import Iterator

from data_cards.card import Card
from data_cards.errors import SkillwiseError, nearest
from data_cards.faults import Faults
from data_cards.readers import READERS
from data_cards.records import Skill


def load(card: Card, faults: Faults | None = None) -> Iterator[Skill]:
    """Yield the card's skills, one at a time, so that memory stays flat over large sources.

    Entries that cannot be used are added to `faults`, with file, line and reason.
    """
    reader = READERS.get(card.skillwise.reader)
    if reader is None:
        raise SkillwiseError(
            f"card {card.name}: no reader {card.skillwise.reader!r}; "
            f"{nearest(card.skillwise.reader, READERS)}"
        )
    yield from reader(card, card.root, faults if faults is not None else Faults())
