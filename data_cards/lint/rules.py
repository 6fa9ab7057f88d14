"""The rules in the order in which their findings are shown, and the lint of one skill."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from data_cards.jsonl import read_json_lines
from data_cards.lint import borders, carriers, nearness, texts, values
from data_cards.lint.finding import KINDS, Finding, Place
from data_cards.lint.reading import SPLITS, Reading
from data_cards.records import Skill

Rule = Callable[[Reading], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    texts.two_intents,
    texts.two_annotations,
    borders.boundaries,
    values.unmarked_slots,
    values.two_slots,
    carriers.same_carrier,
    nearness.near_intents,
    texts.test_overlap,
    texts.template_overlap,
    texts.few_utterances,
)


def lint(skill: Skill) -> tuple[Finding, ...]:
    """All findings of a skill, by kind; each utterance once per kind.

    What a rule finds of an utterance's slots is not told again by a rule behind it: an annotation
    that is missing is one fault, however it shows.
    """
    reading = Reading.of(skill)
    found: list[Finding] = []
    told: set[tuple[str, Place]] = set()
    for rule in RULES:
        for finding in rule(reading):
            group = _SLOTS if finding.kind.name in _SLOT_KINDS else finding.kind.name
            if (group, finding.places[0]) not in told:
                told.add((group, finding.places[0]))
                found.append(finding)
    order = list(KINDS)
    return tuple(sorted(found, key=lambda f: order.index(f.kind.name)))


_SLOTS = "slots"
_SLOT_KINDS = {"contradiction", "boundary", "unmarked-slot", "two-slots"}


def located(findings: tuple[Finding, ...], folder: Path) -> tuple[Finding, ...]:
    """The findings of a skill in the neutral format with file and line of each utterance."""
    if not findings:
        return ()
    at: dict[str, Place] = {}
    for split in SPLITS:
        path = folder / f"{split}.jsonl"
        if path.exists():
            for number, row in read_json_lines(path):
                at[row["id"]] = Place(split, row["id"], str(path), number)
    return tuple(replace(f, places=tuple(at[p.id] for p in f.places)) for f in findings)


def filed(findings: tuple[Finding, ...], file: Path) -> tuple[Finding, ...]:
    """The findings of a skill that one file of another format holds: ids, but no lines."""

    def at(place: Place) -> Place:
        return replace(place, file=str(file))

    return tuple(replace(f, places=tuple(map(at, f.places))) for f in findings)
