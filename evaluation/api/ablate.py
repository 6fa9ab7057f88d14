"""`ablate`: a base and named changes, and the table of what each change does."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from data_cards.errors import SkillwiseError, nearest
from evaluation.ablation.run import Effect, RowResult, render
from evaluation.ablation.run import ablate as run_rows
from evaluation.ablation.settings import checked, find, read
from evaluation.api.asking import Paths, several, silence, system
from evaluation.api.run import Run, open_run
from evaluation.api.tables import columns, table
from evaluation.planning.plan import FOLDER
from evaluation.results.folder import RUNS
from evaluation.scoring.metrics import METRICS
from evaluation.workers.pool import Limits

NAME = "ablation"
"""What one that is no file is called."""


@dataclass(frozen=True)
class Ablated:
    """The rows of an ablation, the base first; `str` of it is its table in Markdown."""

    folder: Path
    found: tuple[RowResult, ...] = field(repr=False)
    title: str = NAME

    def __str__(self) -> str:
        return render(self.title, self.found)

    def rows(self) -> pd.DataFrame:
        """One row per row: its means over its own skills.

        `name`, `slug` (its folder), `system`, `changes` (as `system.key=value`), `shots`,
        `commit`, `settings_digest`, `skills`, `failures` (cells), and the means
        `frame_accuracy`, `intent_accuracy`, `slot_f1`, `semer`.
        """
        means = dict.fromkeys(METRICS, float | None)
        rows = (asdict(row) | dict(row.means) for row in self.found)
        return table(rows, {**columns(RowResult, "means", "effects"), **means})

    def effects(self) -> pd.DataFrame:
        """One row per change and metric: the paired difference to the base.

        `name`, `metric`, `skills`, `seeds`; `base`, `changed` (means), `points` (changed - base, a
        fraction) with its 95% interval `ci_low`, `ci_high`; `relative_error_reduction`; `wins`,
        `ties`, `losses` (skills).
        """
        rows = (asdict(e) | {"name": row.name} for row in self.found for e in row.effects)
        return table(rows, {"name": str, **columns(Effect)})

    def run(self, name: str) -> Run:
        """The run of a row, by its name; the base's is "base"."""
        for row in self.found:
            if row.name == name:
                return open_run(self.folder / row.slug)
        raise SkillwiseError(f"no row {name!r}; {nearest(name, [r.name for r in self.found])}")


def ablate(
    ablation: str | Path | Mapping[str, Any], *, out: str | Path | None = None,
    skills: str | None = None, seeds: int | None = None, vectors: Paths = None,
    jobs: int | None = None, cluster: str | None = None, cell_seconds: float | None = None,
    cell_memory: int | None = None, quiet: bool | None = None,
) -> Ablated:  # fmt: skip
    """Measure named changes against a base, paired by skill and seed: `skillwise ablate`.

    `ablation` is a TOML file, the name of a ready one, or what such a file holds: `{"base":
    {"system": …, "data": [...]}, "change": [{"name": …, "set": {...}}]}` (docs/ABLATIONS.md), where
    a system may be a class. `skills`, `seeds` and `vectors` replace the base's. The folder is
    `runs/ablations/<name>` by default; the other arguments are those of `compare`.
    """
    stores = [Path(each) for each in several(vectors, str | Path)]
    if isinstance(ablation, Mapping):
        path = Path(NAME)
        rows = checked(_plain(ablation), path, skills, seeds, stores)
    else:
        path = find(str(ablation))
        rows = read(path, skills, seeds, stores)
    folder = Path(out) if out is not None else RUNS / "ablations" / path.stem
    sources = RUNS / FOLDER if out is None else None
    limits = Limits(cell_seconds, cell_memory)
    with silence(quiet):
        found = run_rows(rows, folder, jobs=jobs, cluster=cluster, limits=limits, sources=sources)
    return Ablated(folder, tuple(found), path.stem)


def _plain(content: Any) -> Any:
    """What a TOML file would hold: classes by their names, paths as text, tuples as lists."""
    if isinstance(content, Mapping):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if isinstance(content, Path):
        return str(content)
    return system(content) if isinstance(content, type) else content
