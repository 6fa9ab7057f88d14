"""What `--folds` makes of the skills of a run: pools of all their rows, dealt anew by each seed."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from data_cards.errors import SkillwiseError
from data_cards.records import Skill
from evaluation.planning.skill_block import PackedSkill, pack, unpack
from evaluation.scoring import deals

NAMED = 5
"""Intents that a note names at most."""


def pooled(skills: Iterable[PackedSkill], folds: int) -> tuple[list[PackedSkill], list[str]]:
    """The skills with all their rows in one pool each, and what is to be known of it.

    Raises `SkillwiseError` for a skill with fewer rows, or templates, than folds.
    """
    found, notes = [], [
        f"cross-validated: each seed deals all rows of a skill (train, dev and test) into {folds} "
        "folds, each answered by a system that was fitted on the others; the answers of a deal "
        "are one test split, and intervals are widened, since folds share training utterances"
    ]  # fmt: skip
    for packed in skills:
        skill = deals.pool(unpack(packed))
        groups = {u.template or u.id for u in skill.test}
        if len(groups) < folds:
            raise SkillwiseError(
                f"--folds {folds}: skill {packed.label} has {len(groups)} utterances to deal, "
                "expansions of a template counted as one; give fewer folds, or leave it out by "
                "--skills"
            )
        alone = _alone(skill)
        if alone:
            shown = ", ".join(repr(name) for name in alone[:NAMED])
            more = f" and {len(alone) - NAMED} more" if len(alone) > NAMED else ""
            notes.append(
                f"skill {packed.label}: intents with a single utterance or template cannot be "
                f"both learnt and asked, and count as not known: {shown}{more}"
            )
        found.append(pack(skill, packed.suite))
    return found, notes


def dealt(skill: PackedSkill, folds: int, seed: int) -> PackedSkill:
    """A pool with a seed's deal of its rows; its digest is of rows and deal."""
    return _dealt(skill, folds, seed)


@lru_cache(maxsize=64)
def _dealt(skill: PackedSkill, folds: int, seed: int) -> PackedSkill:
    deal = deals.deal(unpack(skill).test, folds, seed)
    digest = hashlib.sha256(skill.digest.encode() + b"|" + deal).hexdigest()
    return replace(skill, digest=digest, deal=deal)


def _alone(skill: Skill) -> list[str]:
    """The intents all of whose rows stand in one fold, whatever the deal."""
    groups: dict[str, set[str]] = defaultdict(set)
    for utterance in skill.test:
        groups[utterance.frame.intent].add(utterance.template or utterance.id)
    return sorted(intent for intent, own in groups.items() if len(own) == 1)
