"""A history of nights, drilled: its answers on record become the pools that `night_drill` deals."""

from pathlib import Path

import numpy as np

from data_cards.errors import SkillwiseError
from evaluation.nights.drill import EVERYWHERE, IN_ONE, drill
from evaluation.nights.evidence import comparable_counts, night_run
from evaluation.nights.history import REFERENCE, finished, folder_of, read_night
from evaluation.nights.verdicts import CellKey
from evaluation.scoring.metrics import Counts


def pools(history: Path) -> tuple[dict[CellKey, Counts], int]:
    """Counts of all seeds, the reference's and those of the nights since, of each cell that every
    one of these nights finished; and how many seeds a night has. What `drill` deals from."""
    reference = history / REFERENCE
    if not reference.is_dir():
        raise SkillwiseError(f"{history}: has no reference yet; run the suite once with --accept")
    number = read_night(reference).number
    since = [night for night in finished(history) if night.number > number]
    runs = [night_run(folder_of(history, night.number)) for night in since]
    held = comparable_counts(night_run(reference), runs)
    seeds = {len(run.cells[key]) for run in runs for key in held}
    if len(seeds) != 1:
        raise SkillwiseError(
            f"{history}: since reference {number} there are {len(since)} nights, of "
            f"{len(seeds)} sizes; a drill takes nights of one size: let more of them pass"
        )
    return held, seeds.pop()


def rehearse(history: Path, series: int) -> str:
    """Drill the gate on a history's own answers; what it came to, in words."""
    held, seeds = pools(history)
    found = drill(held, seeds, series, np.random.default_rng(len(held)))
    nights = found.series * found.nights
    return (
        f"{found.series} series of {found.nights} nights dealt anew from {len(held)} cells, "
        f"{seeds} seeds a night:\n"
        f"nights without a change that alarmed: {found.alarms} of {nights}, "
        f"in {found.series_with_alarm} series\n"
        f"{100 * EVERYWHERE:.0f} points lost in all skills of a system: found in "
        f"{found.found_everywhere} of {found.series} series\n"
        f"{100 * IN_ONE:.0f} points lost in one skill: found in "
        f"{found.found_in_one} of {found.series} series"
    )
