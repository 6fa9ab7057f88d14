"""Rules about slot values: such as stand unannotated, and such as stand under two slots."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from data_cards.lint.common_words import numeric, tells_nothing
from data_cards.lint.finding import TWO_SLOTS, UNMARKED, Finding, Place
from data_cards.lint.reading import Entry, Reading, Words
from data_cards.records import Slot

OFTEN = 3
"""Annotations of a value from which it is known as a value by itself."""

USUAL = 0.75
"""Share of a value's occurrences that are annotated, from which the others are missed."""

SOMETIMES = 0.3
"""The same where the words on both sides speak for the slot as well."""

ROLES = 3
"""Values that two slots share from which they take the same things, as from-city and to-city."""


class Neighbours:
    """The words beside the spans of each slot."""

    def __init__(self, reading: Reading) -> None:
        self.left: dict[str, Counter[str]] = defaultdict(Counter)
        self.right: dict[str, Counter[str]] = defaultdict(Counter)
        self.both: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for entry in reading.entries:
            for slot in entry.frame.slots:
                sides = entry.around(slot.start, slot.end)
                self.left[slot.name][sides[0]] += 1
                self.right[slot.name][sides[1]] += 1
                self.both[slot.name][sides] += 1


def unmarked_slots(reading: Reading) -> Iterator[Finding]:
    """A known value of a slot that stands unannotated in an utterance without that slot.

    The intent takes the slot elsewhere; the value is no function word, no bare number, and no
    other slot covers any of it. It counts if it is annotated `OFTEN` and `USUAL`ly, or if it is
    annotated or listed at all, not mostly unannotated (`SOMETIMES`), and both words beside it stand
    on both sides of that slot elsewhere.
    """
    takes = {(e.frame.intent, slot.name) for e in reading.entries for slot in e.frame.slots}
    free: dict[tuple[Words, str], list[tuple[Entry, int, int]]] = defaultdict(list)
    end_of: dict[int, int] = {}
    for entry, start, end in reading.occurrences():
        value = entry.words[start:end]
        if end_of.get(id(entry), -1) >= end or tells_nothing(value) or numeric(value):
            continue
        if not entry.covered.isdisjoint(range(start, end)):
            continue
        own = {slot.name for slot in entry.frame.slots}
        names = reading.by_value.get(value, {}).keys() | reading.listed.get(value, frozenset())
        names = {n for n in names if n not in own and (entry.frame.intent, n) in takes}
        for name in names:
            free[value, name].append((entry, start, end))
        if names:
            end_of[id(entry)] = end
    beside = Neighbours(reading)
    told: set[int] = set()
    for (value, name), spans in free.items():
        marked = len(reading.by_value.get(value, {}).get(name, ()))
        listed = name in reading.listed.get(value, frozenset())
        share = marked / (marked + len(spans))
        for entry, start, end in spans:
            sides = entry.around(start, end)
            known = marked >= OFTEN and share >= USUAL
            fits = bool(beside.both[name][sides]) and (share >= SOMETIMES or listed)
            if id(entry) in told or not (known or fits):
                continue
            told.add(id(entry))
            said = " ".join(value)
            yield Finding(
                UNMARKED, reading.skill.key, (entry.places[0], *_examples(reading, value, name)),
                f"{said!r} is no {name!r} in {entry.said!r}, but {_source(marked)}",
                f"annotate [{said}]({name})",
            )  # fmt: skip


def _source(marked: int) -> str:
    return f"annotated so {marked} times elsewhere" if marked else "listed in its gazetteer"


def _examples(reading: Reading, value: Words, name: str) -> tuple[Place, ...]:
    return tuple(e.places[0] for e, _ in reading.by_value.get(value, {}).get(name, [])[:1])


def two_slots(reading: Reading) -> Iterator[Finding]:
    """A value annotated as one slot here and as another there, where that looks like a slip.

    No number, and no value of two slots that share `ROLES` values or half of the smaller one's.
    The rarer annotation is the finding, if the words beside it speak for the usual slot: one of
    them stands beside that slot more often than beside the rarer one.
    """
    beside = Neighbours(reading)
    for value, slots in reading.by_value.items():
        if len(slots) < 2 or numeric(value) or tells_nothing(value):
            continue
        ranked = sorted(slots, key=lambda n: (-_weight(reading, value, n), n))
        usual = ranked[0]
        for rare in ranked[1:]:
            if _roles(reading, usual, rare):
                continue
            for entry, slot in slots[rare]:
                if _speaks_for(beside, usual, rare, entry, slot):
                    said = " ".join(value)
                    yield Finding(
                        TWO_SLOTS, reading.skill.key,
                        (entry.places[0], *_examples(reading, value, usual)),
                        f"{said!r} is a {rare!r} in {entry.said!r}, but a {usual!r} "
                        f"{len(slots[usual])} times elsewhere",
                        f"annotate [{said}]({usual}), or keep both if both are meant",
                    )  # fmt: skip


def _weight(reading: Reading, value: Words, name: str) -> float:
    """How often a value is annotated as a slot; a gazetteer that lists it decides a tie."""
    listed = name in reading.listed.get(value, frozenset())
    return (
        len(reading.by_value[value][name])
        + 0.5 * listed
        + 0.001 * min(len(reading.values_of[name]), 100)
    )


def _roles(reading: Reading, one: str, other: str) -> bool:
    """Whether two slots take the same things: many values of one are also values of the other."""
    shared = len(reading.values_of[one] & reading.values_of[other])
    smaller = min(len(reading.values_of[one]), len(reading.values_of[other]))
    return (shared >= ROLES and shared >= 0.15 * smaller) or (shared >= 2 and shared >= smaller / 2)


def _speaks_for(beside: Neighbours, usual: str, rare: str, entry: Entry, slot: Slot) -> bool:
    left, right = entry.around(slot.start, slot.end)
    for_usual = beside.left[usual][left] + beside.right[usual][right]
    for_rare = beside.left[rare][left] + beside.right[rare][right] - 2
    return for_usual > for_rare
