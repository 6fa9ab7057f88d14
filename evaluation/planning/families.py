"""Which skills may teach which: a target never meets itself, its siblings or its texts in stage 1.

Skills that bear one name (a skill's locales, the versions of a service) and skills that share
texts are one family; families fall into groups by a hash of their name, and the source model of a
group is trained on the skills of all other groups, less every text that stands in the group.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_cards.folds import number
from data_cards.overlap import text_hashes
from evaluation.planning.skill_block import PackedSkill, unpack

GROUPS = 6
"""Source models a language: each holds out a sixth of the families."""

SHARED = 0.3
"""Share of the smaller skill's texts from which two skills are one family."""

TELLING_WORDS, TELLING_SHARED = 5, 0.05
"""Texts of so many words are said by chance in no two skills: a smaller share of them tells.

Without the limit "yes please" and "start over" made one family of 66 of 169 English skills. What
is shared below it is out of stage 1 all the same, text by text.
"""

_VERSION = re.compile(r"[_-]?v?\d+$")


@dataclass(frozen=True)
class Texts:
    """The distinct texts of a skill, all splits, as ascending hashes."""

    skill: PackedSkill
    hashes: NDArray[np.uint64]
    telling: NDArray[np.uint64]  # those of the longer texts

    @classmethod
    def of(cls, skill: PackedSkill) -> "Texts":
        """Read a packed skill's texts."""
        content = unpack(skill)
        everything = (*content.train, *content.dev, *content.test)
        long = (u for u in everything if len(u.tokens) >= TELLING_WORDS)
        return cls(skill, np.unique(text_hashes(everything)), np.unique(text_hashes(long)))


def stem(name: str) -> str:
    """A skill's name without its version: "Buses_2" and "buses" are one."""
    lower = name.lower()
    return _VERSION.sub("", lower) or lower


def groups(skills: Sequence[Texts], count: int = GROUPS) -> dict[str, int]:
    """The group, 0 .. count - 1, of each skill by its label; families stay together."""
    family = _families(skills)
    return {label: number(name) % count for label, name in family.items()}


def _families(skills: Sequence[Texts]) -> dict[str, str]:
    """The family of each label, named by the least stem in it."""
    parent = list(range(len(skills)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[str, int] = {}
    for i, texts in enumerate(skills):
        parent[root(i)] = root(first.setdefault(stem(texts.skill.name), i))
    for pairs in (
        _sharing([texts.hashes for texts in skills], SHARED),
        _sharing([texts.telling for texts in skills], TELLING_SHARED),
    ):
        for i, j in pairs:
            parent[root(i)] = root(j)
    names: dict[int, str] = {}
    for i, texts in enumerate(skills):
        name = stem(texts.skill.name)
        names[root(i)] = min(names.get(root(i), name), name)
    return {texts.skill.label: names[root(i)] for i, texts in enumerate(skills)}


def _sharing(texts: Sequence[NDArray[np.uint64]], share: float) -> Iterator[tuple[int, int]]:
    """The pairs of skills that share more than a share of the smaller one's texts."""
    holders: dict[int, list[int]] = defaultdict(list)
    for i, hashes in enumerate(texts):
        for text in hashes.tolist():
            holders[text].append(i)
    counts: dict[tuple[int, int], int] = defaultdict(int)
    for several in holders.values():
        for at, i in enumerate(several):
            for j in several[at + 1 :]:
                counts[i, j] += 1
    for (i, j), shared in counts.items():
        if shared > share * min(len(texts[i]), len(texts[j])):
            yield i, j


def union(texts: Iterable[Texts]) -> NDArray[np.uint64]:
    """The texts of several skills, as ascending hashes."""
    parts = [t.hashes for t in texts]
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.uint64)
