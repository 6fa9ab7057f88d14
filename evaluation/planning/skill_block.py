"""A skill as one compressed block: small to hold by the thousand, quick to send to a worker.

The block is the canonical JSON of the skill, so its digest says whether data are the same, wherever
they were read from. A worker unpacks a skill once, whatever number of cells it does of it.
"""

import hashlib
import json
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from data_cards.records import Frame, Skill, Slot, Utterance
from evaluation.scoring.names import SkillRef, language


@dataclass(frozen=True, slots=True)
class PackedSkill:
    """A skill's block with what the driver needs to know of it. `suite` is where it came from.

    `deal` is the fold of each row where the skill is cross-validated: the block then holds all
    rows as its test split (`evaluation.scoring.deals`).
    """

    suite: str
    key: str
    name: str
    locale: str
    n_train: int
    n_test: int
    digest: str
    block: bytes
    deal: bytes = b""

    @property
    def language(self) -> str:
        """The locale's language: "en" of "en-GB"."""
        return language(self.locale)

    @property
    def label(self) -> str:
        """Suite and key: unique within a run."""
        return SkillRef(self.suite, self.name, self.locale).label


def pack(skill: Skill, suite: str) -> PackedSkill:
    """Pack a skill of a suite."""
    content = {
        "name": skill.name,
        "locale": skill.locale,
        **{split: utterances_json(getattr(skill, split)) for split in ("train", "dev", "test")},
        "gazetteers": {name: list(values) for name, values in sorted(skill.gazetteers.items())},
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return PackedSkill(
        suite=suite,
        key=skill.key,
        name=skill.name,
        locale=skill.locale,
        n_train=len(skill.train),
        n_test=len(skill.test),
        digest=hashlib.sha256(text).hexdigest(),
        block=zlib.compress(text),
    )


def unpack(packed: PackedSkill) -> Skill:
    """The skill that was packed: `unpack(pack(s, "x")) == s`."""
    return _unpack(packed.block)


@lru_cache(maxsize=8)
def _unpack(block: bytes) -> Skill:
    content = json.loads(zlib.decompress(block))
    return Skill(
        content["name"],
        content["locale"],
        utterances(content["train"]),
        utterances(content["dev"]),
        utterances(content["test"]),
        {name: tuple(values) for name, values in content["gazetteers"].items()},
    )


def utterances_json(rows: tuple[Utterance, ...]) -> list[list[Any]]:
    """Utterances as lists: id, tokens, frame, text, template."""
    return [[u.id, list(u.tokens), frame_json(u.frame), u.text, u.template] for u in rows]


def utterances(rows: list[list[Any]]) -> tuple[Utterance, ...]:
    """Inverse of `utterances_json`."""
    return tuple(
        Utterance(number, tuple(tokens), frame(answer), text, template)
        for number, tokens, answer, text, template in rows
    )


def frame_json(answer: Frame) -> list[Any]:
    """A frame as a list: intent, [[name, start, end], ...]."""
    return [answer.intent, [[s.name, s.start, s.end] for s in answer.slots]]


def frame(row: list[Any]) -> Frame:
    """Inverse of `frame_json`."""
    return Frame(row[0], tuple(Slot(name, start, end) for name, start, end in row[1]))
