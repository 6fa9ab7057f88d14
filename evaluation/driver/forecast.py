"""What a run will do, told before it starts: cells, source models, about how long, disk."""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data_cards.errors import DataError
from evaluation.driver.sources import lacking
from evaluation.planning.plan import Plan
from evaluation.results.reader import FILE, Results

CELL_BYTES = 8_000
"""What a cell adds to results.sqlite where no finished one can be asked: answers to some 100
utterances, compressed, and their scores."""

SOURCE_BYTES = 3_000_000
"""What a source model takes where none lies here yet."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """A run before it starts.

    `seconds` is by the clock, judged by the cells and source models that were finished near the
    run's folder; None where not one was. `unknown` are the systems that have no such cell, whose
    time is not in it. `disk` and `free` are bytes.
    """

    cells: int
    finished: int
    sources: int
    workers: int
    seconds: float | None
    unknown: tuple[str, ...]
    disk: int
    free: int


def forecast(plan: Plan, folder: Path, jobs: int | None, finished: int | None = None) -> Forecast:
    """Judge a plan by what lies in its folder and beside it; nothing is written.

    `finished` is how many of its cells are finished, where the caller knows: else each is looked
    up.
    """
    files = _results(folder)
    done = _finished(plan, files) if finished is None else finished
    missing = len(plan) - done
    sources = lacking(plan)
    workers = max(1, min(jobs if jobs is not None else os.cpu_count() or 1, max(1, missing)))
    costs, held = _costs(files)
    share = missing / len(plan) / len(plan.specs) if len(plan) else 0.0
    seconds, unknown = 0.0, []
    for spec in plan.specs:
        known = [
            found
            for shots in plan.settings.shots
            if (found := costs.get((spec.name, shots), costs.get((spec.name, "any")))) is not None
        ]
        if known:
            fits = plan.settings.folds or 1  # a cell's seconds are those of one fit
            seconds += fits * share * len(plan) * sum(known) / len(known) / workers
        elif missing:
            unknown.append(spec.name)
    if sources:
        from evaluation.planning.source_models import training_seconds  # imports torch

        each = training_seconds(sources[0].path.parent)
        if each is None:
            unknown.append("source models")
        else:
            seconds += len(sources) * each / min(workers, len(sources))
    return Forecast(
        cells=len(plan),
        finished=done,
        sources=len(sources),
        workers=workers,
        seconds=seconds if seconds or not missing else None,
        unknown=tuple(unknown),
        disk=int(missing * (held or CELL_BYTES)) + len(sources) * SOURCE_BYTES,
        free=shutil.disk_usage(_there(folder)).free,
    )


def describe(found: Forecast) -> str:
    """A forecast as one sentence a fact."""
    cells = f"{found.cells} {'cell' if found.cells == 1 else 'cells'}"
    parts = [f"this run has {cells}, {found.finished} of them finished before"]
    if found.sources:
        models = "source model is" if found.sources == 1 else "source models are"
        parts.append(f"{found.sources} {models} trained first, for transfer")
    if found.finished < found.cells:
        on = f"on {found.workers} {'worker' if found.workers == 1 else 'workers'}"
        if found.seconds is not None:
            parts.append(f"it takes about {_duration(found.seconds)} {on}, as cells here took")
        if found.unknown:
            names = ", ".join(found.unknown)
            parts.append(f"no time is known of {names}, since none was finished here yet")
        parts.append(f"it needs about {_size(found.disk)} of disk, {_size(found.free)} are free")
    return "; ".join(parts)


def _results(folder: Path) -> list[Path]:
    """The results files that may hold finished cells: the run's own, and those beside it."""
    own = folder / FILE
    beside = (path for path in folder.parent.glob(f"*/{FILE}") if path != own)
    return [*([own] if own.exists() else []), *sorted(beside)]


def _readable(files: Iterable[Path]) -> Iterable[Results]:
    for path in files:
        try:
            results = Results(path)
        except DataError:  # a damaged neighbour is told of when the run starts
            continue
        with results:
            yield results


def _finished(plan: Plan, files: Iterable[Path]) -> int:
    left = [cell.key for cell in plan]
    count = len(left)
    for results in _readable(files):
        left = [key for key in left if not results.has(key)]
        if not left:
            break
    return count - len(left)


def _costs(files: Iterable[Path]) -> tuple[dict[tuple[str, int | str | None], float], float]:
    """Seconds a cell by system and shots ("any": whatever their number), and bytes a cell."""
    sums: dict[tuple[str, int | str | None], tuple[float, int]] = {}
    size = cells = 0
    for results in _readable(files):
        size += results.path.stat().st_size
        for system, shots, count, seconds in results.spent():
            cells += count
            for key in ((system, shots), (system, "any")):
                before = sums.get(key, (0.0, 0))
                sums[key] = before[0] + seconds, before[1] + count
    return {key: spent / count for key, (spent, count) in sums.items()}, size / max(1, cells)


def _there(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} seconds"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    return f"{seconds / 3600:.1f} hours"


def _size(count: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"
