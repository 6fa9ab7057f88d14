"""Rows of a delimited file by column name, with the line each begins at.

Quoting as RFC 4180 has it, with one difference: a quote mark that is never closed, or is closed in
the middle of a cell, costs its own line and not all that follow. In a TSV file a quote mark is a
character like any other unless it encloses a cell.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from data_cards.errors import DataError, nearest
from data_cards.faults import Faults
from data_cards.parsing import sources
from data_cards.parsing.jsonlines import Place

Cells = list[str]
DELIMITERS = ",;\t|"


class _Stray(ValueError):
    """A quote mark that opens a cell and does not close it."""


def rows(
    path: Path,
    faults: Faults,
    *,
    delimiter: str = ",",
    needed: tuple[str, ...] = (),
    spreadsheet: bool = False,
) -> Iterator[tuple[Place, dict[str, str]]]:
    """Yield (place, row); a row of another width is a fault, a missing column an error.

    With `spreadsheet` a file with semicolons that is no UTF-8 is taken for Windows-1252, as the
    spreadsheets of countries with decimal commas write it.
    """
    found = sources.locate(path)
    try:
        text = sources.text(found)
    except DataError:
        if not spreadsheet or delimiter != ";":
            raise
        text = sources.content(found).decode("cp1252", "replace")
        faults.note(found, None, "is no UTF-8: read as Windows-1252, as spreadsheets write it")
    lines = sources.cut_lines(text)
    at, header = _header(lines, delimiter, found)
    for name in needed:
        if name not in header:
            raise DataError(found, 1, f"has no column {name!r}", nearest(name, header))
    while at < len(lines):
        if not lines[at]:
            at += 1
            continue
        place = Place(found, at + 1)
        try:
            cells, after = _record(lines, at, delimiter, len(header))
        except _Stray as error:
            faults.add(found, at + 1, str(error))
            at += 1
            continue
        if after - at > 2 and _rows_follow(lines, at - 1, after, delimiter, len(header)):
            reason = (
                f"one cell runs over {after - at} lines, to line {after}: is a quote mark stray?"
            )
            faults.note(found, at + 1, reason)
        at = after
        while len(cells) > len(header) and not cells[-1]:
            cells.pop()  # spreadsheets fill rows up
        if len(cells) != len(header):
            faults.add(found, place.line, f"has {len(cells)} columns, its header {len(header)}")
        else:
            yield place, dict(zip(header, cells, strict=True))


def delimiter_of(path: Path, names: frozenset[str]) -> str:
    """The delimiter under which the header has most of the `names` (lower case), else most columns.

    A first line `sep=;`, as a spreadsheet writes it, decides.
    """
    found = sources.locate(path)
    try:
        text = sources.text(found)
    except DataError:
        text = sources.content(found).decode("latin-1")  # delimiters are ASCII wherever they stand
    lines = sources.cut_lines(text)
    first = next((line for line in lines if line.strip()), "")
    if _SEP.match(first):
        return first[-1]
    best = ","
    most = (0, 0)
    for mark in DELIMITERS:
        try:
            cells, _ = _quoted([first], 0, mark)
        except _Stray:
            continue
        known = (len(names & {c.strip().lower() for c in cells}), len(cells))
        if known > most:
            best, most = mark, known
    return best


_SEP = re.compile(r"^sep=.\Z")


def _header(lines: list[str], delimiter: str, path: Path) -> tuple[int, Cells]:
    """(number of the line after the header, the names); a name that stands twice is told apart."""
    at = next((i for i, line in enumerate(lines) if line and not _SEP.match(line)), None)
    if at is None:
        raise DataError(path, 1, "is empty", "write a header line with the columns' names")
    try:
        header, after = _quoted(lines, at, delimiter)
    except _Stray:
        header, after = lines[at].split(delimiter), at + 1
    for i, name in enumerate(header):
        if name in header[:i]:
            header[i] = f"{name} ({header[:i].count(name) + 1})"
    return after, header


def _record(lines: list[str], at: int, delimiter: str, width: int) -> tuple[Cells, int]:
    """(the cells that begin at line `at`, the line after them)."""
    if '"' not in lines[at]:
        return lines[at].split(delimiter), at + 1
    if delimiter != "\t":
        cells, after = _quoted(lines, at, delimiter)
        if len(cells) != width and _rows_follow(lines, at, after, delimiter, width):
            raise _Stray("a quote mark opens here and does not close its cell")
        return cells, after
    plain = [_unquoted(cell) for cell in lines[at].split("\t")]
    try:
        cells, after = _quoted(lines, at, "\t")
    except _Stray:
        return plain, at + 1
    if len(cells) != width or _rows_follow(lines, at, after, "\t", width):
        return plain, at + 1
    return cells, after


def _rows_follow(lines: list[str], at: int, after: int, delimiter: str, width: int) -> bool:
    """Whether a record takes in lines that are rows of their own."""
    taken = lines[at + 1 : after]
    return bool(taken) and all(line.count(delimiter) == width - 1 for line in taken)


def _unquoted(cell: str) -> str:
    """A TSV cell without the quote marks that enclose it, those within it undoubled."""
    inner = cell[1:-1]
    if len(cell) >= 2 and cell[0] == cell[-1] == '"' and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return cell


def _quoted(lines: list[str], at: int, delimiter: str) -> tuple[Cells, int]:
    """Cells as RFC 4180 has them, over as many lines as they take; `_Stray` where they do not."""
    cells: Cells = []
    line, start = lines[at], 0
    while True:
        if not line.startswith('"', start):
            end = line.find(delimiter, start)
            cells.append(line[start:] if end < 0 else line[start:end])
            if end < 0:
                return cells, at + 1
            start = end + 1
            continue
        parts: list[str] = []
        start += 1
        while True:
            end = line.find('"', start)
            if end < 0:
                parts += [line[start:], "\n"]
                at += 1
                if at == len(lines):
                    raise _Stray("a quote mark opens here and is not closed")
                line, start = lines[at], 0
            elif line.startswith('""', end):
                parts.append(line[start : end + 1])
                start = end + 2
            else:
                parts.append(line[start:end])
                start = end + 1
                break
        cells.append("".join(parts))
        if start == len(line):
            return cells, at + 1
        if line[start] != delimiter:
            raise _Stray("a quote mark opens here and is closed in the middle of a cell")
        start += 1
