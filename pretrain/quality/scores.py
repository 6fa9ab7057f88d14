"""A measured set of questions, and the bootstrap interval of a figure."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RESAMPLES = 1000
LEVEL = 0.95
CELLS = 1 << 24
"""Numbers held at once by a chunk (64 MB of float32)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its bootstrap interval (95%, percentiles); all None where it is undefined."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """One set of questions, measured.

    For word similarity the figure is Spearman's rho; a pair that is not covered counts in
    `overall` with the mean similarity of the covered ones. For analogies it is the share
    answered right; a question that is not covered counts in `overall` as wrong.
    """

    name: str
    questions: int
    covered: int
    known: Estimate
    """Over the covered questions."""
    overall: Estimate
    """Over all of them."""

    @property
    def coverage(self) -> float:
        """Share of questions whose words the table knows."""
        return self.covered / self.questions


def percentiles(
    draw: Callable[[int], Floats], width: int, resamples: int
) -> tuple[float | None, float | None]:
    """Percentile interval over `resamples` draws, taken in chunks of rows of `width` numbers."""
    chunk = max(1, CELLS // 8 // width)
    drawn = np.concatenate(
        [draw(min(chunk, resamples - done)) for done in range(0, resamples, chunk)]
    )
    defined = drawn[np.isfinite(drawn)]
    if not len(defined):
        return None, None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
