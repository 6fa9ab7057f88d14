"""What is new to a system in a test utterance: values and words that its training never showed.

A results file keeps no training utterances, so this is noted beside the answers, by the worker that
does the first cell of a draw: of each test utterance, how its words and its gold slots' values
stood to what was learnt from. Values are compared as words in the form of every vocabulary
(`words.normalise`). No cell's numbers depend on it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from data_cards.draws import draw
from data_cards.records import Skill, Utterance
from data_cards.words import normalise
from evaluation.planning.skill_block import PackedSkill, unpack
from evaluation.planning.vectors import Vectors
from evaluation.scoring.deals import in_order, parts
from pretrain.store.vector_store import VectorStore

SEEN, LISTED, UNSEEN = range(3)
"""A slot's value: in training under this slot; only in its catalog; in neither."""

KNOWN, IN_VECTORS, OUT_OF_VECTORS, NEW = range(4)
"""An utterance's words: all in training; some not, but the vectors know these; or do not know one
of them; some not, and the run had no vectors of this language to ask."""


class Vocabulary(Protocol):
    """Says which words it has: a row each, negative where it lacks one."""

    def rows(self, words: list[str]) -> Iterable[int]: ...


@dataclass(frozen=True, slots=True)
class Novelty:
    """Of each test utterance: one of `KNOWN` …, and of each of its gold slots one of `SEEN` …"""

    words: tuple[int, ...]
    values: tuple[tuple[int, ...], ...]


def novelty(drawn: Skill, vocabulary: Vocabulary | None) -> Novelty:
    """What the training split of a drawn skill leaves new in its test split."""
    words = {normalise(w) for u in drawn.train for w in u.tokens}
    values = {v for u in drawn.train for v in _values(u)}
    listed = {
        (name, tuple(normalise(w) for w in value.split()))
        for name, catalog in drawn.gazetteers.items()
        for value in catalog
    }
    fresh = sorted({normalise(w) for u in drawn.test for w in u.tokens} - words)
    rows = vocabulary.rows(fresh) if vocabulary is not None and fresh else [-1] * len(fresh)
    lacking = {word for word, row in zip(fresh, rows, strict=True) if row < 0}
    found_words, found_values = [], []
    for utterance in drawn.test:
        new = {normalise(w) for w in utterance.tokens} - words
        found_words.append(
            KNOWN if not new
            else NEW if vocabulary is None
            else OUT_OF_VECTORS if new & lacking
            else IN_VECTORS
        )  # fmt: skip
        found_values.append(
            tuple(
                SEEN if value in values else LISTED if value in listed else UNSEEN
                for value in _values(utterance)
            )
        )
    return Novelty(tuple(found_words), tuple(found_values))


def draw_key(data_digest: str, shots: int | None, seed: int, vectors_digest: str) -> str:
    """The name of a draw and of the vectors that were asked; all utterances are one draw."""
    parts = [data_digest, shots, None if shots is None else seed, vectors_digest]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Noting:
    """What a worker is to note beside a cell: the novelty of its draw, kept under the name `draw`;
    `vectors` are those of its language that the run has, whether its system reads them or not."""

    draw: str
    vectors: Vectors | None


def noting(skill: PackedSkill, shots: int | None, seed: int, vectors: Vectors | None) -> Noting:
    """What is to be noted of a draw of a skill."""
    digest = vectors.digest if vectors is not None else ""
    return Noting(draw_key(skill.digest, shots, seed, digest), vectors)


def noted(wanted: Noting, skill: PackedSkill, shots: int | None, seed: int) -> Novelty:
    """Find what is to be noted; a store is opened once in a process."""
    store = _store(wanted.vectors) if wanted.vectors is not None else None
    if not skill.deal:
        return novelty(draw(unpack(skill), shots, seed), store)
    found = [novelty(draw(part, shots, seed), store) for part in parts(unpack(skill), skill.deal)]
    return Novelty(
        in_order(skill.deal, [each.words for each in found]),
        in_order(skill.deal, [each.values for each in found]),
    )


@lru_cache(maxsize=8)
def _store(vectors: Vectors) -> VectorStore:
    return VectorStore.open(vectors.path)


def _values(utterance: Utterance) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (slot.name, tuple(normalise(w) for w in utterance.words(slot)))
        for slot in utterance.frame.slots
    ]
