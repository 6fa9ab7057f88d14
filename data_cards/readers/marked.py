"""Utterances with marked slots to a skill, as the readers of one export each make it."""

from collections.abc import Iterable, Mapping, Sequence

from data_cards.parsing import splits
from data_cards.parsing.expansion import distinct
from data_cards.parsing.inline import assemble
from data_cards.parsing.templates import folded
from data_cards.records import Frame, Skill, Utterance

Mark = tuple[str, int, int]
"""Slot, first character, character after the last."""


def utterance(id: str, intent: str, pieces: Sequence[tuple[str, str]]) -> Utterance:
    """The utterance of (text, slot or "") pieces; ValueError where they do not make one."""
    text, tokens, slots = assemble(pieces)
    template = "".join(f"{{{slot}}}" if slot else piece for piece, slot in pieces)
    return Utterance(id, tokens, Frame(intent, slots), text, template)


def outermost(marks: Iterable[Mark]) -> list[Mark]:
    """The marks that lie in no other; of equal ones the first."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (m[1], -m[2])):
        if not any(outer[1] <= mark[1] and mark[2] <= outer[2] for outer in kept):
            kept.append(mark)
    return kept


def skill(
    name: str,
    locale: str,
    utterances: Sequence[Utterance],
    catalogs: Mapping[str, Iterable[str]],
    test_share: float,
) -> Skill:
    """The skill; the share of each intent's sentences, by template, is its test split.

    Values are kept of the slots that utterances show.
    """
    used = {slot.name for u in utterances for slot in u.frame.slots}
    parts = splits.hold_out_within(utterances, test_share, key=lambda u: folded(u.template))
    listed = {slot: distinct(catalogs[slot]) for slot in sorted(used & catalogs.keys())}
    gazetteers = {slot: values for slot, values in listed.items() if values}
    return Skill(name, locale, tuple(parts.train), (), tuple(parts.test), gazetteers)
