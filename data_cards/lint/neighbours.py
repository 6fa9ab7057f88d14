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

    def likelihood(self, name: str, left: str, right: str) -> float:
        """How likely a span of the slot stands between two words, each side by itself.

        Half an occurrence is added to each side.
        """
        spans = self.left[name].total() + 1
        return (self.left[name][left] + 0.5) * (self.right[name][right] + 0.5) / spans**2

    def odds(self, usual: str, rare: str, left: str, right: str) -> float:
        """How much likelier a span of `rare`, between these two words, is one of `usual`.

        The span itself is not counted, half an occurrence is added to each side, and a side that no
        other span of either slot has says nothing.
        """
        odds = 1.0
        for beside, word in ((self.left, left), (self.right, right)):
            as_usual, as_rare = beside[usual][word], beside[rare][word] - 1
            if as_usual or as_rare:
                odds *= (as_usual + 0.5) / (beside[usual].total() + 1)
                odds /= (as_rare + 0.5) / beside[rare].total()
        return odds
