"""Texts of two intents that are nearly one: a word apart, and the word does not tell them apart."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice

from data_cards.lint.common_words import DECISIVE, FILLERS, FUNCTION, POLITE, numeric
from data_cards.lint.finding import NEAR_INTENTS, Finding
from data_cards.lint.reading import Entry, Reading, Words

SHORTEST = 4
"""Words of the longer of two texts, at least: shorter ones are a word apart by chance."""

TELLING = 0.75
"""Share of a word's utterances that lie in one of two intents from which it tells them apart."""

_COMPARED = 6
"""Texts compared of each intent where many share all words but one."""


def near_intents(reading: Reading) -> Iterator[Finding]:
    """Pairs of texts under two intents that differ in one word (added, left out or replaced).

    A word replaces another one if it is another spelling of it, or both are values of one slot,
    numbers or function words. A word that tells the two intents apart elsewhere ("on" and "off")
    makes a pair no finding; so do negations, question words, and a word that the other intent does
    not know, unless it is a filler or a number. One finding per text.
    """
    groups: dict[Words, list[Entry]] = defaultdict(list)
    for text, entries in reading.by_text.items():
        if len(text) < SHORTEST - 1 or len({e.frame.intent for e in entries}) > 1:
            continue
        for key in {text, *(text[:i] + text[i + 1 :] for i in range(len(text)))}:
            groups[key].append(entries[0])
    counts = _Counts(reading)
    told: set[Words] = set()
    for group in groups.values():
        if len(group) < 2 or len({e.frame.intent for e in group}) < 2:
            continue
        for one, other in _pairs(group):
            if one.text in told or other.text in told or not counts.alike(one, other):
                continue
            told |= {one.text, other.text}
            first, second = sorted((one, other), key=lambda e: len(e.places))
            yield Finding(
                NEAR_INTENTS, reading.skill.key, (first.places[0], second.places[0]),
                f"{first.said!r} is under {first.frame.intent!r}, {second.said!r} under "
                f"{second.frame.intent!r}",
                "put both under one intent, or word them so that the difference shows",
            )  # fmt: skip


def _pairs(group: list[Entry]) -> Iterator[tuple[Entry, Entry]]:
    by_intent: dict[str, list[Entry]] = defaultdict(list)
    for entry in group:
        by_intent[entry.frame.intent].append(entry)
    intents = sorted(by_intent)
    for i, one in enumerate(intents):
        for other in intents[i + 1 :]:
            for a in islice(by_intent[one], _COMPARED):
                for b in islice(by_intent[other], _COMPARED):
                    yield a, b


class _Counts:
    """In how many texts of each intent a word stands."""

    def __init__(self, reading: Reading) -> None:
        self._words: dict[str, Counter[str]] = defaultdict(Counter)
        self._sizes: Counter[str] = Counter()
        for entry in reading.entries:
            self._sizes[entry.frame.intent] += 1
            for word in set(entry.text):
                self._words[word][entry.frame.intent] += 1

    def alike(self, one: Entry, other: Entry) -> bool:
        """Whether nothing in which the two texts differ tells their intents apart."""
        if max(len(one.text), len(other.text)) < SHORTEST:
            return False
        left, right = Counter(one.text), Counter(other.text)
        mine, yours = list((left - right).elements()), list((right - left).elements())
        if len(mine) > 1 or len(yours) > 1:
            return False
        if mine and yours:
            if _spelled_alike(mine[0], yours[0]):
                return self._misspelt(mine[0], one, yours[0], other)
            if not _exchangeable(one, mine[0], other, yours[0]):
                return False
        return all(self._says_nothing(word, one, other) for word in mine) and all(
            self._says_nothing(word, other, one) for word in yours
        )

    def _says_nothing(self, word: str, own: Entry, other: Entry) -> bool:
        if word in POLITE:
            return True
        if word in DECISIVE or self._tells(word, own, other):
            return False
        return word in FILLERS or numeric((word,)) or bool(self._words[word][other.frame.intent])

    def _misspelt(self, word: str, own: Entry, its: str, other: Entry) -> bool:
        """Whether two words that differ in a letter are one: it is no ending, and one word is new.

        Another ending ("alarm", "alarms") is no matter, if neither word tells the intents apart.
        """
        new = min(self._words[word].total(), self._words[its].total()) == 1
        if new and word[-1] == its[-1] and len(word) >= 5:
            return True
        return not self._tells(word, own, other) and not self._tells(its, other, own)

    def _tells(self, word: str, own: Entry, other: Entry) -> bool:
        """Whether the word is of the own intent: twice there elsewhere, and seldom in the other."""
        here, there = (
            (self._words[word][intent] - less) / max(self._sizes[intent], 1)
            for intent, less in ((own.frame.intent, 1), (other.frame.intent, 0))
        )
        if self._words[word][own.frame.intent] < 3:
            return False
        return here / ((here + there) or 1) >= TELLING


def _exchangeable(one: Entry, word: str, other: Entry, its: str) -> bool:
    """Whether two words are values of one slot, numbers, or function words."""

    def slots(entry: Entry, word: str) -> set[str]:
        return {s.name for s in entry.frame.slots if word in entry.value(s)}

    first, second = slots(one, word), slots(other, its)
    if first or second:
        return first == second
    return numeric((word, its)) or {word, its} <= FUNCTION


def _spelled_alike(one: str, other: str) -> bool:
    """Whether two words of four letters or more differ in one letter, or in two that change places.

    Optimal string alignment of distance one.
    """
    if min(len(one), len(other)) < 4 or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return max(len(a), len(b)) <= 1 or (len(a) == len(b) == 2 and a == b[::-1])
