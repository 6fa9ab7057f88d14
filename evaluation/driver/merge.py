"""Several results files joined into one: each cell once, each run once, nothing lost."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data_cards.errors import SkillwiseError
from data_cards.scratch import written_whole
from evaluation.findings.run_findings import run_findings
from evaluation.report.files import render
from evaluation.results import schema
from evaluation.results.folder import owned
from evaluation.results.reader import FILE, Results
from evaluation.results.rescoring import score_again
from evaluation.results.rows import FINDINGS
from evaluation.results.writer import Recorder

SCORES = ("intent_accuracy", "slot_f1", "frame_accuracy", "semer")

CACHE_KIB = 128 * 1024
"""Pages that SQLite holds while it joins: keys come in no order, and the index of a million of them
(some 100 MB) would otherwise be written again and again. All else is streamed."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge came to. `repeated` cells stood in several files; of those, `differing` had
    other scores in a later file than in the first one, which is the one that is kept."""

    cells: int
    runs: int
    repeated: int
    differing: int


def merge(folders: Sequence[Path], out: Path) -> Merged:
    """Join the results of run folders into a new folder and render its last run."""
    if len(folders) < 2:
        raise SkillwiseError("results merge: name at least two runs' folders")
    target = out / FILE
    if target.exists():
        raise SkillwiseError(
            f"--out {out}: holds results already; `skillwise report {out}` "
            "renders them, or name a new folder"
        )
    for folder in folders:
        with Results(folder / FILE) as results:
            results.last_run()  # a file that is damaged, or holds nothing, is refused here
    with owned(out):
        with written_whole(target) as scratch:
            schema.lay(scratch)
            merged = _join(folders, scratch)
            _conclude(scratch)
        with Results(target) as results:
            ended = results.query("SELECT 1 FROM runs WHERE comparisons IS NOT NULL")[1]
            whole = next(ended, None) is not None
        if whole:
            render(out)
    return merged


def _join(folders: Sequence[Path], scratch: Path) -> Merged:
    repeated = differing = 0
    concluded: dict[int, int] = {}
    connection = schema.connect(scratch, write=True)
    try:
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        for folder in folders:
            again, other = _take(connection, folder / FILE, concluded)
            repeated, differing = repeated + again, differing + other
        connection.execute("DELETE FROM failures WHERE key IN (SELECT key FROM cells)")
        for run, finished in concluded.items():
            if _finished(connection, "main", run) != finished:  # another file had what failed here
                _reopen(connection, run)
        cells = connection.execute("SELECT count(*) FROM cells").fetchone()[0]
        runs = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
    finally:
        connection.close()
    return Merged(cells, runs, repeated, differing)


def _take(connection: sqlite3.Connection, path: Path, concluded: dict[int, int]) -> tuple[int, int]:
    """Copy what is not there yet of one file; how many cells were, and with other scores.

    `concluded` gains the runs whose comparisons were copied, with their number of finished cells.
    """
    connection.execute("ATTACH ? AS other", (f"{path.resolve().as_uri()}?mode=ro",))
    try:
        connection.execute("BEGIN IMMEDIATE")
        same = " AND ".join(f"mine.{name} IS theirs.{name}" for name in SCORES)
        again, equal = connection.execute(
            f"SELECT count(*), coalesce(sum({same}), 0)"
            " FROM main.cells AS mine JOIN other.cells AS theirs USING (key)"
        ).fetchone()
        for table in ("cells", "predictions", "tests", "failures", "novelty"):
            names = ", ".join(schema.shared(connection, table))
            if not names:
                continue  # a file made before this table was
            connection.execute(
                f"INSERT OR IGNORE INTO main.{table} ({names}) SELECT {names} FROM other.{table}"
            )
        _take_runs(connection, concluded if again == equal else None)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute("DETACH other")
        schema.tidy(path)
    return int(again), int(again) - int(equal)


def _take_runs(connection: sqlite3.Connection, concluded: dict[int, int] | None) -> None:
    """Runs with their plans; a run of the same plan is one run, and is concluded anew.

    A run that one file alone has keeps the conclusions it came with, for they cost an hour at a
    million cells; without `concluded`, where other scores were kept, no run does.
    """
    whole = set(FINDINGS) <= set(schema.shared(connection, "runs"))
    names = ", ".join(FINDINGS)
    rows = connection.execute(
        'SELECT id, plan_digest, settings_digest, settings, "commit", started, seconds'
        " FROM other.runs ORDER BY started"
    ).fetchall()
    for number, digest, *values in rows:
        known = connection.execute(
            "SELECT id FROM main.runs WHERE plan_digest = ?", (digest,)
        ).fetchone()
        if known:
            connection.execute(
                "UPDATE main.runs SET started = max(started, ?),"
                " seconds = coalesce(seconds, 0) + coalesce(?, 0) WHERE id = ?",
                (values[3], values[4], known[0]),
            )
            _reopen(connection, known[0])
            if concluded is not None:
                concluded.pop(known[0], None)
            continue
        cursor = connection.execute(
            'INSERT INTO main.runs (plan_digest, settings_digest, settings, "commit", started,'
            " seconds) VALUES (?, ?, ?, ?, ?, ?)",
            (digest, *values),
        )
        connection.execute(
            "INSERT INTO main.plan (run, position, key, suite, name)"
            " SELECT ?, position, key, suite, name FROM other.plan WHERE run = ?",
            (cursor.lastrowid, number),
        )
        run = int(cursor.lastrowid or 0)
        if whole and concluded is not None:
            connection.execute(
                f"UPDATE main.runs SET ({names}) = (SELECT {names} FROM other.runs WHERE id = ?"
                f" AND {FINDINGS[-1]} IS NOT NULL) WHERE id = ?",
                (number, run),
            )
            concluded[run] = _finished(connection, "other", number)


def _finished(connection: sqlite3.Connection, file: str, run: int) -> int:
    """How many cells of a run one of the two open files has finished."""
    row = connection.execute(
        f"SELECT count(*) FROM {file}.plan JOIN {file}.cells USING (key) WHERE run = ?", (run,)
    ).fetchone()
    return int(row[0])


def _reopen(connection: sqlite3.Connection, run: int) -> None:
    """Forget what a run came to, so that it is concluded anew."""
    nothing = ", ".join(f"{name} = NULL" for name in FINDINGS)
    connection.execute(f"UPDATE main.runs SET {nothing} WHERE id = ?", (run,))


def _conclude(path: Path) -> None:
    """Compare and judge each open run from all its cells; one with cells to come stays open."""
    with Recorder(path) as recorder:
        _, rows = recorder.query("SELECT id, seconds FROM runs WHERE comparisons IS NULL")
        for run, seconds in list(rows):
            failed = {
                position
                for (position,) in recorder.query(
                    f"SELECT position FROM plan JOIN failures USING (key) WHERE run = {int(run)}"
                )[1]
            }
            if any(position not in failed for position in recorder.missing(run)):
                continue
            score_again(recorder, run)
            systems = _systems(recorder, run)
            recorder.finish(run, seconds or 0.0, run_findings(recorder, run, systems))


def _systems(recorder: Recorder, run: int) -> list[str]:
    """The run's systems in the order in which it planned them: the first is the baseline."""
    _, rows = recorder.query(
        "SELECT system FROM plan JOIN cells USING (key)"
        f" WHERE run = {int(run)} GROUP BY system ORDER BY min(position)"
    )
    return [system for (system,) in rows]
