"""Splits where nobody published one: by hash, so that every machine and release cuts alike."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from data_cards.folds import number
from data_cards.overlap import same_words
from data_cards.records import Skill, Utterance


@dataclass(slots=True)
class Parts:
    """A skill in the making."""

    train: list[Utterance] = field(default_factory=list)
    dev: list[Utterance] = field(default_factory=list)
    test: list[Utterance] = field(default_factory=list)

    def add(self, split: str, utterance: Utterance) -> None:
        """Append to the split of that name."""
        getattr(self, split).append(utterance)


def gather() -> defaultdict[str, Parts]:
    """An empty table: skill name -> its parts."""
    return defaultdict(Parts)


def skills(found: dict[str, Parts], locale: str) -> Iterator[Skill]:
    """The gathered skills by name."""
    for name, parts in sorted(found.items()):
        yield Skill(name, locale, tuple(parts.train), tuple(parts.dev), tuple(parts.test))


def share(text: str) -> float:
    """A number in [0, 1) that depends on nothing but the text."""
    return number(text) / 2**64


def hold_out(
    utterances: Iterable[Utterance],
    test_share: float,
    key: Callable[[Utterance], str] = same_words,
) -> Parts:
    """Cut off a test split by hash of each utterance's key, so that equal keys stay together.

    An intent whose keys would all fall into the test split keeps its highest-hashed key in train:
    what was never taught cannot be tested.
    """
    parts = Parts()
    by_intent: dict[str, list[tuple[float, Utterance]]] = defaultdict(list)
    order: list[tuple[float, Utterance]] = []
    for utterance in utterances:
        ranked = (share(key(utterance)), utterance)
        order.append(ranked)
        by_intent[utterance.frame.intent].append(ranked)
    # Ranks at or above the bar are train; the test split takes the ranks below it.
    rescued = {
        max(rank for rank, _ in ranked)
        for ranked in by_intent.values()
        if all(rank < test_share for rank, _ in ranked)
    }
    for rank, utterance in order:
        parts.add("test" if rank < test_share and rank not in rescued else "train", utterance)
    return parts


def hold_out_within(
    utterances: Iterable[Utterance], test_share: float, key: Callable[[Utterance], str] = same_words
) -> Parts:
    """Cut off the share of each intent's keys, by hash: a small intent is not left to chance.

    An intent of two keys or more gives one at least and keeps one at least. A key that two
    intents share stays in train, so that no text stands on both sides.
    """
    ranked = [(key(utterance), utterance) for utterance in utterances]
    intents: dict[str, set[str]] = defaultdict(set)
    keys: dict[str, set[str]] = defaultdict(set)
    for told, utterance in ranked:
        intents[told].add(utterance.frame.intent)
        keys[utterance.frame.intent].add(told)
    held: set[str] = set()
    for found in keys.values():
        own = sorted((k for k in found if len(intents[k]) == 1), key=lambda k: (share(k), k))
        count = min(max(round(len(found) * test_share), 1 if test_share else 0), len(found) - 1)
        held.update(own[:count])
    parts = Parts()
    for told, utterance in ranked:
        parts.add("test" if told in held else "train", utterance)
    return parts


def unseen(test: Iterable[Utterance], train: Iterable[Utterance]) -> list[Utterance]:
    """Those test utterances whose words stand in no training utterance."""
    known = {same_words(u) for u in train}
    return [u for u in test if same_words(u) not in known]


class Sample:
    """At most `limit` utterances, those of the lowest hashes, in memory of twice that many."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._kept: list[tuple[int, int, Utterance]] = []
        self._seen = 0

    def add(self, utterance: Utterance) -> None:
        """Offer one; whether it stays depends on its id and the others' alone."""
        self._kept.append((number(utterance.id), self._seen, utterance))
        self._seen += 1
        if len(self._kept) >= 2 * self.limit:
            self._prune()

    def taken(self) -> list[Utterance]:
        """The sample in the order it was offered."""
        self._prune()
        return [u for _, _, u in sorted(self._kept, key=lambda k: k[1])]

    def _prune(self) -> None:
        self._kept.sort(key=lambda k: k[:2])
        del self._kept[self.limit :]
