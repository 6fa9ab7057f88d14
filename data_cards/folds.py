"""Folds of a training split: for cross-validation, and for features that learn from it."""

import hashlib
from collections.abc import Sequence

from data_cards.records import Utterance


def folds(utterances: Sequence[Utterance], n: int, seed: int) -> list[int]:
    """A fold for each utterance, even within each intent; expansions of a template stay together.

    A function of ids and seed alone, whatever order the utterances come in.
    """
    intents = {u.template or u.id: u.frame.intent for u in reversed(utterances)}
    ranked = sorted(intents, key=lambda g: (intents[g], number(f"{seed}|{g}")))
    chosen = {group: rank % n for rank, group in enumerate(ranked)}
    return [chosen[u.template or u.id] for u in utterances]


def number(text: str) -> int:
    """A number that depends on the text alone, on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
