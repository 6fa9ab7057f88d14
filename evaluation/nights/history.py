"""The nights on record: `night.json` in each night's folder, and what is read back from it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from data_cards.scratch import write_whole
from evaluation.nights.verdicts import CellKey, CellVerdict, SuiteVerdict

SCHEMA = 1
RECORD = "night.json"
REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Night:
    """One night: its number, when it ended, by which commit, and what was found.

    `reference` is the number of the night it was compared with, None for a first one.
    """

    number: int
    date: str
    commit: str | None
    settings_digest: str
    reference: int | None
    accepted: bool
    cells: tuple[CellVerdict, ...]
    suites: tuple[SuiteVerdict, ...]

    def having(self, verdict: str) -> list[CellVerdict]:
        """The cells of one verdict."""
        return [cell for cell in self.cells if cell.verdict == verdict]

    @property
    def regressed(self) -> bool:
        """Whether a cell or a suite got worse."""
        return bool(self.having("regression")) or any(
            suite.verdict == "regression" for suite in self.suites
        )


def write_night(folder: Path, night: Night) -> None:
    """Record a night in its folder; from then on it is finished."""
    content = {"schema": SCHEMA, **asdict(night)}
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(folder / RECORD, text + "\n")


def read_night(folder: Path) -> Night:
    """The night of a folder; DataError where its record is not what `write_night` wrote."""
    path = folder / RECORD
    try:
        content = json.loads(path.read_text("utf-8"))
        schema = content.pop("schema")
        if schema != SCHEMA:
            raise DataError(
                path, None, f"has schema {schema}, this release reads {SCHEMA}",
                "use the release that wrote it",
            )  # fmt: skip
        cells = tuple(_cell(row) for row in content.pop("cells"))
        suites = tuple(SuiteVerdict(**row) for row in content.pop("suites"))
        return Night(**content, cells=cells, suites=suites)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            path, None, f"is no record of a night ({type(error).__name__}: {error})",
            "remove its folder",
        ) from None  # fmt: skip


def folder_of(history: Path, number: int) -> Path:
    """Where a night is kept."""
    return history / f"{number:04d}"


def numbers(history: Path) -> list[int]:
    """Numbers of all nights that began, finished or not."""
    return sorted(int(p.name) for p in history.glob("[0-9]*") if p.name.isdecimal() and p.is_dir())


def finished(history: Path) -> list[Night]:
    """The finished nights, oldest first."""
    folders = [folder_of(history, number) for number in numbers(history)]
    return [read_night(folder) for folder in folders if (folder / RECORD).exists()]


def next_number(history: Path) -> int:
    """The unfinished last night's number, so that it goes on, else a new one."""
    found = numbers(history)
    if not found:
        return 1
    last = found[-1]
    return last + 1 if (folder_of(history, last) / RECORD).exists() else last


def systems(nights: Iterable[Night]) -> list[tuple[str, int | None]]:
    """Systems with their shots, in the order in which they first stood in a night."""
    keys = ((c.key.system, c.key.shots) for night in nights for c in night.cells)
    return list(dict.fromkeys(keys))


def ladder(
    nights: Sequence[Night], system: str, shots: int | None
) -> dict[str, list[CellVerdict | None]]:
    """One line a skill: its verdict in each night, None where it has none."""
    lines: dict[str, list[CellVerdict | None]] = {}
    for i, night in enumerate(nights):
        for cell in night.cells:
            if (cell.key.system, cell.key.shots) == (system, shots):
                line = lines.setdefault(cell.key.label, [None] * len(nights))
                line[i] = cell
    return dict(sorted(lines.items()))


def _cell(row: dict[str, Any]) -> CellVerdict:
    return CellVerdict(**{**row, "key": CellKey(**row["key"])})
