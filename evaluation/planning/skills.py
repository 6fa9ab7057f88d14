"""From --suite, --data and --skills to the skills of a run, checked before anything is fitted."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from data_cards.card import Card, card, cards
from data_cards.errors import SkillwiseError, nearest
from data_cards.faults import Faults
from data_cards.jsonl import read_folder, read_skill
from data_cards.records import Skill
from data_cards.registry.loading import load
from evaluation.planning.skill_block import PackedSkill, pack

COLLECTED = "collected"
"""What --suite takes for every collected card at once."""

GIVEN = "given"
"""The suite of skills that come as objects."""

Row = tuple[Skill | PackedSkill, str, str]
"""A skill of a card, and why it cannot be measured: whole, and where its slots alone would do."""


class Readings:
    """What one plan has read: its skills are measured and teach others, and each card is read once.

    Skills are kept packed, as the plan keeps them: all of a card in a few megabytes.
    """

    def __init__(self, *, untested: bool = False) -> None:
        self._untested = untested
        self._cards: dict[str, tuple[list[Row], Faults]] = {}

    def rows(self, suite: Card) -> tuple[list[Row], Faults]:
        """The skills of a card, and the faults that its reader found."""
        if suite.name not in self._cards:
            faults = Faults()
            rows: list[Row] = [
                (pack(skill, suite.name), whole, slots_alone)
                for skill, whole, slots_alone in _rows(suite, faults, self._untested)
            ]
            self._cards[suite.name] = rows, faults
        return self._cards[suite.name]


def gather(
    suites: Iterable[str],
    folders: Iterable[Path],
    pattern: str = "*",
    *,
    slots_only: bool = False,
    readings: Readings | None = None,
    given: Iterable[Skill] = (),
    untested: bool = False,
) -> tuple[list[PackedSkill], list[str]]:
    """The skills whose key, or suite/key, matches the pattern, and notes on what was left out.

    Several patterns stand in one, parted by commas.

    A fault in a folder of --data is an error, for its owner can mend it; what a card's published
    data cannot offer is left out and noted. `readings` are kept where cards are asked for again.
    `given` are skills that are read already; they make the suite `GIVEN`.
    `untested` admits skills that have no test split, for cross-validation.
    """
    patterns = [pattern, *pattern.split(",")]
    found: dict[str, PackedSkill] = {}
    notes: list[str] = []
    seen: set[str] = set()
    sources: list[tuple[str, Iterator[Skill | PackedSkill]]] = [
        (name, _suite(name, slots_only, notes, readings, untested)) for name in _expanded(suites)
    ]
    sources += [(path.resolve().name, _folder(path, slots_only, untested)) for path in folders]
    sources += [(GIVEN, _measurable(given, slots_only, untested))]
    for suite, skills in sources:
        for skill in skills:
            label = f"{suite}/{skill.key}"
            if label in seen:
                raise SkillwiseError(
                    f"skill {label} is there twice; name each suite and data folder once, "
                    "and give folders different names"
                )
            seen.add(label)
            if any(fnmatchcase(name, p) for name in (skill.key, label) for p in patterns):
                found[label] = pack(skill, suite) if isinstance(skill, Skill) else skill
    if not seen:
        raise SkillwiseError("no skill to measure was named; name a suite or a folder of skills")
    if not found:
        keys = [label.partition("/")[2] for label in seen]
        raise SkillwiseError(f"--skills {pattern}: matches no skill; {nearest(pattern, keys)}")
    return list(found.values()), notes


def _expanded(suites: Iterable[str]) -> list[str]:
    """The suites, with the word `collected` replaced by all that others collected and is here."""
    names: dict[str, None] = {}
    for name in suites:
        names |= dict.fromkeys(collected() if name == COLLECTED else [name])
    return list(names)


def collected() -> list[str]:
    """Cards of data that others collected, whose files are here, and that repeat no other card.

    Confirmatory cards are not among them: settings are chosen on collected skills, never on those.
    """
    found = []
    for name, known in sorted(cards().items()):
        source = known.skillwise.source
        if known.skillwise.repeats or source.packaged or not source.folder:
            continue
        if known.skillwise.confirmatory:
            continue
        try:
            if known.root.is_dir():
                found.append(name)
        except SkillwiseError:  # SKILLWISE_DATA is not set
            continue
    if not found:
        raise SkillwiseError(
            f"--suite {COLLECTED}: no collected data are here; set SKILLWISE_DATA to their folder"
        )
    return found


def _suite(
    name: str, slots_only: bool, notes: list[str], readings: Readings | None, untested: bool
) -> Iterator[Skill | PackedSkill]:
    suite = card(name)
    if readings is None:
        faults = Faults()
        rows: Iterable[Row] = _rows(suite, faults, untested)
    else:
        rows, faults = readings.rows(suite)
    for skill, whole, slots_alone in rows:
        reason = slots_alone if slots_only or suite.skillwise.slots_only else whole
        if reason:
            notes.append(f"suite {name}: {skill.key} left out, {reason}")
        else:
            yield skill
    if len(faults):
        notes.append(
            f"suite {name}: {len(faults)} faulty entries left out, "
            f"`skillwise cards check {name}` lists them"
        )


def _rows(suite: Card, faults: Faults, untested: bool) -> Iterator[tuple[Skill, str, str]]:
    for skill in load(suite, faults):
        whole, slots_alone = (_unmeasurable(skill, only, untested) for only in (False, True))
        yield skill, whole, slots_alone


def _measurable(skills: Iterable[Skill], slots_only: bool, untested: bool) -> Iterator[Skill]:
    for skill in skills:
        reason = _unmeasurable(skill, slots_only, untested)
        if reason:
            raise SkillwiseError(f"skill {skill.key}: cannot be measured, {reason}")
        yield skill


def _unmeasurable(skill: Skill, slots_only: bool, untested: bool) -> str:
    for split in ("train",) if untested else ("train", "test"):
        if not getattr(skill, split):
            return f"it has no {split} utterance"
    if len(skill.intents) > 1:
        return ""
    if not skill.slot_names:
        return "it has one intent and no slots"
    return "" if slots_only else "it has one intent (--slots-only measures its slots alone)"


def _folder(path: Path, slots_only: bool, untested: bool) -> Iterator[Skill]:
    if (path / "train.jsonl").exists():  # somebody named the skill's own folder
        yield read_skill(path.resolve(), slots_only=slots_only, untested=untested)
    else:
        yield from read_folder(path, slots_only=slots_only, untested=untested)
