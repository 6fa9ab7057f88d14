"""results.sqlite, written: only the driver of a run does it, one transaction a cell, in WAL mode.

A run killed at any point leaves whole cells and nothing else.
"""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from data_cards.scratch import unwritable
from evaluation.planning.cell import Cell, Outcome
from evaluation.planning.novelty import Novelty, draw_key
from evaluation.planning.skill_block import (
    PackedSkill,
    frame_json,
    unpack,
    utterances_json,
)
from evaluation.results import schema
from evaluation.results.reader import Results, checksum
from evaluation.results.rows import CELL_COLUMNS, FINDINGS, CellRow, Findings
from evaluation.scoring.metrics import Counts, Scores
from evaluation.scoring.names import language
from evaluation.scoring.scored import Scored

_MARKS = ", ".join("?" * len(CELL_COLUMNS))
_NAMES = ", ".join(CELL_COLUMNS)
_TABLES = {"cells": "key", "predictions": "key", "tests": "data_digest"}
"""What a finished cell consists of, and so what is copied with it, by its key."""


class Recorder(Results):
    """A results file that is written; it is made where there is none."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            schema.create(path)
        super().__init__(path, write=True)

    def begin(
        self, settings: dict[str, Any], settings_digest: str, commit: str | None,
        cells: Iterable[Cell], started: float,
    ) -> int:  # fmt: skip
        """Enter a run and its plan, or find the run that has the very same plan; its number.

        `cells` is read twice, once for the plan's digest, so that going on writes nothing large.
        """
        digest = _plan_digest(settings_digest, cells)
        with self._transaction():
            last = self._db.execute("SELECT max(started) FROM runs").fetchone()[0]
            started = max(started, (last or 0.0) + 1e-3)  # a clock may have been set back
            found = self._db.execute(
                "SELECT id FROM runs WHERE plan_digest = ?", (digest,)
            ).fetchone()
            if found:
                self._db.execute(  # what was asked for may be said in other words, or places, now
                    'UPDATE runs SET settings = ?, "commit" = ?, started = ? WHERE id = ?',
                    (json.dumps(settings), commit, started, *found),
                )
                return int(found[0])
            cursor = self._db.execute(
                'INSERT INTO runs (plan_digest, settings_digest, settings, "commit", started)'
                " VALUES (?, ?, ?, ?, ?)",
                (digest, settings_digest, json.dumps(settings), commit, started),
            )
            run = int(cursor.lastrowid or 0)
            self._db.executemany("INSERT INTO plan VALUES (?, ?, ?, ?, ?)", _plan(run, cells))
        return run

    def add(self, cell: Cell, outcome: Outcome) -> None:
        """Write one finished or failed cell, whole."""
        measured = outcome.measurement
        with self._transaction():
            if measured is None:
                self._db.execute(
                    "INSERT OR REPLACE INTO failures (key, traceback, skill, locale, system, shots,"
                    " seed) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (outcome.key, outcome.traceback, cell.skill.name, cell.skill.locale,
                     cell.spec.name, cell.shots, cell.seed),
                )  # fmt: skip
                return
            answers = _squeeze(
                [
                    [p.utterance_id, frame_json(p.frame), round(p.confidence, 6)]
                    for p in measured.predictions
                ]
            )
            counts = _counts(measured.counts, measured.slots)
            row = CellRow(
                key=outcome.key, skill=cell.skill.name, locale=cell.skill.locale,
                system=cell.spec.name, seed=cell.seed, shots=cell.shots,
                data_digest=cell.skill.digest, settings_digest=cell.settings_digest,
                code_digest=cell.code_digest, vectors_digest=cell.vectors_digest,
                n_train=measured.n_train, n_test=measured.n_test, intents=measured.intents,
                **asdict(measured.scores), train_seconds=measured.train_seconds,
                predict_ms=measured.predict_ms, model_bytes=measured.model_bytes,
                finished=outcome.finished, scoring_digest=outcome.scoring_digest,
            )  # fmt: skip
            self._add_test(cell.skill)
            self._db.execute(f"INSERT OR IGNORE INTO cells ({_NAMES}) VALUES ({_MARKS})",
                             tuple(asdict(row).values()))  # fmt: skip
            self._db.execute(
                "INSERT OR IGNORE INTO predictions VALUES (?, ?, ?, ?, ?)",
                (outcome.key, answers, checksum(answers), counts, checksum(counts)),
            )
            if cell.noting is not None and outcome.novelty is not None:
                self._note(cell.noting.draw, outcome.novelty)
            self._db.execute("DELETE FROM failures WHERE key = ?", (outcome.key,))

    def note(self, draw: str, found: Novelty) -> None:
        """Write what is new in a draw's test utterances."""
        with self._transaction():
            self._note(draw, found)

    def _note(self, draw: str, found: Novelty) -> None:
        block = _squeeze([found.words, found.values])
        self._db.execute(
            "INSERT OR REPLACE INTO novelty VALUES (?, ?, ?)", (draw, block, checksum(block))
        )

    def _add_test(self, skill: PackedSkill) -> None:
        """Write a skill's test split where it is not there yet."""
        known = "SELECT 1 FROM tests WHERE data_digest = ?"
        if self._db.execute(known, (skill.digest,)).fetchone() is None:
            self._db.execute(
                "INSERT INTO tests VALUES (?, ?, ?, ?)",
                (skill.digest, skill.name, skill.locale,
                 _squeeze(utterances_json(unpack(skill).test))),
            )  # fmt: skip

    def take(self, other: Path, run: int) -> int:
        """Copy the run's cells that another file has finished and this one has not, with the notes
        on their draws; how many."""
        self._db.execute("ATTACH ? AS other", (f"{other.resolve().as_uri()}?mode=ro",))
        try:
            with self._transaction():
                self._db.execute(
                    "CREATE TEMP TABLE wanted AS SELECT key, data_digest, shots, seed, locale"
                    " FROM other.cells"
                    " WHERE key IN (SELECT key FROM main.plan WHERE run = ?"
                    " EXCEPT SELECT key FROM main.cells)", (run,),
                )  # fmt: skip
                count = self._db.execute("SELECT count(*) FROM wanted").fetchone()[0]
                for table, column in _TABLES.items():
                    names = ", ".join(schema.shared(self._db, table))
                    self._db.execute(
                        f"INSERT OR IGNORE INTO main.{table} ({names}) SELECT {names}"
                        f" FROM other.{table} WHERE {column} IN (SELECT {column} FROM wanted)"
                    )
                if schema.columns(self._db, "novelty", "other"):
                    self._take_notes(run)
                self._db.execute("DROP TABLE wanted")
        finally:
            self._db.execute("DETACH other")
            schema.tidy(other)
        return int(count)

    def _take_notes(self, run: int) -> None:
        """Copy the notes on the draws of the wanted cells; their names depend on the vectors."""
        vectors: Mapping[str, str] = self.settings(run).get("vectors", {})

        def name(data_digest: str, shots: int | None, seed: int, locale: str) -> str:
            return draw_key(data_digest, shots, seed, vectors.get(language(locale), ""))

        self._db.create_function("draw_key", 4, name)
        self._db.execute(
            "INSERT OR IGNORE INTO main.novelty SELECT draw, utterances, utterances_sum"
            " FROM other.novelty WHERE draw IN (SELECT draw_key(data_digest, shots, seed, locale)"
            " FROM (SELECT DISTINCT data_digest, shots, seed, locale FROM wanted))"
        )

    def scored_otherwise(
        self, run: int, scoring_digest: str, after: int, most: int
    ) -> list[tuple[int, str, str, int]]:
        """The run's finished cells whose scores other code computed, in the order of its plan, from
        behind a position: position, key, digest of the data, intents."""
        return self._db.execute(
            "SELECT position, key, data_digest, intents FROM plan JOIN cells USING (key)"
            " WHERE run = ? AND position > ? AND scoring_digest IS NOT ? ORDER BY position LIMIT ?",
            (run, after, scoring_digest, most),
        ).fetchall()

    def rescore(self, run: int, found: Mapping[str, Scored], scoring_digest: str) -> None:
        """Write new scores and counts of cells, by their keys.

        Where a score is another one now, all other runs of the file that share cells with this run
        lose their conclusions: they are drawn again when the run is started again.
        """
        names = [field.name for field in fields(Scores)]
        same = " AND ".join(f"{name} IS ?" for name in names)
        marks = ", ".join(f"{name} = ?" for name in names)
        with self._transaction():
            changed = False
            for key, scored in found.items():
                values = [getattr(scored.scores, name) for name in names]
                counts = _counts(scored.counts, scored.slots)
                kept = self._db.execute(
                    f"SELECT 1 FROM cells WHERE key = ? AND {same}", (key, *values)
                ).fetchone()
                changed = changed or kept is None
                self._db.execute(
                    f"UPDATE cells SET {marks}, scoring_digest = ? WHERE key = ?",
                    (*values, scoring_digest, key),
                )
                self._db.execute(
                    "UPDATE predictions SET counts = ?, counts_sum = ? WHERE key = ?",
                    (counts, checksum(counts), key),
                )
            if changed:
                self._db.execute(
                    "UPDATE runs SET comparisons = NULL WHERE comparisons IS NOT NULL AND id <> ?"
                    " AND id IN (SELECT other.run FROM plan AS own JOIN plan AS other USING (key)"
                    " WHERE own.run = ?)",
                    (run, run),
                )

    def finish(self, run: int, seconds: float, findings: Findings) -> None:
        """Record what the run came to."""
        rows = [  # one by one: a run of 10,000 skills has some 80,000 verdicts
            f"[{', '.join(json.dumps(asdict(each)) for each in getattr(findings, name))}]"
            for name in FINDINGS
        ]
        marks = ", ".join(f"{name} = ?" for name in FINDINGS)
        with self._transaction():
            self._db.execute(
                f"UPDATE runs SET seconds = ?, {marks} WHERE id = ?", (seconds, *rows, run)
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except sqlite3.OperationalError as error:  # disk full, read-only, held by another program
            self._undo()
            raise unwritable(
                self.path, error, "make room or leave to write; the run goes on where it stopped"
            ) from None
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")


def _plan_digest(settings_digest: str, cells: Iterable[Cell]) -> str:
    digest = hashlib.sha256(settings_digest.encode())
    for cell in cells:
        digest.update(f"{cell.key} {cell.skill.suite}\n".encode())
    return digest.hexdigest()


def _plan(run: int, cells: Iterable[Cell]) -> Iterator[tuple[int, int, str, str, str]]:
    for position, cell in enumerate(cells):
        yield run, position, cell.key, cell.skill.suite, cell.name


def _counts(counts: Counts, slots: Mapping[str, Sequence[int]]) -> bytes:
    return _squeeze({"utterances": counts.tolist(), "slots": slots})


def _squeeze(value: Any) -> bytes:
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
