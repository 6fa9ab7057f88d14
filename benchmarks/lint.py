"""How many of 100 planted faults `skillwise cards lint` finds, kind by kind.

The faults are planted into the starter suite, several into each skill, always the same ones. A
fault is found if a finding names its utterance that was not there before. It may be of a kind
beside its own: a slot that was taken off contradicts the utterance that keeps it, too.

    python benchmarks/lint.py --json lint.json
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the rooms, before this folder's pretrain.py

from data_cards.card import card  # noqa: E402
from data_cards.lint.rules import lint  # noqa: E402
from data_cards.records import Frame, Skill, Slot, Utterance  # noqa: E402
from data_cards.registry.loading import load  # noqa: E402
from evaluation.results.figures import write_figures  # noqa: E402

MEASURES = ("data_cards.lint.rules",)
SEED = 19


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault: its kind, and the id of the utterance (or the intent) that it is in."""

    kind: str
    skill: str
    id: str


Change = tuple[Skill, str]
"""A skill with one more fault, and the id that a finding must name."""


def _other_intent(skill: Skill, utterance: Utterance, dice: random.Random) -> str:
    return dice.choice([i for i in skill.intents if i != utterance.frame.intent])


def _add(skill: Skill, made: Utterance) -> Change:
    return replace(skill, train=(*skill.train, made)), made.id


def _swap(skill: Skill, made: Utterance) -> Change:
    return replace(skill, train=tuple(made if u.id == made.id else u for u in skill.train)), made.id


def _values(skill: Skill) -> Counter[tuple[str, tuple[str, ...]]]:
    return Counter((s.name, _value(u, s)) for u in skill.train for s in u.frame.slots)


def _value(utterance: Utterance, slot: Slot) -> tuple[str, ...]:
    return tuple(word.lower() for word in utterance.words(slot))


def _worded(values: Iterable[str]) -> bool:
    return any(word.isalpha() for word in values)


def _without(utterance: Utterance, slot: Slot) -> Frame:
    rest = tuple(s for s in utterance.frame.slots if s != slot)
    return Frame(utterance.frame.intent, rest)


def two_intents(skill: Skill, name: str, dice: random.Random) -> Change:
    """A training utterance once more, under another intent."""
    chosen = dice.choice(skill.train)
    frame = replace(chosen.frame, intent=_other_intent(skill, chosen, dice))
    return _add(skill, replace(chosen, id=name, frame=frame))


def near_intents(skill: Skill, name: str, dice: random.Random) -> Change:
    """The same with a word added at the end, or with two letters of a word in the wrong order."""
    chosen = dice.choice([u for u in skill.train if len(u.tokens) >= 4 and _mistyped(u, dice)])
    tokens = (*chosen.tokens, "please")
    if dice.random() < 0.5:
        tokens = _mistyped(chosen, dice)
    frame = replace(chosen.frame, intent=_other_intent(skill, chosen, dice))
    return _add(skill, Utterance(name, tokens, frame))


def _mistyped(utterance: Utterance, dice: random.Random) -> tuple[str, ...]:
    inside = {i for s in utterance.frame.slots for i in range(s.start, s.end)}
    words = [i for i, w in enumerate(utterance.tokens) if len(w) >= 5 and w[1] != w[2]]
    words = [i for i in words if i not in inside]
    if not words:
        return ()
    at = dice.choice(words)
    word = utterance.tokens[at]
    changed = word[0] + word[2] + word[1] + word[3:]
    return (*utterance.tokens[:at], changed, *utterance.tokens[at + 1 :])


def unmarked(skill: Skill, name: str, dice: random.Random) -> Change:
    """A slot taken off whose value is annotated elsewhere."""
    known = _values(skill)
    chosen, slot = dice.choice([
        (u, s) for u in skill.train for s in u.frame.slots
        if known[s.name, _value(u, s)] > 1 and _worded(u.words(s))
    ])  # fmt: skip
    return _swap(skill, replace(chosen, frame=_without(chosen, slot)))


def two_slots(skill: Skill, name: str, dice: random.Random) -> Change:
    """A slot named as another one, though its value is annotated rightly elsewhere."""
    known = _values(skill)
    chosen, slot = dice.choice([
        (u, s) for u in skill.train for s in u.frame.slots
        if known[s.name, _value(u, s)] > 1 and _worded(u.words(s))
    ])  # fmt: skip
    others = [n for n in skill.slot_names if n not in {s.name for s in chosen.frame.slots}]
    slots = (*_without(chosen, slot).slots, replace(slot, name=dice.choice(others)))
    return _swap(skill, replace(chosen, frame=Frame(chosen.frame.intent, slots)))


def few(skill: Skill, name: str, dice: random.Random) -> Change:
    """An intent of which two or three utterances are left."""
    sizes = Counter(u.frame.intent for u in skill.train)
    intent = dice.choice(sorted(i for i, n in sizes.items() if n >= 5))
    own = [u for u in skill.train if u.frame.intent == intent]
    dropped = {u.id for u in own[dice.choice((2, 3)) :]}
    return replace(skill, train=tuple(u for u in skill.train if u.id not in dropped)), own[0].id


def overlap(skill: Skill, name: str, dice: random.Random) -> Change:
    """A training utterance that is in test as well."""
    made = replace(dice.choice(skill.train), id=name)
    return replace(skill, test=(*skill.test, made)), name


def same_text(skill: Skill, name: str, dice: random.Random) -> Change:
    """A training utterance once more, one slot less."""
    chosen = dice.choice([u for u in skill.train if u.frame.slots])
    frame = _without(chosen, dice.choice(chosen.frame.slots))
    return _add(skill, replace(chosen, id=name, frame=frame))


def same_carrier(skill: Skill, name: str, dice: random.Random) -> Change:
    """A training utterance with another value of its slot, which is not annotated."""
    chosen = dice.choice([
        u for u in skill.train
        if len(u.frame.slots) == 1 and len(u.tokens) >= 4 and _worded(u.words(u.frame.slots[0]))
    ])  # fmt: skip
    slot = chosen.frame.slots[0]
    others = sorted(v for n, v in _values(skill) if n == slot.name and _worded(v))
    value = dice.choice([v for v in others if v != _value(chosen, slot)])
    tokens = (*chosen.tokens[: slot.start], *value, *chosen.tokens[slot.end :])
    return _add(skill, Utterance(name, tokens, Frame(chosen.frame.intent)))


def boundary(skill: Skill, name: str, dice: random.Random) -> Change:
    """A slot that takes in the word before it."""
    free = [
        (u, s) for u in skill.train for s in u.frame.slots
        if s.start and all(o.end != s.start for o in u.frame.slots) and _worded(u.words(s))
    ]  # fmt: skip
    chosen, slot = dice.choice(free)
    slots = (*_without(chosen, slot).slots, replace(slot, start=slot.start - 1))
    return _swap(skill, replace(chosen, frame=Frame(chosen.frame.intent, slots)))


SLOTS = frozenset({"contradiction", "boundary", "unmarked-slot", "two-slots"})
PLANTS: tuple[tuple[str, int, frozenset[str], Callable[..., Change]], ...] = (
    ("few", 14, frozenset({"few-utterances"}), few),
    ("two intents", 14, frozenset({"two-intents"}), two_intents),
    ("near intents", 14, frozenset({"near-intents"}), near_intents),
    ("unmarked", 15, SLOTS, unmarked),
    ("two slots", 14, SLOTS, two_slots),
    ("overlap", 14, frozenset({"test-overlap"}), overlap),
    ("same text", 5, SLOTS, same_text),
    ("same carrier", 5, SLOTS, same_carrier),
    ("boundary", 5, SLOTS, boundary),
)
"""A fault, how often it is planted, and the kinds of finding that tell it.

`few` comes first, for it would take other faults away with the utterances that it drops.
"""


def plant(skills: Sequence[Skill], seed: int = SEED) -> tuple[list[Skill], list[Planted]]:
    """The skills with all faults of `PLANTS` in them, turn about, and what was planted."""
    dice = random.Random(seed)
    faulty = list(skills)
    planted: list[Planted] = []
    for kind, times, _, change in PLANTS:
        for _ in range(times):
            at = len(planted) % len(faulty)
            name = f"planted:{len(planted)}"
            faulty[at], where = change(faulty[at], name, dice)
            planted.append(Planted(kind, faulty[at].key, where))
    return faulty, planted


def found(
    clean: Sequence[Skill], faulty: Sequence[Skill], planted: Sequence[Planted]
) -> list[bool]:
    """Whether each planted fault is told by a finding that the clean skills do not have."""
    kinds = {kind: told for kind, _, told, _ in PLANTS}
    before = {_told(f.kind.name, s.key, p.id) for s in clean for f in lint(s) for p in f.places}
    after = {_told(f.kind.name, s.key, p.id) for s in faulty for f in lint(s) for p in f.places}
    new = after - before
    return [any(_told(k, p.skill, p.id) in new for k in kinds[p.kind]) for p in planted]


def _told(kind: str, skill: str, id: str) -> tuple[str, str, str]:
    return kind, skill, id


def main() -> int:
    """Plant, lint, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--missed", action="store_true", help="list the faults that were missed")
    asked = parser.parse_args()
    started = time.monotonic()
    clean = list(load(card("starter")))
    faulty, planted = plant(clean)
    told = found(clean, faulty, planted)
    for kind, times, *_ in PLANTS:
        hits = sum(ok for p, ok in zip(planted, told, strict=True) if p.kind == kind)
        print(f"{kind:<14}{hits:>3} of {times}")
    print(f"{'all':<14}{sum(told):>3} of {len(told)}")
    if asked.missed:
        for fault, ok in zip(planted, told, strict=True):
            if not ok:
                print(fault)
    if asked.json:
        figures: dict[str, float | None] = {"lint_planted": len(told), "lint_found": sum(told)}
        for kind, *_ in PLANTS:
            hits = sum(ok for p, ok in zip(planted, told, strict=True) if p.kind == kind)
            figures[f"lint_found_{kind.replace(' ', '_')}"] = hits
        write_figures(asked.json, figures, time.monotonic() - started, MEASURES)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
