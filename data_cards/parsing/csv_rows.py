"""Rows of a delimited file by column name, with the line each ends at."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from data_cards.errors import DataError, nearest
from data_cards.faults import Faults
from data_cards.parsing import sources
from data_cards.parsing.jsonlines import Place


def rows(
    path: Path, faults: Faults, *, delimiter: str = ",", needed: tuple[str, ...] = ()
) -> Iterator[tuple[Place, dict[str, str]]]:
    """Yield (place, row); a row of another width is a fault, a missing column an error."""
    found = sources.locate(path)
    try:
        text = sources.content(found).decode("utf-8-sig")  # spreadsheets write a byte order mark
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError(
            found, line, f"byte 0x{error.object[error.start]:02x} is not UTF-8", "save it as UTF-8"
        ) from None
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    while True:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            faults.add(found, reader.line_num, f"broken CSV ({error})")
            continue
        if not row:
            continue
        if not header:
            header = row
            for name in needed:
                if name not in header:
                    raise DataError(found, 1, f"has no column {name!r}", nearest(name, header))
        elif len(row) != len(header):
            fault = f"has {len(row)} columns, its header {len(header)}"
            faults.add(found, reader.line_num, fault)
        else:
            yield Place(found, reader.line_num), dict(zip(header, row, strict=True))
    if not header:
        raise DataError(found, 1, "is empty", "write a header line with the columns' names")
