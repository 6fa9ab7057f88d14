"""Slots that begin or end elsewhere than others of their kind."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from data_cards.lint.common_words import FUNCTION, numeric
from data_cards.lint.finding import BOUNDARY, Finding
from data_cards.lint.reading import Entry, Reading, Words
from data_cards.records import Slot

BORDER = 5
"""Spans that leave a border word out, at least."""

RARE = 0.1
"""Share of all spans that take a border word in, at most, for that to be a slip."""


def boundaries(reading: Reading) -> Iterator[Finding]:
    """Spans whose border differs from what is usual, in three ways.

    A value annotated whole in one utterance and in part in another ("the red one", then "red one"
    with "the" before it): the rarer way is the finding. A known value with one word more, which
    stands beside other spans of the slot and in no other value of it. And a function word that
    begins a span, while `BORDER` other spans of the slot stand behind it and at most `RARE` of all
    begin with it; not in a slot of names, of which more than `RARE` begin with a function word.
    Values that the slot's gazetteer lists are left as they are.
    """
    listed = reading.listed
    told: set[tuple[int, Slot]] = set()
    for rule in (_in_part, _widened, _border_words):
        for entry, slot, finding in rule(reading):
            known = slot.name in listed.get(entry.value(slot), frozenset())
            if not known and (id(entry), slot) not in told:
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
                s for s in entry.frame.slots
                if s.name == name and start <= s.start and s.end <= end
                and s.end - s.start < end - start
            ]  # fmt: skip
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
                _boundary(reading, entry, slot, other, its),
            )


def _widened(reading: Reading) -> Iterator[tuple[Entry, Slot, Finding]]:
    within: Counter[tuple[str, str]] = Counter()
    beside: dict[tuple[str, str], Entry] = {}
    for value, slots in reading.by_value.items():
        for name in slots:
            within.update((name, word) for word in set(value))
    for entry in reading.entries:
        for slot in entry.frame.slots:
            for word in entry.around(slot.start, slot.end):
                beside.setdefault((slot.name, word), entry)
    for value, slots in reading.by_value.items():
        for name, spans in slots.items():
            for rest, word in ((value[1:], value[0]), (value[:-1], value[-1])):
                known = (*reading.by_value.get(rest, ()), *reading.listed.get(rest, ()))
                only_here = len(spans) == 1 and within[name, word] == 1
                if name in known and only_here and (name, word) in beside:
                    entry, slot = spans[0]
                    other = beside[name, word]
                    shown = next(s for s in other.frame.slots if s.name == name)
                    yield entry, slot, _boundary(reading, entry, slot, other, shown)


def _border_words(reading: Reading) -> Iterator[tuple[Entry, Slot, Finding]]:
    inside: dict[tuple[str, str], list[tuple[Entry, Slot]]] = defaultdict(list)
    outside: dict[tuple[str, str], list[tuple[Entry, Slot]]] = defaultdict(list)
    spans, bordered = Counter[str](), Counter[str]()
    for entry in reading.entries:
        for slot in entry.frame.slots:
            value = entry.value(slot)
            outside[slot.name, entry.around(slot.start, slot.end)[0]].append((entry, slot))
            spans[slot.name] += 1
            if len(value) > 1 and value[0] in FUNCTION:
                bordered[slot.name] += 1
                inside[slot.name, value[0]].append((entry, slot))
    for key, rare in inside.items():
        usual = outside.get(key, [])
        many = len(usual) >= BORDER and len(rare) <= RARE * (len(rare) + len(usual))
        if not many or bordered[key[0]] > RARE * spans[key[0]]:
            continue
        for entry, slot in rare:
            if not numeric(entry.value(slot)):
                yield entry, slot, _boundary(reading, entry, slot, *usual[0])


def _boundary(reading: Reading, entry: Entry, slot: Slot, other: Entry, its: Slot) -> Finding:
    value, shown = (" ".join(e.value(s)) for e, s in ((entry, slot), (other, its)))
    return Finding(
        BOUNDARY, reading.skill.key, (entry.places[0], other.places[0]),
        f"[{value}]({slot.name}) in {entry.said!r}, but [{shown}]({its.name}) in {other.said!r}",
        "begin and end the slot at the same words in both",
    )  # fmt: skip
