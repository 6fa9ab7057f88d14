"""Rules about the words around slots: a carrier annotated here and not there, and borders."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from data_cards.lint.common_words import FUNCTION, numeric
from data_cards.lint.finding import BOUNDARY, CONTRADICTION, Finding
from data_cards.lint.reading import Entry, Reading, Words
from data_cards.records import Slot

CARRIER = 3
"""Words of a carrier sentence around its slot, at least."""

VALUES = 2
"""Different values seen in a carrier's slot, at least: then it is the carrier that makes a slot."""

LONGEST = 4
"""Words of a value that is looked for in a carrier."""

FREE = 0.2
"""Share of a word's other utterances in which it stands unannotated, at most, for a value."""

BORDER = 5
"""Spans that leave a border word out, at least."""

RARE = 0.1
"""Share of all spans that take a border word in, at most, for that to be a slip."""


def same_carrier(reading: Reading) -> Iterator[Finding]:
    """An utterance without a slot whose words fit a carrier that has the slot everywhere else.

    The carrier has `CARRIER` words beside its slot and shows `VALUES` values or more. The words in
    the slot's place begin and end with no function word. They are a value of the slot that stands
    unannotated in at most `FREE` of its words' other utterances, or new: no word of theirs stands
    unannotated elsewhere. "My parcel" is no item where parcels are what the skill is about.
    """
    plain = _plain_words(reading)
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
        found = _fitting(entry, carriers, sides, plain)
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
    plain: Callable[[Words, str], bool],
) -> tuple[str, Words, Entry] | None:
    words = entry.words
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST, len(words)) + 1):
            value = words[start:end]
            if entry.around(start, end) not in sides:
                continue
            if value[0] in FUNCTION or value[-1] in FUNCTION:
                continue
            of = carriers.get((entry.frame.intent, words[:start], words[end:]), {})
            for name, examples in of.items():
                several = len(of) == 1 and len({value for _, value in examples}) >= VALUES
                if several and not plain(value, name):
                    return name, value, examples[0][0]
    return None


def _plain_words(reading: Reading) -> Callable[[Words, str], bool]:
    """Tells whether words are said without being a value of the slot."""
    free, all_ = Counter[str](), Counter[str]()
    for entry in reading.entries:
        all_.update(entry.words)
        free.update(w for i, w in enumerate(entry.words) if i not in entry.covered)

    def plain(value: Words, name: str) -> bool:
        if "".join(value) == "".join(c for c in name.lower() if c.isalnum()):
            return True  # "report a lost item" names the slot
        known = name in reading.by_value.get(value, {}) or name in reading.listed.get(value, ())
        return any(free[w] - 1 > (FREE * (all_[w] - 1) if known else 0) for w in value)

    return plain


def boundaries(reading: Reading) -> Iterator[Finding]:
    """Spans whose border differs from what is usual, in three ways.

    A value annotated whole in one utterance and in part in another ("the red one", then "red one"
    with "the" before it): the rarer way is the finding. A known value with one word more, which
    stands beside other spans of the slot and in no other value of it. And a function word at the
    border of a span that `BORDER` other spans of the slot have beside them, and at most `RARE` of
    all within. Values that the slot's gazetteer lists are left as they are.
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
                _boundary(reading, entry, slot, other, f"[{' '.join(other.value(its))}]({name})"),
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
                    said = f"[{' '.join(other.value(shown))}]({name})"
                    yield entry, slot, _boundary(reading, entry, slot, other, said)


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
            rare, usual = inside[key], outside[key]
            many = len(usual) >= BORDER and len(rare) <= RARE * (len(rare) + len(usual))
            if not many or key[1] not in FUNCTION:
                continue
            for entry, slot in rare:
                if numeric(entry.value(slot)):
                    continue
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
