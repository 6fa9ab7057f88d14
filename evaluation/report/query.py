"""One read-only query over a results file, printed as a table, CSV or JSON lines."""

import csv
import io
import json
import math
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from data_cards.errors import SkillwiseError
from evaluation.report.markdown import table
from evaluation.results.reader import Results


def ask(path: Path, sql: str, form: str) -> Iterator[str]:
    """Yield the lines of the answer; CSV and JSON come row by row, so a large one fits.

    Columns of one name are told apart by a number: x, x_2. What JSON cannot hold, infinities, is
    null there, and bytes are written as hexadecimal digits.
    """
    with Results(path) as results:
        try:
            names, rows = results.ask(sql)
            if not names:
                raise SkillwiseError(f"--sql {sql!r}: asks for no columns; write a SELECT")
            columns = _apart(names)
            if form == "table":
                yield table(columns, ([_plain(v) for v in row] for row in rows))
            elif form == "csv":
                yield _csv(columns)
                for row in rows:
                    yield _csv([_plain(v) for v in row])
            else:
                for row in rows:
                    values = zip(columns, map(_json, row), strict=True)
                    yield json.dumps(dict(values), ensure_ascii=False, allow_nan=False)
        except (sqlite3.Error, sqlite3.Warning) as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_AUTH:
                fault = f"does more than read this file ({error}); write a SELECT"
                raise SkillwiseError(f"--sql {sql}: {fault}") from None
            raise SkillwiseError(f"--sql {sql}: {error}; fix the query") from None


def _apart(names: Sequence[str]) -> list[str]:
    """The names of columns, those that came before with a number after them."""
    found: list[str] = []
    for name in names:
        number, free = 1, name
        while free in found or (free != name and free in names):
            number += 1
            free = f"{name}_{number}"
        found.append(free)
    return found


def _json(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _csv(values: Sequence[str]) -> str:
    buffer = io.StringIO()  # what is quoted are the letters of the line end
    csv.writer(buffer, lineterminator="\r\n").writerow(values)
    return buffer.getvalue().removesuffix("\r\n")


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return "" if value is None else str(value)
