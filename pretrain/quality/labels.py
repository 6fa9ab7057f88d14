"""Where words are written beside their points, so that few cover each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 960.0, 640.0
SIZE = 15.0
"""Height of the letters, in units of the canvas."""

LETTER = 0.6
"""Mean width of a letter, in heights; of a sans-serif face."""

DOT = 4.5
PASSES = 4

Anchor = Literal["start", "middle", "end"]
Box = tuple[float, float, float, float]
"""left, top, right, bottom"""

_BESIDE: tuple[tuple[Anchor, float, float], ...] = (
    ("start", 8, 5), ("end", -8, 5), ("middle", 0, -9), ("middle", 0, 20),
    ("start", 6, -6), ("end", -6, -6), ("start", 6, 16), ("end", -6, 16),
)  # fmt: skip
"""Where a word may stand: its anchor, and its base line from the point; the best ones first."""


@dataclass(frozen=True, slots=True)
class Label:
    """The base line of a word at x, y, from which it runs as `anchor` says."""

    x: float
    y: float
    anchor: Anchor


def placed(places: NDArray[np.float64], words: Sequence[str]) -> list[Label]:
    """A label for each word at its place, (words, 2): each in turn takes the spot that covers least
    of the other words and points, a few times over."""
    dots = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in places]
    spots = [
        [(Label(round(float(x) + dx, 1), round(float(y) + dy, 1), anchor), cost)
         for cost, (anchor, dx, dy) in enumerate(_BESIDE)]
        for x, y in places
    ]  # fmt: skip
    chosen = [own[0][0] for own in spots]
    for _ in range(PASSES):
        boxes = [box(label, word) for label, word in zip(chosen, words, strict=True)]
        for i, word in enumerate(words):
            others = [*boxes[:i], *boxes[i + 1 :]]
            rest = [*dots[:i], *dots[i + 1 :]]

            def price(
                spot: tuple[Label, int], word: str = word,
                others: list[Box] = others, rest: list[Box] = rest,
            ) -> float:  # fmt: skip
                own = box(spot[0], word)
                hidden = sum(_shared(own, other) for other in others)
                hidden += 2 * sum(_shared(own, dot) for dot in rest)
                return hidden + 1000 * _outside(own) + spot[1]

            chosen[i] = min(spots[i], key=price)[0]
            boxes[i] = box(chosen[i], word)
    return chosen


def box(label: Label, word: str) -> Box:
    """About the room that a word takes up."""
    wide = LETTER * SIZE * len(word)
    left = label.x - {"start": 0.0, "middle": wide / 2, "end": wide}[label.anchor]
    return left, label.y - 0.75 * SIZE, left + wide, label.y + 0.22 * SIZE


def _shared(a: Box, b: Box) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _outside(a: Box) -> float:
    return max(0.0, -a[0]) + max(0.0, -a[1]) + max(0.0, a[2] - WIDTH) + max(0.0, a[3] - HEIGHT)
