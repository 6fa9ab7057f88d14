"""Rules about slot values: such as stand unannotated, and such as stand under two slots."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sized

from data_cards.lint.common_words import numeric, tells_nothing
from data_cards.lint.finding import TWO_SLOTS, UNMARKED, Finding, Place
from data_cards.lint.neighbours import Neighbours
from data_cards.lint.reading import Entry, Reading, Words

OFTEN = 3
"""Annotations of a value from which it is known as a value by itself."""

USUAL = 0.5
"""Share of a value's occurrences that are annotated, from which the others are missed."""

SOMETIMES = 0.3
"""The same where a span of the slot stands between just these two words elsewhere."""

ENOUGH = 4
"""Occurrences of a value in an intent from which that intent alone says what is usual."""

TWICE = 2
"""Annotations of a value as the usual one of its slots, at least."""

MARGIN = 2.0
"""How much likelier its neighbours make a value another slot's, at least."""

ROLES = 3
"""Values that two slots share from which they take the same things, as from-city and to-city."""


def unmarked_slots(reading: Reading) -> Iterator[Finding]:
    """A known value of a slot that stands unannotated in an utterance without that slot.

    The intent takes the slot elsewhere; the value is no function word, no bare number, and no
    other slot covers any of it. It is missed if it is annotated `OFTEN` and `USUAL`ly, and spans of
    the slot are usual behind the word before it and before the word behind it (`BESIDE`); or if it
    is annotated `SOMETIMES` or listed, and a span of the slot stands between just these two words
    elsewhere. What is usual is asked within the intent, if the value occurs there `ENOUGH`.
    """
    beside = Neighbours(reading)
    free = _free_values(reading, beside)
    unmarked: Counter[_Use] = Counter()
    marked: Counter[_Use] = Counter()
    for (value, name), spans in free.items():
        for entry, _, _ in spans:
            unmarked.update(((value, name, ""), (value, name, entry.frame.intent)))
        for entry, _ in reading.by_value.get(value, {}).get(name, ()):
            marked.update(((value, name, ""), (value, name, entry.frame.intent)))
    for (value, name), spans in free.items():
        listed = name in reading.listed.get(value, frozenset())
        times = marked[value, name, ""]
        for entry, start, end in spans:
            use = (value, name, entry.frame.intent)
            use = use if marked[use] + unmarked[use] >= ENOUGH else (value, name, "")
            share = marked[use] / (marked[use] + unmarked[use])
            left, right = entry.around(start, end)
            fits = beside.usual(name, left, right)
            known = times >= OFTEN and share >= USUAL
            between = beside.both[name][left, right] > 0 and (
                share >= SOMETIMES or (listed and not times)
            )
            if not ((known and fits) or between):
                continue
            said = " ".join(value)
            yield Finding(
                UNMARKED, reading.skill.key, (entry.places[0], *_examples(reading, value, name)),
                f"{said!r} is not annotated in {entry.said!r}, but {_source(times, name)}",
                f"annotate [{said}]({name})",
            )  # fmt: skip


_Use = tuple[Words, str, str]
"""A value, a slot, and an intent, or "" for all."""


def _free_values(
    reading: Reading, beside: Neighbours
) -> dict[tuple[Words, str], list[tuple[Entry, int, int]]]:
    """(value, slot) -> where the value stands free and the slot could be meant."""
    takes = {(e.frame.intent, slot.name) for e in reading.entries for slot in e.frame.slots}
    free: dict[tuple[Words, str], list[tuple[Entry, int, int]]] = defaultdict(list)

    def likeliest(names: list[str], marked: Mapping[str, Sized], left: str, right: str) -> str:
        """The slot that the value most likely is, by its annotations and its neighbours."""
        if len(names) == 1:
            return names[0]
        return max(
            names,
            key=lambda n: (
                (len(marked.get(n, ())) + 0.5) * beside.likelihood(n, left, right), n
            ),
        )  # fmt: skip

    reached: dict[int, int] = {}
    for entry, start, end in reading.occurrences():
        value = entry.words[start:end]
        if reached.get(id(entry), -1) >= end or tells_nothing(value) or numeric(value):
            continue
        if not entry.covered.isdisjoint(range(start, end)):
            continue
        own = {slot.name for slot in entry.frame.slots}
        marked = reading.by_value.get(value, {})
        names = [
            name
            for name in marked.keys() | reading.listed.get(value, frozenset())
            if name not in own and (entry.frame.intent, name) in takes
        ]
        if names:
            left, right = entry.around(start, end)
            free[value, likeliest(names, marked, left, right)].append((entry, start, end))
            reached[id(entry)] = end
    return free


def _source(marked: int, name: str) -> str:
    if not marked:
        return f"listed in the gazetteer of {name!r}"
    return f"{name!r} in {marked} other utterance{'s' if marked > 1 else ''}"


def _examples(reading: Reading, value: Words, name: str) -> tuple[Place, ...]:
    return tuple(e.places[0] for e, _ in reading.by_value.get(value, {}).get(name, [])[:1])


def two_slots(reading: Reading) -> Iterator[Finding]:
    """A value annotated as one slot here and as another there, where that looks like a slip.

    The usual slot has it `TWICE`, or once and its gazetteer lists it. It is no number, the rarer
    slot's gazetteer does not list it, and the two slots do not share `ROLES` values or half of the
    smaller one's. The rarer annotation is the finding, if the words beside it are `MARGIN` times as
    likely beside the usual slot, by shares of each slot's spans.
    """
    beside = Neighbours(reading)
    for value, slots in reading.by_value.items():
        if len(slots) < 2 or numeric(value) or tells_nothing(value):
            continue
        usual, *others = sorted(slots, key=lambda n: (-_weight(reading, value, n), n))
        if len(slots[usual]) < TWICE and usual not in reading.listed.get(value, ()):
            continue
        for rare in others:
            listed = rare in reading.listed.get(value, frozenset())
            if listed or _roles(reading, usual, rare):
                continue
            for entry, slot in slots[rare]:
                sides = entry.around(slot.start, slot.end)
                if beside.odds(usual, rare, *sides) >= MARGIN:
                    said, times = " ".join(value), len(slots[usual])
                    yield Finding(
                        TWO_SLOTS, reading.skill.key,
                        (entry.places[0], *_examples(reading, value, usual)),
                        f"{said!r} is {rare!r} in {entry.said!r}, but {_source(times, usual)}",
                        f"annotate [{said}]({usual}), or keep both if both are meant",
                    )  # fmt: skip


def _weight(reading: Reading, value: Words, name: str) -> float:
    """How often a value is a slot's; a tie goes to the one that lists it, then to more values."""
    listed = name in reading.listed.get(value, frozenset())
    many = min(len(reading.values_of[name]), 100)
    return len(reading.by_value[value][name]) + 0.5 * listed + 0.001 * many


def _roles(reading: Reading, one: str, other: str) -> bool:
    """Whether two slots take the same things: many values of one are also values of the other."""
    shared = len(reading.values_of[one] & reading.values_of[other])
    smaller = min(len(reading.values_of[one]), len(reading.values_of[other]))
    return (shared >= ROLES and shared >= 0.15 * smaller) or (shared >= 2 and shared >= smaller / 2)
