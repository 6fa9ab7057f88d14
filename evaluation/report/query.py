"""One read-only query over a results file, printed as a table, CSV or JSON lines."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from data_cards.errors import SkillwiseError
from evaluation.report.markdown import table
from evaluation.results.reader import Results


def ask(path: Path, sql: str, form: str) -> Iterator[str]:
    """Yield the lines of the answer; CSV and JSON come row by row, so a large one fits."""
    with Results(path) as results:
        try:
            columns, rows = results.query(sql)
            if form == "table":
                yield table(columns, ([_plain(v) for v in row] for row in rows))
            elif form == "csv":
                yield _csv(columns)
                for row in rows:
                    yield _csv([_plain(v) for v in row])
            else:
                for row in rows:
                    values = [v.hex() if isinstance(v, bytes) else v for v in row]
                    yield json.dumps(dict(zip(columns, values, strict=True)), ensure_ascii=False)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise SkillwiseError(f"--sql {sql}: {error}; mend the query") from None


def _csv(values: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(values)
    return buffer.getvalue()


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return "" if value is None else str(value)
