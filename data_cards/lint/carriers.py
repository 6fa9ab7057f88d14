"""Rules about the words around slots: a carrier annotated here and not there, and borders."""

from collections import defaultdict
from collections.abc import Iterator

from data_cards.lint.common_words import FUNCTION, tells_nothing
from data_cards.lint.finding import BOUNDARY, CONTRADICTION, Finding
from data_cards.lint.reading import Entry, Reading, Words
from data_cards.records import Slot

CARRIER = 3
"""Words of a carrier sentence around its slot, at least."""

VALUES = 2
"""Different values seen in a carrier's slot, at least: then it is the carrier that makes a slot."""

LONGEST = 4
"""Words of a value that is looked for in a carrier."""

BORDER = 5
"""Spans that handle a border word in the usual way, at least."""

RARE = 0.1
"""Share of all spans at which handling it otherwise is a slip."""


def same_carrier(reading: Reading) -> Iterator[Finding]:
    """An utterance without a slot whose words fit a carrier that has the slot everywhere else.

    The carrier has `CARRIER` words beside its slot, shows `VALUES` values or more, and the words
    in the slot's place are no function words.
    """
    carriers: dict[tuple[str, Words, Words], dict[str, list[tuple[Entry, Words]]]] = {}
    sides: set[tuple[str, str]] = set()
    for entry in reading.entries:
        if len(entry.frame.slots) != 1:
            continue
        slot = entry.frame.slots[0]
        left, right = entry.words[: slot.start], entry.words[slot.end :]
        if len(left) + len(right) >= CARRIER:
            of = carriers.setdefault((entry.frame.intent, left, right), {})
            of.setdefault(slot.name, []).append((entry, entry.value(slot)))
            sides.add(entry.around(slot.start, slot.end))
    for entry in reading.entries:
        if entry.frame.slots or len(entry.words) <= CARRIER:
            continue
        found = _fitting(entry, carriers, sides)
        if found:
            name, value, example = found
            yield Finding(
                CONTRADICTION, reading.skill.key, (entry.places[0], example.places[0]),
                f"{entry.said!r} has no slot, but its pattern has {name!r} elsewhere "
                f"({example.said!r})",
                f"annotate [{' '.join(value)}]({name}), or no slot in either",
            )  # fmt: skip


def _fitting(
    entry: Entry,
    carriers: dict[tuple[str, Words, Words], dict[str, list[tuple[Entry, Words]]]],
    sides: set[tuple[str, str]],
) -> tuple[str, Words, Entry] | None:
    words = entry.words
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST, len(words)) + 1):
            if entry.around(start, end) not in sides or tells_nothing(words[start:end]):
                continue
            of = carriers.get((entry.frame.intent, words[:start], words[end:]), {})
            for name, examples in of.items():
                if len({value for _, value in examples}) >= VALUES and len(of) == 1:
                    return name, words[start:end], examples[0][0]
    return None


def boundaries(reading: Reading) -> Iterator[Finding]:
    """Spans whose border differs from what is usual, in two ways.

    A value annotated whole in one utterance and in part in another ("the red one", then "red one"
    with "the" before it): the rarer way is the finding. And a word at a slot's border that `BORDER`
    other spans of the slot leave out (or take in), and at most `RARE` of them treat otherwise.
    """
    told: set[tuple[int, Slot]] = set()
    for rule in (_in_part, _border_words):
        for entry, slot, finding in rule(reading):
            if (id(entry), slot) not in told:
                told.add((id(entry), slot))
                yield finding


def _in_part(reading: Reading) -> Iterator[tuple[Entry, Slot, Finding]]:
    partly: dict[tuple[Words, str], list[tuple[Entry, Slot]]] = defaultdict(list)
    for entry, start, end in reading.occurrences():
        if end - start < 2:
            continue
        value = entry.words[start:end]
        for name in reading.by_value.get(value, ()):
            inside = [
                s
                for s in entry.frame.slots
                if s.name == name
                and start <= s.start
                and s.end <= end
                and s.end - s.start < end - start
            ]
            if len(inside) == 1:
                partly[value, name].append((entry, inside[0]))
    for (value, name), parts in partly.items():
        whole = reading.by_value[value][name]
        rare, usual = (parts, whole) if len(parts) <= len(whole) else (whole, parts)
        for entry, slot in rare:
            other, its = usual[0]
            yield (
                entry,
                slot,
                _boundary(reading, entry, slot, other, f"[{' '.join(other.value(its))}]({name})"),
            )


def _border_words(reading: Reading) -> Iterator[tuple[Entry, Slot, Finding]]:
    for before in (True, False):
        inside: dict[tuple[str, str], list[tuple[Entry, Slot]]] = defaultdict(list)
        outside: dict[tuple[str, str], list[tuple[Entry, Slot]]] = defaultdict(list)
        for entry in reading.entries:
            for slot in entry.frame.slots:
                beside = entry.around(slot.start, slot.end)[0 if before else 1]
                value = entry.value(slot)
                if beside:
                    outside[slot.name, beside].append((entry, slot))
                if len(value) > 1:
                    inside[slot.name, value[0 if before else -1]].append((entry, slot))
        for key in inside.keys() & outside.keys():
            taken, left = inside[key], outside[key]
            rare, usual = (taken, left) if len(taken) <= len(left) else (left, taken)
            if len(usual) < BORDER or len(rare) > RARE * (len(rare) + len(usual)):
                continue
            if key[1] not in FUNCTION:
                continue
            for entry, slot in rare:
                other, its = usual[0]
                shown = f"[{' '.join(other.value(its))}]({slot.name})"
                yield entry, slot, _boundary(reading, entry, slot, other, shown)


def _boundary(reading: Reading, entry: Entry, slot: Slot, other: Entry, shown: str) -> Finding:
    value = " ".join(entry.value(slot))
    return Finding(
        BOUNDARY, reading.skill.key, (entry.places[0], other.places[0]),
        f"[{value}]({slot.name}) in {entry.said!r}, but {shown} in {other.said!r}",
        "begin and end the slot at the same words in both",
    )  # fmt: skip
