"""What values the slots are known to take: catalogs and the values of training utterances."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from data_cards.folds import number
from data_cards.records import Skill, Utterance
from data_cards.words import normalise, printable, tokenize

Value = tuple[str, ...]
"""A slot value as normalised words."""


@dataclass(frozen=True)
class Lexicon:
    """The known values of each slot.

    Catalog and training values are one: what the tagger learns of a value users said holds for
    the ones that only the developer listed.
    """

    values: Mapping[str, frozenset[Value]]

    @classmethod
    def of(
        cls, utterances: Iterable[Utterance], catalogs: Mapping[str, Iterable[str]]
    ) -> "Lexicon":
        """The values that annotated utterances show and those that catalogs list."""
        found: dict[str, set[Value]] = defaultdict(set)
        for utterance in utterances:
            for slot in utterance.frame.slots:
                words = utterance.words(slot)
                found[slot.name].add(tuple(normalise(printable(word)) for word in words))
        for slot_name, values in catalogs.items():
            cut = {tuple(normalise(word) for word in tokenize(value)) for value in values}
            found[slot_name] |= cut - {()}
        return cls({slot: frozenset(values) for slot, values in sorted(found.items()) if values})

    def matches(self, words: Sequence[str]) -> list[list[str]]:
        """Marks of each word: where it stands in the longest known value of each slot.

        "city B" opens a whole value, I is inside, E ends, S is the only word; "city part" says
        that the word is known from within a longer value.
        """
        out: list[list[str]] = [[] for _ in words]
        for slot, start, end in self._longest(words):
            for i in range(start, end):
                place = "S" if end - start == 1 else "B" if i == start else "I"
                out[i].append(f"{slot} {'E' if place == 'I' and i == end - 1 else place}")
        for marks, word in zip(out, words, strict=True):
            marks += [f"{slot} part" for slot in self._parts.get(word, ())]
        return out

    def _longest(self, words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        covered: dict[str, int] = {}
        for start in range(len(words)):
            for size in range(min(self._size, len(words) - start), 0, -1):
                for slot in self._slots.get(tuple(words[start : start + size]), ()):
                    if covered.get(slot, 0) <= start:
                        covered[slot] = start + size
                        yield slot, start, start + size

    @cached_property
    def _slots(self) -> dict[Value, list[str]]:
        found: dict[Value, list[str]] = defaultdict(list)
        for slot, values in sorted(self.values.items()):
            for value in values:
                found[value].append(printable(slot))
        return dict(found)

    @cached_property
    def _size(self) -> int:
        return max(map(len, self._slots), default=0)

    @cached_property
    def _parts(self) -> dict[str, list[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for value, slots in self._slots.items():
            if len(value) > 1:
                for word in value:
                    found[word].update(slots)
        return {word: sorted(slots) for word, slots in found.items()}


def jackknifed(skill: Skill, fold_of: Sequence[int], seed: int, holdout: float) -> list[Lexicon]:
    """For each training utterance, the values known without its own fold (`fold_of`).

    At test time users say values that nobody listed; in training every one would be known, and a
    model would trust the lexicon blindly. So an utterance does not see the slot values of its own
    fold, and each fold lacks a share `holdout` of the catalogs' values.
    """
    lexicons = {}
    for fold in sorted(set(fold_of)):
        others = [u for u, f in zip(skill.train, fold_of, strict=True) if f != fold]
        catalogs = {
            slot: [
                v for v in values if number(f"{seed}|{fold}|{slot}|{v}") % 1000 >= 1000 * holdout
            ]
            for slot, values in skill.gazetteers.items()
        }
        lexicons[fold] = Lexicon.of(others, catalogs)
    return [lexicons[fold] for fold in fold_of]
