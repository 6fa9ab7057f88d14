"""The words beside the spans of each slot, and what they say of a span."""

from collections import Counter, defaultdict

from data_cards.lint.reading import EDGE, Reading

BESIDE = 0.03
"""Share of a neighbouring word's occurrences that have the slot beside them, at least."""


class Neighbours:
    """The words beside the spans of each slot."""

    def __init__(self, reading: Reading) -> None:
        self.left: dict[str, Counter[str]] = defaultdict(Counter)
        self.right: dict[str, Counter[str]] = defaultdict(Counter)
        self.both: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        self._words: Counter[str] = Counter()
        for entry in reading.entries:
            self._words.update((EDGE, *entry.words))
            for slot in entry.frame.slots:
                sides = entry.around(slot.start, slot.end)
                self.left[slot.name][sides[0]] += 1
                self.right[slot.name][sides[1]] += 1
                self.both[slot.name][sides] += 1

    def usual(self, name: str, left: str, right: str) -> bool:
        """Whether `BESIDE` of what stands behind one word, and before the other, is the slot."""
        return (
            self.left[name][left] >= max(1, BESIDE * self._words[left])
            and self.right[name][right] >= max(1, BESIDE * self._words[right])
        )  # fmt: skip

    def likelihood(self, name: str, left: str, right: str, less: int) -> float:
        """How likely a span of the slot stands between two words, each side by itself.

        `less` spans that stand there are not counted; half an occurrence is added to each side.
        """
        spans = self.left[name].total() - less + 1
        sides = (self.left[name][left], self.right[name][right])
        return (sides[0] - less + 0.5) * (sides[1] - less + 0.5) / spans**2
