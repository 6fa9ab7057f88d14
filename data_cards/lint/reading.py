"""A skill as the rules read it: equal utterances once, words folded, every slot value indexed."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from data_cards.lint.finding import Place, Split
from data_cards.records import Frame, Skill, Slot
from data_cards.words import normalise, tokenize

Words = tuple[str, ...]
"""Words in lower case."""

SPLITS: tuple[Split, ...] = ("train", "dev", "test")
EDGE = ""
"""Stands for the border of the sentence where a neighbouring word is asked for."""


@dataclass(eq=False)
class Entry:
    """A text with one frame, and all the places where exactly it stands."""

    words: Words
    frame: Frame
    text: Words
    """The words that are said, without tokens of punctuation alone: equal texts are equal here."""
    places: list[Place] = field(default_factory=list)

    def value(self, slot: Slot) -> Words:
        """The words that a slot covers."""
        return self.words[slot.start : slot.end]

    def around(self, start: int, end: int) -> tuple[str, str]:
        """The words before and after a span, `EDGE` at the sentence's border."""
        left = self.words[start - 1] if start else EDGE
        return left, self.words[end] if end < len(self.words) else EDGE

    @cached_property
    def said(self) -> str:
        """The text, shortened for a message."""
        text = " ".join(self.words)
        return text if len(text) <= 80 else f"{text[:77]}..."

    @cached_property
    def covered(self) -> frozenset[int]:
        """Indices of the words that a slot covers."""
        return frozenset(i for slot in self.frame.slots for i in range(slot.start, slot.end))


@dataclass(frozen=True, eq=False)
class Reading:
    """The distinct entries of a skill, in the order train, dev, test."""

    skill: Skill
    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, skill: Skill) -> "Reading":
        """Fold the skill's utterances."""
        found: dict[tuple[Words, Frame], Entry] = {}
        folded: dict[str, str] = {}
        for split in SPLITS:
            for utterance in getattr(skill, split):
                words = tuple(
                    folded.get(w) or folded.setdefault(w, normalise(w)) for w in utterance.tokens
                )
                key = (words, utterance.frame)
                entry = found.get(key)
                if entry is None:
                    text = words if all(map(str.isalnum, words)) else _said(words)
                    entry = found[key] = Entry(words, utterance.frame, text)
                entry.places.append(Place(split, utterance.id))
        return cls(skill, tuple(found.values()))

    @cached_property
    def by_text(self) -> dict[Words, list[Entry]]:
        """Text -> its entries."""
        found: dict[Words, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            found[entry.text].append(entry)
        return dict(found)

    @cached_property
    def by_value(self) -> dict[Words, dict[str, list[tuple[Entry, Slot]]]]:
        """Value -> slot -> where it is annotated so."""
        found: dict[Words, dict[str, list[tuple[Entry, Slot]]]] = {}
        for entry in self.entries:
            for slot in entry.frame.slots:
                slots = found.setdefault(entry.value(slot), {})
                slots.setdefault(slot.name, []).append((entry, slot))
        return found

    @cached_property
    def listed(self) -> dict[Words, frozenset[str]]:
        """Value -> the slots whose gazetteers list it."""
        found: dict[Words, set[str]] = defaultdict(set)
        for name, values in self.skill.gazetteers.items():
            for value in values:
                words = tuple(map(normalise, tokenize(value)))
                if words:
                    found[words].add(name)
        return {words: frozenset(names) for words, names in found.items()}

    @cached_property
    def values_of(self) -> dict[str, frozenset[Words]]:
        """Slot -> the values annotated so."""
        found: dict[str, set[Words]] = defaultdict(set)
        for value, slots in self.by_value.items():
            for name in slots:
                found[name].add(value)
        return {name: frozenset(values) for name, values in found.items()}

    @cached_property
    def _by_first(self) -> dict[str, list[Words]]:
        found: dict[str, list[Words]] = defaultdict(list)
        for value in self.by_value.keys() | self.listed.keys():
            found[value[0]].append(value)
        return {word: sorted(values, key=len, reverse=True) for word, values in found.items()}

    def occurrences(self) -> Iterator[tuple[Entry, int, int]]:
        """Every span of words that equals a known value, annotated or not; longer ones first."""
        for entry in self.entries:
            words = entry.words
            for start, word in enumerate(words):
                for value in self._by_first.get(word, ()):
                    end = start + len(value)
                    if words[start:end] == value:
                        yield entry, start, end


def _said(words: Words) -> Words:
    kept = tuple(word for word in words if any(c.isalnum() or c in _SPOKEN for c in word))
    return kept or words


_SPOKEN = "$€£¥₹%&@+°#="
