"""`skillwise results --sql`: it reads, it never writes, and its answers are whole."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from simulated_run import skill, write_run

from data_cards.errors import SkillwiseError
from evaluation.report.query import ask
from evaluation.results.reader import FILE

EVERYTHING = "SELECT group_concat(sql) FROM sqlite_master"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    path = tmp_path / "run" / FILE
    path.parent.mkdir()
    write_run(path, [skill(0, 4)], judged=False)
    return path


def answers(run: Path, sql: str) -> list[dict[str, Any]]:
    return [json.loads(line, parse_constant=_refused) for line in ask(run, sql, "json")]


def _refused(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path), path.read_bytes()


WRITES = [
    "DELETE FROM cells", "UPDATE cells SET seed = 1", "INSERT INTO runs (id) VALUES (9)",
    "REPLACE INTO runs (id) VALUES (9)", "DROP TABLE cells", "CREATE TABLE t (a)",
    "CREATE TEMP TABLE t (a)", "CREATE VIEW v AS SELECT 1", "CREATE INDEX i ON cells (seed)",
    "CREATE TRIGGER t AFTER INSERT ON runs BEGIN SELECT 1; END", "ALTER TABLE cells ADD x",
    "CREATE VIRTUAL TABLE t USING fts5(a)", "ATTACH 'other.db' AS o", "DETACH main", "VACUUM",
    "VACUUM INTO 'copy.db'", "REINDEX", "ANALYZE", "BEGIN", "BEGIN IMMEDIATE", "COMMIT",
    "SAVEPOINT s", "PRAGMA user_version = 7", "PRAGMA application_id(7)",
    "PRAGMA journal_mode = DELETE", "PRAGMA writable_schema = ON", "PRAGMA query_only = 0",
    "PRAGMA optimize", "PRAGMA wal_checkpoint", "PRAGMA temp_store_directory = '.'",
    "SELECT load_extension('x')", "SELECT writefile('x', 'y')", "SELECT readfile('/etc/hosts')",
    "WITH x AS (SELECT 1) DELETE FROM cells", "EXPLAIN DELETE FROM cells",
    "SELECT 1; DELETE FROM cells", "DELETE FROM cells RETURNING key",
    "PRAGMA writable_schema = ON; DELETE FROM sqlite_master",
    "INSERT INTO sqlite_master VALUES (1)",
]  # fmt: skip


@pytest.mark.parametrize("sql", WRITES)
def test_no_statement_writes(
    sql: str, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = list(contents(tmp_path))
    for form in ("table", "csv", "json"):
        with pytest.raises(SkillwiseError, match="--sql"):
            list(ask(run, sql, form))
    assert list(contents(tmp_path)) == before


@pytest.mark.parametrize("sql", ["", "  ", ";", "-- nothing", "/* nothing */"])
def test_a_query_of_nothing_is_refused(sql: str, run: Path) -> None:
    with pytest.raises(SkillwiseError, match="asks for no columns; write a SELECT"):
        list(ask(run, sql, "table"))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM cells", "SELECT count(*) AS n FROM plan JOIN cells USING (key)",
        "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 5) SELECT x FROM c",
        "SELECT value FROM json_each('[1, 2]')", "SELECT * FROM pragma_table_info('cells')",
        "SELECT skill FROM cells UNION SELECT name FROM plan ORDER BY 1", EVERYTHING,
        "EXPLAIN QUERY PLAN SELECT * FROM cells", "PRAGMA table_info(cells)",
        "PRAGMA user_version", "VALUES (1, 2)", "SELECT random(), date('now'), printf('%d', 3)",
    ],
)  # fmt: skip
def test_what_only_reads_is_answered(sql: str, run: Path) -> None:
    assert answers(run, sql)


def test_columns_of_one_name_are_all_kept(run: Path) -> None:
    sql = "SELECT 1 AS x, 2 AS x, 3 AS x_2, 4 AS x, 5 AS X"
    assert answers(run, sql) == [{"x": 1, "x_3": 2, "x_2": 3, "x_4": 4, "X": 5}]
    assert next(ask(run, sql, "csv")) == "x,x_3,x_2,x_4,X"
    (row,) = answers(run, "SELECT * FROM cells JOIN plan USING (key) LIMIT 1")
    (joined,) = answers(run, "SELECT * FROM cells a JOIN cells b USING (key) LIMIT 1")
    assert len(joined) == 2 * len(answers(run, "PRAGMA table_info(cells)")) - 1
    assert len(row) > len(joined) / 2


def test_json_holds_every_value(run: Path) -> None:
    sql = (
        "SELECT 9e999 AS inf, -9e999 AS neg, 9223372036854775807 AS big, x'00ff' AS blob,"
        " NULL AS nil, CAST(x'41ff' AS TEXT) AS odd, char(10, 8232, 34, 0, 65) AS mark, 0.1 AS f"
    )
    assert answers(run, sql) == [
        {"inf": None, "neg": None, "big": 2**63 - 1, "blob": "00ff", "nil": None,
         "odd": "A\ufffd", "mark": '\n\u2028"\0A', "f": 0.1}
    ]  # fmt: skip


def test_csv_quotes_what_would_break_it(run: Path) -> None:
    sql = "SELECT char(65, 10, 66) AS a, 'x,y' AS b, char(13) AS c, '\"' AS d"
    text = "\n".join(ask(run, sql, "csv")) + "\n"
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows == [["a", "b", "c", "d"], ["A\nB", "x,y", "\r", '"']]
