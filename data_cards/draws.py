"""Frozen draws: which training utterances a few-shot run sees, and what may be tuned on.

A draw is a function of the utterances' ids and the seed alone, so it is the same on every machine
and in every release, and the 5-shot set lies inside the 10-shot set of the same seed.
"""

from collections import Counter, defaultdict
from dataclasses import replace

from data_cards.errors import SkillwiseError
from data_cards.folds import number
from data_cards.records import Skill, Utterance


def draw(skill: Skill, shots: int | None, seed: int = 0) -> Skill:
    """Keep `shots` training utterances of each intent (all of a smaller intent; None keeps all).

    Expansions of one template come one by one: no template stands twice before each stood once.
    """
    if shots is None:
        return skill
    if shots < 1:
        raise SkillwiseError(f"--shots {shots}: draw at least 1 utterance per intent")
    by_intent: dict[str, list[Utterance]] = defaultdict(list)
    for utterance in _ranked(skill, seed):
        by_intent[utterance.frame.intent].append(utterance)
    kept = {u.id for ranked in by_intent.values() for u in ranked[:shots]}
    return replace(skill, train=tuple(u for u in skill.train if u.id in kept))


def develop(skill: Skill, shots: int | None, seed: int = 0) -> Skill:
    """A skill to tune on, whose test split is training data: the reported test is never touched.

    A fifth of the templates (of the utterances, where none was expanded) becomes its test split;
    the training split is drawn from the others.
    """
    groups = {u.template or u.id for u in skill.train}
    held = {g for g in groups if number(f"develop|{skill.key}|{g}") % 5 == 0}
    train = tuple(u for u in skill.train if (u.template or u.id) not in held)
    known = {u.frame.intent for u in train}
    test = tuple(u for u in skill.train if (u.template or u.id) in held and u.frame.intent in known)
    return draw(replace(skill, train=train, dev=(), test=test), shots, seed)


def _ranked(skill: Skill, seed: int) -> list[Utterance]:
    shuffled = sorted(skill.train, key=lambda u: number(f"{seed}|{skill.key}|{u.id}"))
    turn: Counter[tuple[str, str]] = Counter()
    ranks = []
    for position, utterance in enumerate(shuffled):
        group = (utterance.frame.intent, utterance.template or utterance.id)
        ranks.append((turn[group], position, utterance))
        turn[group] += 1
    return [utterance for _, _, utterance in sorted(ranks, key=lambda r: r[:2])]
