"""The rows of tables and of JSON, one a line or in one array, with the lines they begin at."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from data_cards.exchange.shape import COLUMN_NAMES
from data_cards.faults import Faults
from data_cards.parsing import csv_rows, foreign, jsonlines, sources
from data_cards.parsing.columns import Row


def rows(path: Path, format: str, faults: Faults) -> list[Row]:
    """The rows of a file of format csv or jsonl; those that cannot be read are faults."""
    if format == "csv":
        tabs = path.suffix.lower() == ".tsv"
        delimiter = "\t" if tabs else csv_rows.delimiter_of(path, COLUMN_NAMES)
        cells = list(csv_rows.rows(path, faults, delimiter=delimiter, spreadsheet=True))
        filled: list[Row] = [(p.path, p.line, "", row) for p, row in cells if any(row.values())]
        if len(filled) < len(cells):
            faults.note(path, None, f"{len(cells) - len(filled)} rows of empty cells")
        return filled
    found: list[Row] = []
    for line, value in _objects(path, faults):
        if isinstance(value, dict):
            found.append((path, line, "", value))
        else:
            faults.add(path, line, f"is {type(value).__name__}, not an object")
    if found and not COLUMN_NAMES & {key.lower() for key in found[0][3]}:
        known = foreign.kind_of(found[0][3])
        if known is not None:
            raise DataError(path, None, f"is {known[0]}, not rows", known[1])
    return found


def _objects(path: Path, faults: Faults) -> Iterator[tuple[int, Any]]:
    """The values of JSON lines, or of one JSON array, with the line each begins at."""
    text = sources.text(path) if _is_array(path) else ""
    if not text:
        for place, value in jsonlines.rows(path, faults):
            yield place.line, value
        return
    faults.note(path, None, "is one JSON array: its objects are the rows")
    decoder, at = json.JSONDecoder(), text.index("[") + 1
    line, counted = 1, 0
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        line += text.count("\n", counted, at)
        counted = at
        if text[at : at + 1] in ("", "]"):
            return
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            faults.add(path, line, f"broken JSON ({error}); the rest of the array is not read")
            return
        yield line, value


def _is_array(path: Path) -> bool:
    """Whether a file is an array over several rows and not lines that are lists."""
    try:
        text = sources.text(path).lstrip()
    except DataError:
        return False  # a byte that is no UTF-8 costs its line, in JSON lines
    first = sources.cut_lines(text)[0].strip()
    return text.startswith("[") and (first == "[" or "{" in first[1:].lstrip()[:1])
