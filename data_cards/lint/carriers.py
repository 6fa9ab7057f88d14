"""A carrier sentence that is annotated here and not there."""

from collections import Counter
from collections.abc import Callable, Iterator

from data_cards.lint.common_words import FUNCTION
from data_cards.lint.finding import CONTRADICTION, Finding
from data_cards.lint.reading import Entry, Reading, Words

CARRIER = 3
"""Words of a carrier sentence around its slot, at least."""

VALUES = 2
"""Different values seen in a carrier's slot, at least: then it is the carrier that makes a slot."""

LONGEST = 4
"""Words of a value that is looked for in a carrier."""

FREE = 0.2
"""Share of a word's other utterances in which it stands unannotated, at most, for a value."""


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
