"""The apple-orange probe as pairs: what was taught, and what is said instead."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from data_cards.card import card
from data_cards.readers.probe import SAME, SUBSTITUTED, content_words
from data_cards.records import Utterance
from data_cards.registry.loading import load

CARD = "apple-orange"


@dataclass(frozen=True, slots=True)
class Pair:
    """One test sentence in words of its skill's training split, and its partner in others."""

    skill: str
    """The skill's name without its half, e.g. "shopping"."""
    same: Utterance
    substituted: Utterance
    new_words: frozenset[str]
    """The partner's content words, normalised; none of them stands in the training split."""


def read_pairs() -> tuple[Pair, ...]:
    """The pairs of the probe, skill by skill; partners bear one id."""
    halves = {skill.key: skill for skill in load(card(CARD))}
    found = []
    for half in halves.values():
        name, _, which = half.name.rpartition("-")
        if which == SUBSTITUTED:
            partners = halves[f"{name}-{SAME}@{half.locale}"].test
            found += [
                Pair(name, same, other, content_words(other.tokens, half.language))
                for same, other in zip(partners, half.test, strict=True)
            ]
    return tuple(found)


def unknown_words(pairs: Iterable[Pair], vocabulary: Collection[str]) -> tuple[str, ...]:
    """The new words that no vector stands for: a pair with one of them tests spelling alone."""
    return tuple(sorted({w for pair in pairs for w in pair.new_words if w not in vocabulary}))
