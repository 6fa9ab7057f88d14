"""From results files to a night's evidence: which cells may be compared, and the counts of those.

Numbers are comparable where the data and the settings behind them are the same. Code and word
vectors may differ: they are what a night is there to judge.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evaluation.nights.verdicts import (
    CellEvidence,
    CellKey,
    CellVerdict,
    NightRule,
    SuiteVerdict,
    judge,
)
from evaluation.results.reader import FILE, Results
from evaluation.results.rows import CellRow, Failure, PlannedCell, RunResult
from evaluation.scoring.metrics import Counts

Cells = dict[CellKey, list[CellRow]]


@dataclass(frozen=True, slots=True)
class NightRun:
    """A run's finished cells by what they are, one row a seed, and the bugs of the others."""

    folder: Path
    cells: Mapping[CellKey, Sequence[CellRow]]
    failures: tuple[Failure, ...] = ()

    def broken(self, key: CellKey) -> str:
        """The last line of the traceback that took one of the cell's seeds, "" if none did."""
        cell = (key.label, key.system, key.shots)
        found = (f.traceback for f in self.failures if (f.label, f.system, f.shots) == cell)
        return next((t.strip().rpartition("\n")[2] for t in found), "")


def night_run(folder: Path, run: RunResult | None = None) -> NightRun:
    """The last run of a folder."""
    if run is None:
        with Results(folder / FILE) as results:
            run = results.run()
    return NightRun(folder, by_key(run.cells), run.failures)


def by_key(cells: Iterable[PlannedCell]) -> Cells:
    """Finished cells grouped over their seeds, in the plan's order."""
    found: Cells = {}
    for cell in cells:
        row = cell.row
        key = CellKey(cell.suite, row.skill, row.locale, row.shots, row.system)
        found.setdefault(key, []).append(row)
    return found


def judge_night(
    reference: NightRun, tonight: NightRun, earlier: Sequence[NightRun], rule: NightRule
) -> tuple[list[CellVerdict], list[SuiteVerdict]]:
    """The verdicts on all cells that either side has; `earlier` are the other nights of the window,
    oldest first."""
    keys = list(dict.fromkeys([*tonight.cells, *reference.cells]))
    refused: dict[CellKey, CellVerdict] = {}
    evidence = []
    for key in keys:
        verdict = _refused(key, reference, tonight)
        if verdict is not None:
            refused[key] = verdict
            continue
        same = [night for night in earlier if _same(night.cells.get(key), tonight.cells[key])]
        window = [*same, tonight]
        evidence.append(
            CellEvidence(
                key, _counts(reference, key), tuple(_counts(night, key) for night in window)
            )
        )
    verdicts, suites = judge(evidence, rule)
    found = {v.key: v for v in verdicts} | refused
    return [found[key] for key in keys], suites


def first_night(tonight: NightRun) -> list[CellVerdict]:
    """The cells of a night that has no reference yet."""
    return [
        CellVerdict(
            key, "not comparable", "there was no reference yet",
            tonight=sum(row.frame_accuracy for row in rows) / len(rows),
        )
        for key, rows in tonight.cells.items()
    ]  # fmt: skip


def comparable_counts(reference: NightRun, nights: Sequence[NightRun]) -> dict[CellKey, Counts]:
    """Counts of all seeds, (seeds, utterances, columns), of each cell that the reference and all
    nights finished on the same data, by the same settings and by the same code and vectors."""
    names = ("data_digest", "settings_digest", "code_digest", "vectors_digest")
    found = {}
    for key, rows in reference.cells.items():
        others = [night.cells.get(key) for night in nights]
        if all(
            own is not None and all(getattr(own[0], n) == getattr(rows[0], n) for n in names)
            for own in others
        ):
            found[key] = np.concatenate([_counts(night, key) for night in (reference, *nights)])
    return found


def _refused(key: CellKey, reference: NightRun, tonight: NightRun) -> CellVerdict | None:
    now, before = tonight.cells.get(key), reference.cells.get(key)
    if before is None:
        return CellVerdict(key, "not comparable", "it is not in the reference")
    bug = tonight.broken(key)
    if bug:
        return CellVerdict(key, "regression", f"it failed: {bug}")
    if now is None:
        return CellVerdict(key, "not comparable", "it was not run tonight")
    for name, what in (("data_digest", "its data"), ("settings_digest", "its settings")):
        if getattr(now[0], name) != getattr(before[0], name):
            return CellVerdict(key, "not comparable", f"{what} changed since the reference")
    return None


def _same(earlier: Sequence[CellRow] | None, now: Sequence[CellRow]) -> bool:
    return earlier is not None and all(
        getattr(earlier[0], name) == getattr(now[0], name)
        for name in ("data_digest", "settings_digest")
    )


def _counts(night: NightRun, key: CellKey) -> Counts:
    """Counts of all seeds: (seeds, utterances, columns)."""
    with Results(night.folder / FILE) as results:
        return np.stack([results.counts(row.key) for row in night.cells[key]])
