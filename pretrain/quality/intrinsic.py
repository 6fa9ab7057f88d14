"""How good word vectors are by themselves: word similarity and analogies, with coverage.

Every figure comes twice: over the questions whose words the table knows, which says how good the
vectors are, and over all questions, which also counts what the table does not know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data_cards.registry.listing import table
from pretrain.quality.analogies import (
    ANALOGIES,
    ANALOGY_WORDS,
    read_questions,
    score_analogies,
)
from pretrain.quality.scores import RESAMPLES, Estimate, Score
from pretrain.quality.similarity import SETS, read_pairs, score_similarity
from pretrain.quality.table import Table, Vectors

SEED = 13


@dataclass(frozen=True, slots=True)
class Intrinsic:
    """What `evaluate` measured of one table of vectors."""

    words: int
    similarity: tuple[Score, ...]
    analogies: tuple[Score, ...]

    @property
    def mean_similarity(self) -> float | None:
        """Mean rho of the sets over covered pairs; None where a set has no rho."""
        return _mean([score.known.value for score in self.similarity])

    @property
    def mean_similarity_overall(self) -> float | None:
        """The same over all pairs, with missing ones at the mean."""
        return _mean([score.overall.value for score in self.similarity])


def evaluate(
    words: Sequence[str],
    vectors: Vectors,
    root: Path,
    *,
    analogy_words: int = ANALOGY_WORDS,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Intrinsic:
    """Score a table of vectors (n, width), most frequent word first, on the sets below `root`.

    `root` is the folder that holds `en` and `analogy_en`. Raises `DataError` for a file that is
    missing or broken.
    """
    table = Table(words, vectors)
    rng = np.random.default_rng(seed)
    similarity = tuple(
        score_similarity(name, read_pairs(root / "en" / f"EN-{name}.txt"), table, rng, resamples)
        for name in SETS
    )
    analogies = tuple(
        score
        for name in ANALOGIES
        for score in score_analogies(
            name, read_questions(root / "analogy_en" / f"{name}.txt"), table, rng, resamples,
            analogy_words,
        )
    )  # fmt: skip
    return Intrinsic(len(words), similarity, analogies)


def render(result: Intrinsic) -> str:
    """The table of an evaluation, as plain text."""
    head = ("set", "questions", "covered", "known", "95%", "overall", "95%")
    rows: list[tuple[str, ...]] = []
    for score in (*result.similarity, *result.analogies):
        rows.append(
            (
                score.name, str(score.questions), f"{score.coverage:.1%}",
                _number(score.known.value), _interval(score.known),
                _number(score.overall.value), _interval(score.overall),
            )
        )  # fmt: skip
        if score is result.similarity[-1]:
            means = (result.mean_similarity, result.mean_similarity_overall)
            rows.append(("mean rho", "", "", _number(means[0]), "", _number(means[1]), ""))
    return (
        f"{result.words} words. Sets: Spearman's rho; overall has missing pairs at the mean.\n"
        "Analogies: share right by 3CosAdd; overall has missing questions as wrong.\n\n"
        + table(head, rows, right=set(range(1, len(head))))
    )


def _mean(values: Sequence[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present and len(present) == len(values) else None


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return "-"
    return f"{estimate.low:.3f} to {estimate.high:.3f}"
