"""How a run's cells are put together: by skill, by pair of systems, by seed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from evaluation.results.reader import Results
from evaluation.results.rows import CellRow, PlannedCell
from evaluation.scoring.metrics import Counts

Pair = tuple[str, str]
"""Baseline and candidate."""


def pairs(systems: Sequence[str]) -> list[Pair]:
    """Who is compared: each system with the first, each network with the strong baseline, and those
    that have transfer or an encoder with the one that has neither."""
    found = [(systems[0], other) for other in systems[1:]]
    networks = [name for name in systems if name == "dnn" or name.startswith("dnn-")]
    found += [("maxent-crf-strong", n) for n in networks if "maxent-crf-strong" in systems]
    more = ("dnn-context", "dnn-mlm-transfer", "dnn")
    found += [("dnn-mlm", n) for n in more if {"dnn-mlm", n} <= set(systems)]
    return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Tallied:
    """One skill's finished cells at one number of shots, with the counts of their answers: system
    -> seed -> (utterances, columns). They are read once, for all that is found from them.

    `folds` is of a run that was cross-validated: a seed is then a deal of all the skill's rows."""

    label: str
    shots: int | None
    cells: Sequence[PlannedCell]
    counts: Mapping[str, Mapping[int, Counts]]
    folds: int | None = None


def tallied(results: Results, run: int) -> Iterator[Tallied]:
    """A run's finished cells with their counts, skill by skill; one skill is held at a time."""
    folds = results.settings(run).get("folds")
    for (label, shots), cells in by_skill(results.cells(run)):
        counts: dict[str, dict[int, Counts]] = {}
        for cell in cells:
            by_seed = counts.setdefault(cell.row.system, {})
            by_seed[cell.row.seed] = results.counts(cell.row.key)
        yield Tallied(label, shots, cells, counts, folds)


def by_skill(
    cells: Iterable[PlannedCell],
) -> Iterator[tuple[tuple[str, int | None], list[PlannedCell]]]:
    """Group a run's cells: (label, shots) with its cells.

    They must come skill by skill, as a plan has them; a skill that comes again is a ValueError, for
    it would count twice.
    """
    seen: set[tuple[str, int | None]] = set()
    for key, group in groupby(cells, key=lambda cell: (cell.label, cell.row.shots)):
        if key in seen:
            raise ValueError(f"the cells of {key[0]} at {key[1]} shots do not come together")
        seen.add(key)
        yield key, list(group)


def comparable(row: CellRow, metric: str) -> bool:
    """Whether a metric can tell systems apart on this skill; one intent leaves nothing to tell."""
    return getattr(row, metric) is not None and (metric != "intent_accuracy" or row.intents > 1)
