"""The layout of results.sqlite, and the checks that a file goes through before it is believed."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from data_cards.errors import DataError
from data_cards.scratch import unwritable, written_whole

SCHEMA = 1
APPLICATION = 0x534B574C  # "SKWL", in the file's header
CHECKED_BYTES = 256 * 2**20
"""Files up to this size are checked whole at opening; of a larger one SQLite still compares the
length with its header, and each row's checksum is compared when it is read."""

NOVELTY = """
CREATE TABLE IF NOT EXISTS novelty (
  draw TEXT PRIMARY KEY, utterances BLOB NOT NULL, utterances_sum TEXT NOT NULL
);
"""
"""What was new in the test utterances of a draw; files made before this have no such table."""
ADDED = {
    "runs": {"skills": "TEXT", "slices": "TEXT", "levels": "TEXT"},
    "cells": {"scoring_digest": "TEXT"},
    "failures": {
        "skill": "TEXT", "locale": "TEXT", "system": "TEXT", "shots": "INTEGER", "seed": "INTEGER"
    },
}  # fmt: skip
"""Columns that files of this schema may lack, for it was made before them: they are NULL there."""

_NO_ROOM = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
}
_NO_LOG = {
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMMAP,
    sqlite3.SQLITE_IOERR_WRITE,
}
"""What a full disk gives a reader too, who needs a place for the index of the log."""

TABLES = f"""
CREATE TABLE cells (
  key TEXT PRIMARY KEY, skill TEXT NOT NULL, locale TEXT NOT NULL, system TEXT NOT NULL,
  seed INTEGER NOT NULL, shots INTEGER, data_digest TEXT NOT NULL, settings_digest TEXT NOT NULL,
  code_digest TEXT NOT NULL, vectors_digest TEXT NOT NULL, n_train INTEGER NOT NULL,
  n_test INTEGER NOT NULL, intents INTEGER NOT NULL, intent_accuracy REAL, slot_f1 REAL,
  frame_accuracy REAL NOT NULL, semer REAL NOT NULL, slot_precision REAL, slot_recall REAL,
  slot_f1_macro REAL, train_seconds REAL NOT NULL, predict_ms REAL NOT NULL,
  model_bytes INTEGER NOT NULL, finished REAL NOT NULL, scoring_digest TEXT
);
CREATE TABLE predictions (
  key TEXT PRIMARY KEY REFERENCES cells (key), answers BLOB NOT NULL, answers_sum TEXT NOT NULL,
  counts BLOB NOT NULL, counts_sum TEXT NOT NULL
);
CREATE TABLE tests (
  data_digest TEXT PRIMARY KEY, skill TEXT NOT NULL, locale TEXT NOT NULL, utterances BLOB NOT NULL
);
CREATE TABLE runs (
  id INTEGER PRIMARY KEY, plan_digest TEXT NOT NULL UNIQUE, settings_digest TEXT NOT NULL,
  settings TEXT NOT NULL, "commit" TEXT, started REAL NOT NULL, seconds REAL,
  comparisons TEXT, skills TEXT, slices TEXT, levels TEXT
);
CREATE TABLE plan (
  run INTEGER NOT NULL REFERENCES runs (id), position INTEGER NOT NULL, key TEXT NOT NULL,
  suite TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (run, position)
) WITHOUT ROWID;
CREATE TABLE failures (
  key TEXT PRIMARY KEY, traceback TEXT NOT NULL, skill TEXT, locale TEXT, system TEXT,
  shots INTEGER, seed INTEGER
);
{NOVELTY}
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {SCHEMA};
"""


def create(path: Path) -> None:
    """Make an empty results file under a temporary name and rename it: it is never half there."""
    try:
        with written_whole(path) as scratch:
            lay(scratch)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _NO_ROOM:
            raise
        raise unwritable(path, error) from None


def lay(path: Path) -> None:
    """Lay the empty tables out in a new file, under the name that is given."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript(TABLES)
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()  # writes the log into the file and removes it


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open a results file that is whole and of our schema, or say in a `DataError` why not."""
    if not path.is_file():
        raise DataError(path, None, "no such results file", "name the folder of a run")
    remedy = "remove it, the run is then computed again, or put a copy in its place"
    if _cut(path):
        raise DataError(path, None, "is shorter than it says, it was cut off", remedy)
    mode = "rw" if write else "ro"
    if not write and not _can_tidy(path) and not _log(path).exists():
        mode = "ro&immutable=1"  # a log cannot be made or removed there, and none is pending
    connection = sqlite3.connect(
        f"file:{_quoted(path)}?mode={mode}", uri=True, timeout=60, isolation_level=None
    )
    try:
        _check(connection, path, remedy)
        if write:
            connection.execute("PRAGMA synchronous = NORMAL")
            _add_columns(connection)
    except sqlite3.DatabaseError as error:
        connection.close()
        if "locked" in str(error):
            raise
        code = error.sqlite_errorcode
        if (write and code & 0xFF in _NO_ROOM) or code in _NO_LOG:  # its log finds no place
            raise unwritable(path, error) from None
        raise DataError(path, None, f"is damaged ({error})", remedy) from None
    except BaseException:
        connection.close()
        raise
    return connection


def pending(path: Path) -> bool:
    """Whether a log lies beside a file that holds something: a writer is at work, or was killed."""
    log = _log(path)
    return log.exists() and log.stat().st_size > 0


def tidy(path: Path) -> None:
    """Remove the empty log and its index that reading leaves beside a file.

    A reader may not remove them; the last connection that may write does so when it closes, and
    where another one is open they stay for it. Where nothing can be removed they stay as well.
    """
    if not _can_tidy(path) or not _log(path).exists():
        return
    with suppress(sqlite3.Error):
        connection = sqlite3.connect(f"file:{_quoted(path)}?mode=rw", uri=True)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            connection.close()


def _can_tidy(path: Path) -> bool:
    return os.access(path.parent, os.W_OK) and os.access(path, os.W_OK)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _check(connection: sqlite3.Connection, path: Path, remedy: str) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        raise DataError(path, None, "is no results file of skillwise", "name the folder of a run")
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found != SCHEMA:
        fault = f"has schema {found}, this release reads {SCHEMA}"
        raise DataError(path, None, fault, "use the release that wrote it")
    connection.execute("SELECT count(*) FROM (SELECT 1 FROM cells LIMIT 1)").fetchone()
    if path.stat().st_size <= CHECKED_BYTES:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise DataError(path, None, f"is damaged ({verdict})", remedy)


_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
_TOLD = {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo",
         "foreign_key_list", "database_list", "user_version", "application_id"}  # fmt: skip
"""Pragmas that say what is in a file; with a value some of them would set it."""


def reads_only(
    action: int, first: str | None, second: str | None, database: str | None, source: str | None
) -> int:
    """SQLite's authorizer: whether a step of a statement does nothing but read the open file."""
    if action in _READING:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() != "load_extension":
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() in _TOLD:
        names_table = (first or "").lower() not in ("user_version", "application_id")
        return sqlite3.SQLITE_OK if second is None or names_table else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_DENY


def columns(connection: sqlite3.Connection, table: str, file: str = "main") -> list[str]:
    """The columns of a table, none where an older file has no such table."""
    return [row[1] for row in connection.execute(f"PRAGMA {file}.table_info({table})")]


def shared(connection: sqlite3.Connection, table: str) -> list[str]:
    """The columns of a table that an attached file, `other`, has too; the rest is NULL here."""
    theirs = columns(connection, table, "other")
    return [name for name in columns(connection, table) if name in theirs]


def _add_columns(connection: sqlite3.Connection) -> None:
    """Give an older file the tables and columns that it lacks; its cells stay as they are."""
    if not _lacking(connection) and columns(connection, "novelty"):
        return
    connection.execute("BEGIN IMMEDIATE")  # another writer may be at it
    try:
        connection.execute(NOVELTY)
        for table, column in _lacking(connection):
            kind = ADDED[table][column]
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    finally:
        connection.execute("COMMIT")


def _lacking(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """The tables and columns of `ADDED` that the file has not."""
    found = {table: columns(connection, table) for table in ADDED}
    return [(table, name) for table, added in ADDED.items() for name in added
            if name not in found[table]]  # fmt: skip


def _cut(path: Path) -> bool:
    """Whether the file lacks bytes that its header counts; SQLite would read zeros there."""
    if pending(path):
        return False  # pages may lie in the log still; SQLite sorts that out
    with path.open("rb") as file:
        header = file.read(32)
    if not header.startswith(b"SQLite format 3\0"):
        return not header  # another kind of file is refused by SQLite
    page = int.from_bytes(header[16:18], "big")
    size = 65536 if page == 1 else page
    return path.stat().st_size < size * int.from_bytes(header[28:32], "big")


def _quoted(path: Path) -> str:
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
