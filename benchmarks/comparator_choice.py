"""What each comparator is at its best: chosen on six similarity sets, told on the other seven."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from benchmarks.comparator_training import Floats, Tables
from pretrain.mlm.export import combine, finish
from pretrain.quality.similarity import SETS, score_similarity
from pretrain.quality.table import Table

TUNED = tuple(sorted(SETS, key=str.lower)[1::2])
"""Every second set in alphabetical order, six."""
REPORTED = tuple(sorted(SETS, key=str.lower)[::2])
"""The others, seven."""
GIVES = ("read", "mean")
"""The table that a comparator gives: the one that it reads, or the mean of both."""
REMOVED = (0, 1, 2, 3, 5, 8)
"""Principal components removed (Mu and Viswanath 2018)."""

Pairs = Mapping[str, list[tuple[str, str, float]]]
"""Of each similarity set, its word pairs with their ratings."""
Figures = dict[str, float | None]


@dataclass(frozen=True)
class Choice:
    """How a comparator is best, by mean rho on the tuning sets."""

    length: int
    gives: str
    removed: int
    tuned: float
    cpu_seconds: float
    vectors: Floats  # (words, width)


def rhos(words: Sequence[str], vectors: Floats, pairs: Pairs) -> dict[str, float]:
    """Spearman's rho of each set over the pairs that the vocabulary covers; left out where none."""
    table, rng = Table(words, vectors), np.random.default_rng(0)
    found = {name: score_similarity(name, rows, table, rng, 1) for name, rows in pairs.items()}
    return {n: score.known.value for n, score in found.items() if score.known.value is not None}


def mean(found: Mapping[str, float], names: Sequence[str]) -> float:
    """Mean rho over some sets, those without any pair covered left out."""
    values = [found[name] for name in names if name in found]
    return sum(values) / len(values) if values else 0.0


def chosen(words: Sequence[str], trained: Mapping[int, Tables], pairs: Pairs) -> Choice:
    """The best of all lengths, tables and numbers of components, by the tuning sets alone."""
    tuning = {name: pairs[name] for name in TUNED}
    return max(_tried(words, trained, tuning), key=lambda choice: choice.tuned)


def _tried(
    words: Sequence[str], trained: Mapping[int, Tables], tuning: Pairs
) -> Iterator[Choice]:  # fmt: skip
    for (length, tables), gives, removed in product(trained.items(), GIVES, REMOVED):
        if removed >= tables.read.shape[1]:
            continue
        vectors = finish(combine(tables.read, tables.answer, gives), removed)
        score = mean(rhos(words, vectors, tuning), TUNED)
        yield Choice(length, gives, removed, score, tables.cpu_seconds, vectors)


def equal_length(trained: Mapping[int, Tables], seconds: float) -> int:
    """How long to train for so many CPU seconds, by the longest training there is; at least 1."""
    longest = max(trained)
    return max(1, round(longest * seconds / max(trained[longest].cpu_seconds, 1e-9)))


def told(name: str, choice: Choice, words: Sequence[str], pairs: Pairs) -> Figures:
    """The figures of a choice."""
    found = rhos(words, choice.vectors, pairs)
    key = name.replace("-", "_")
    return {
        f"similarity_{key}": mean(found, REPORTED),
        f"tuned_similarity_{key}": choice.tuned,
        f"cpu_seconds_{key}": choice.cpu_seconds,
        f"length_{key}": float(choice.length),
        f"removed_{key}": float(choice.removed),
        f"both_tables_{key}": float(choice.gives == "mean"),
        **{f"rho_{key}_{n.lower().replace('-', '_')}": v for n, v in found.items()},
    }
