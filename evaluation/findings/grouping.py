"""How a run's cells are put together: by skill, by pair of systems, by seed."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from evaluation.results.reader import Results
from evaluation.results.rows import CellRow, PlannedCell
from evaluation.scoring.metrics import Counts

Pair = tuple[str, str]
"""Baseline and candidate."""


def pairs(systems: Sequence[str]) -> list[Pair]:
    """Who is compared: each system with the first, each network with the strong baseline and with
    the network that has no transfer."""
    found = [(systems[0], other) for other in systems[1:]]
    networks = [name for name in systems if name == "dnn" or name.startswith("dnn-")]
    found += [("maxent-crf-strong", n) for n in networks if "maxent-crf-strong" in systems]
    found += [("dnn-mlm", "dnn")] if {"dnn-mlm", "dnn"} <= set(systems) else []
    return list(dict.fromkeys(found))


def by_skill(
    cells: Iterable[PlannedCell],
) -> Iterator[tuple[tuple[str, int | None], list[PlannedCell]]]:
    """Group a run's cells, which come skill by skill: (label, shots) with its cells."""
    for key, group in groupby(cells, key=lambda cell: (cell.label, cell.row.shots)):
        yield key, list(group)


def read_tallies(results: Results, cells: Iterable[PlannedCell]) -> dict[str, dict[int, Counts]]:
    """The counts of one skill's cells: system -> seed -> (utterances, columns)."""
    tallies: dict[str, dict[int, Counts]] = {}
    for cell in cells:
        by_seed = tallies.setdefault(cell.row.system, {})
        by_seed[cell.row.seed] = results.counts(cell.row.key)
    return tallies


def comparable(row: CellRow, metric: str) -> bool:
    """Whether a metric can tell systems apart on this skill; one intent leaves nothing to tell."""
    return getattr(row, metric) is not None and (metric != "intent_accuracy" or row.intents > 1)
