"""`nightly`: a suite with seeds of its own, compared with the accepted reference."""

from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from data_cards.errors import SkillwiseError
from evaluation.api.asking import Changes, Data, Names, Paths, Shots, Systems, asked, silence
from evaluation.api.run import Run, open_run
from evaluation.api.tables import columns, table
from evaluation.nights.history import Night as NightRecord
from evaluation.nights.history import folder_of
from evaluation.nights.pages import headline
from evaluation.nights.run import HISTORY
from evaluation.nights.run import nightly as run_night
from evaluation.nights.verdicts import CellKey, CellVerdict, SuiteVerdict
from evaluation.workers.pool import Limits


@dataclass(frozen=True)
class Night:
    """What a night found; `str` of it is its headline."""

    history: Path
    record: NightRecord

    def __str__(self) -> str:
        return headline(self.record)

    @property
    def folder(self) -> Path:
        """The folder of the night's run."""
        return folder_of(self.history, self.record.number)

    @property
    def regressed(self) -> bool:
        """Whether a skill or a suite got worse."""
        return self.record.regressed

    def run(self) -> Run:
        """The night's run."""
        return open_run(self.folder)

    def cells(self) -> pd.DataFrame:
        """One row per skill, system and number of shots, over all seeds of the night.

        `suite`, `skill`, `locale`, `shots`, `system`; `verdict` ("regression", "improvement", "no
        change", "insufficient data", "not comparable") and `reason`; frame accuracy of the
        `reference` and of `tonight`, `points` between them; `pooled` over the window's nights with
        its standard `error`; adjusted one-sided `p_seeds`, `p_utterances`; `nights`, `utterances`.
        """
        rows = (asdict(cell) | asdict(cell.key) for cell in self.record.cells)
        return table(rows, {**columns(CellKey), **columns(CellVerdict, "key")})

    def suites(self) -> pd.DataFrame:
        """One row per system and number of shots: the mean over all comparable skills.

        `system`, `shots`, `skills`, `verdict`, `points`, `pooled`, `error`, `p_seeds`,
        `p_utterances`, as in `cells`.
        """
        return table((asdict(suite) for suite in self.record.suites), columns(SuiteVerdict))


def nightly(
    systems: Systems = None, *, data: Data = None, suites: Names = None, shots: Shots = None,
    seeds: int = 1, skills: str = "*", changes: Changes = (), vectors: Paths = None,
    slots_only: bool = False, sources: Names = None, history: str | Path = HISTORY,
    accept: bool = False, jobs: int | None = None, cluster: str | None = None,
    cell_seconds: float | None = None, cell_memory: int | None = None, quiet: bool | None = None,
) -> Night:  # fmt: skip
    """Run a suite and compare it with the accepted reference: `skillwise nightly`.

    `history` is the folder of the nights; `accept` makes this night the reference of the next ones.
    The other arguments are those of `compare`, but that skills come from folders or cards alone.
    """
    settings, given = asked(
        systems, data, suites, shots, seeds, skills, changes, vectors, slots_only, sources
    )
    if given:
        raise SkillwiseError("nightly: takes folders of skills, for every night reads them again")
    folder = Path(history)
    limits = Limits(cell_seconds, cell_memory)
    with silence(quiet):
        night = run_night(
            settings, folder, accept=accept, jobs=jobs, cluster=cluster, limits=limits
        )
    return Night(folder, night)
