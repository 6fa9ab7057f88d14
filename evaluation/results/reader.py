"""results.sqlite, read: finished cells, their answers, and the runs that asked for them.

Answers and counts are compressed JSON, one block a cell, with a checksum; nothing here is pickled.
`recording` is the one module that writes it.
"""

import hashlib
import json
import re
import sqlite3
import zlib
from array import array
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from data_cards.errors import DataError
from data_cards.records import Prediction, Utterance
from evaluation.planning.skill_block import frame, utterances
from evaluation.results import schema
from evaluation.results.rows import (
    CELL_COLUMNS,
    FINDINGS,
    CellRow,
    Comparison,
    Failure,
    Level,
    MetricTest,
    PlannedCell,
    RunResult,
    SkillVerdict,
    Slice,
)
from evaluation.scoring.metrics import Counts

FILE = "results.sqlite"

HELD_CELLS = 20_000
"""Finished cells of a run that are held in memory at most; the rows of more are read each time."""


_MADE_ON_SIGHT = ("json_each('[]')", "json_tree('[]')", "pragma_table_info('cells')")
"""Tables that SQLite makes at their first use, which a connection that only reads may not do."""


_DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError, json.JSONDecodeError, zlib.error)
"""What bytes that are not as they were written come to in a file that SQLite still opens."""


class StoredCells(Collection[PlannedCell]):
    """The finished cells of a large run, read from its file at each walk over them."""

    def __init__(self, path: Path, run: int, count: int) -> None:
        self._path, self._run, self._count = path, run, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[PlannedCell]:
        with Results(self._path) as results:  # the file it came from may be closed by now
            yield from results.cells(self._run)

    def __contains__(self, cell: object) -> bool:
        return any(cell == each for each in self)


class Results:
    """An open results file; use it in `with`."""

    def __init__(self, path: Path, *, write: bool = False) -> None:
        self.path = path
        self._reads = not write
        self._tidies = not write and not schema.pending(path)
        self._db = schema.connect(path, write=write)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()
        if self._reads and isinstance(error, _DAMAGE) and "locked" not in str(error):
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> DataError:
        remedy = "remove the file, the run is then computed again"
        return DataError(self.path, None, f"is damaged ({error})", remedy)

    def close(self) -> None:
        """Close the file; what reading left beside it is removed."""
        self._db.close()
        if self._tidies:
            schema.tidy(self.path)

    def missing(self, run: int) -> "array[int]":
        """Positions of the run's plan that have no finished cell yet, ascending, each cell once;
        eight bytes each, since a plan may have millions."""
        rows = self._db.execute(
            "SELECT min(position) FROM plan WHERE run = ? AND NOT EXISTS"
            " (SELECT 1 FROM cells WHERE cells.key = plan.key) GROUP BY key ORDER BY 1", (run,),
        )  # fmt: skip
        return array("q", (position for (position,) in rows))

    def has(self, key: str) -> bool:
        """Whether the cell of this key is finished here."""
        return self._db.execute("SELECT 1 FROM cells WHERE key = ?", (key,)).fetchone() is not None

    def spent(self) -> Iterator[tuple[str, int | None, int, float]]:
        """For each system and number of shots: finished cells, and their seconds in sum.

        A cell's seconds are those of training and of three calls that answer the test split.
        """
        yield from self._db.execute(
            "SELECT system, shots, count(*), sum(train_seconds + 3 * predict_ms * n_test / 1000)"
            " FROM cells GROUP BY system, shots"
        )

    def last_run(self) -> int:
        """The number of the run that began last."""
        row = self._db.execute("SELECT id FROM runs ORDER BY started DESC LIMIT 1").fetchone()
        if row is None:
            raise DataError(self.path, None, "holds no run", "run `skillwise compare` first")
        return int(row[0])

    def cells(self, run: int) -> Iterator[PlannedCell]:
        """The run's finished cells, in the order of its plan: skill by skill."""
        names = self._names("cells", CELL_COLUMNS)
        for suite, *values in self._db.execute(
            f"SELECT plan.suite, {names} FROM plan JOIN cells USING (key)"
            " WHERE run = ? ORDER BY position", (run,),
        ):  # fmt: skip
            yield PlannedCell(suite, CellRow(*values))

    def ended_run(self, run: int | None = None) -> int:
        """The number of a finished run, by default the last; a run that was cut short says so."""
        number = self.last_run() if run is None else run
        ended = "SELECT 1 FROM runs WHERE id = ? AND comparisons IS NOT NULL"
        if self._db.execute(ended, (number,)).fetchone() is None:
            raise DataError(
                self.path, None, "its run was not ended", "start it again: it goes on where it was"
            )
        return number

    def run(self, run: int | None = None) -> RunResult:
        """A finished run, by default the last; `DataError` where it was cut short or is damaged."""
        number = self.ended_run(run)
        try:
            return self._run(number)
        except (
            *_DAMAGE,
            TypeError,
            KeyError,
            ValueError,
        ) as error:  # TypeError: a field of another name
            raise self._damaged(error) from None

    def _run(self, number: int) -> RunResult:
        findings = self._names("runs", FINDINGS)
        row = self._db.execute(
            f'SELECT "commit", settings_digest, settings, seconds, {findings} FROM runs'
            " WHERE id = ?", (number,),
        ).fetchone()  # fmt: skip
        count = self._db.execute(
            "SELECT count(*) FROM plan JOIN cells USING (key) WHERE run = ?", (number,)
        ).fetchone()[0]
        parts = self._names("failures", ("skill", "locale", "system", "shots", "seed"))
        failures = self._db.execute(
            f"SELECT traceback, plan.suite, plan.name, {parts} FROM plan JOIN failures USING (key)"
            " WHERE run = ? ORDER BY position", (number,),
        )  # fmt: skip
        return RunResult(
            commit=row[0],
            settings_digest=row[1],
            settings=json.loads(row[2]),
            seconds=row[3],
            cells=(
                tuple(self.cells(number)) if count <= HELD_CELLS
                else StoredCells(self.path, number, count)
            ),
            comparisons=tuple(Comparison(**c) for c in json.loads(row[4])),
            failures=tuple(_failure(*row) for row in failures),
            skills=tuple(_verdict(each) for each in _elements(row[5] or "[]")),
            slices=tuple(Slice(**each) for each in _elements(row[6] or "[]")),
            levels=tuple(Level(**each) for each in _elements(row[7] or "[]")),
        )  # fmt: skip

    def settings(self, run: int) -> dict[str, Any]:
        """What a run's plan recorded of itself."""
        row = self._db.execute("SELECT settings FROM runs WHERE id = ?", (run,)).fetchone()
        settings: dict[str, Any] = json.loads(row[0])
        return settings

    def has_all_findings(self, run: int) -> bool:
        """Whether all was recorded that a run comes to; earlier releases kept less of it."""
        names = self._names("runs", FINDINGS)
        row = self._db.execute(f"SELECT {names} FROM runs WHERE id = ?", (run,)).fetchone()
        return None not in row

    def counts(self, key: str) -> Counts:
        """A cell's counts, (utterances, columns of `metrics.COLUMNS`)."""
        return self.tally(key)[0]

    def tally(self, key: str) -> tuple[Counts, dict[str, tuple[int, ...]]]:
        """A cell's counts, and its slot table: name -> (right, predicted, reference)."""
        block = self._block(key, "counts")
        slots = {name: tuple(row) for name, row in block["slots"].items()}
        return np.array(block["utterances"], dtype=np.int64), slots

    def spans(self, key: str) -> list[list[list[Any]]]:
        """The slots of a cell's answers, each [name, start, end], in the order of `test`."""
        return [answer[1] for _, answer, _ in self._block(key, "answers")]

    def predictions(self, key: str) -> list[Prediction]:
        """A cell's answers, in the order of `test`."""
        return [Prediction(u, frame(f), c) for u, f, c in self._block(key, "answers")]

    def novelty(self, draw: str) -> tuple[list[int], list[list[int]]] | None:
        """What `note_novelty` wrote of a draw, None where the file has no note of it."""
        if not schema.columns(self._db, "novelty"):
            return None
        row = self._db.execute(
            "SELECT utterances, utterances_sum FROM novelty WHERE draw = ?", (draw,)
        ).fetchone()
        if row is None:
            return None
        words, values = self._unpacked(row, f"the notes on draw {draw[:12]}")
        return words, values

    def noted(self) -> set[str]:
        """The draws that `novelty` knows."""
        if not schema.columns(self._db, "novelty"):
            return set()
        return {draw for (draw,) in self._db.execute("SELECT draw FROM novelty")}

    def test(self, data_digest: str) -> tuple[Utterance, ...]:
        """The test split, gold frames and all, of the skill with this digest."""
        row = self._db.execute(
            "SELECT utterances FROM tests WHERE data_digest = ?", (data_digest,)
        ).fetchone()
        if row is None:
            raise DataError(self.path, None, f"has no skill {data_digest[:12]}", "run it again")
        return utterances(json.loads(zlib.decompress(row[0])))

    def query(self, sql: str) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        """Column names and rows of any one query; open the file without `write` for it."""
        cursor = self._db.execute(sql)
        return [column[0] for column in cursor.description or ()], cursor

    def ask(self, sql: str) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        """Column names and rows of a query of the user's: it can read this file and nothing else,
        whatever it says. From here on no other query may be put to this object."""
        for table in _MADE_ON_SIGHT:
            self._db.execute(f"SELECT 1 FROM {table}").close()
        self._db.set_authorizer(schema.reads_only)
        self._db.text_factory = lambda text: text.decode("utf-8", "replace")
        return self.query(sql)

    def _names(self, table: str, columns: Iterable[str]) -> str:
        """Columns for a query; what an older file lacks is NULL."""
        there = schema.columns(self._db, table)
        return ", ".join(f"{table}.{name}" if name in there else "NULL" for name in columns)

    def _block(self, key: str, column: str) -> Any:
        row = self._db.execute(
            f"SELECT {column}, {column}_sum FROM predictions WHERE key = ?", (key,)
        ).fetchone()
        return self._unpacked(row, f"the {column} of cell {key[:12]}")

    def _unpacked(self, row: tuple[bytes, str] | None, what: str) -> Any:
        if row is None or checksum(row[0]) != row[1]:
            raise DataError(
                self.path, None, f"{what} are damaged",
                "remove the file, the run is then computed again",
            )  # fmt: skip
        return json.loads(zlib.decompress(row[0]))


def _elements(text: str) -> Iterator[Any]:
    """The elements of a JSON array, one by one: their text is smaller than all of them at once."""
    decode = json.JSONDecoder().raw_decode
    at = text.index("[") + 1
    while at < len(text) and text[at] != "]":
        element, at = decode(text, at)
        yield element
        at += 2 if text.startswith(", ", at) else 0  # as `json.dumps` parts them


_NAMED = re.compile(r"(.*) (\S+) shots (all|\d+) seed (\d+)", re.DOTALL)
"""A cell in words, which is all that earlier releases kept of a failed one."""


def _failure(
    traceback: str, suite: str, name: str, skill: str | None, locale: str | None,
    system: str | None, shots: int | None, seed: int | None,
) -> Failure:  # fmt: skip
    if skill is not None and locale is not None and system is not None and seed is not None:
        return Failure(suite, skill, locale, system, shots, seed, traceback)
    found = _NAMED.fullmatch(name)
    label, system, said, number = found.groups() if found else (name, "", "all", "0")
    skill, _, locale = label.removeprefix(f"{suite}/").rpartition("@")
    drawn = None if said == "all" else int(said)
    return Failure(suite, skill, locale, system, drawn, int(number), traceback)


def _verdict(row: dict[str, Any]) -> SkillVerdict:
    tests = tuple(MetricTest(**test) for test in row["tests"])
    return SkillVerdict(**{**row, "tests": tests})


def checksum(blob: bytes) -> str:
    """What a block must still hash to when it is read."""
    return hashlib.sha256(blob).hexdigest()[:16]
