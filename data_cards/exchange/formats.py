"""The formats that `skillwise cards import` takes: each reads one file as one skill."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from data_cards.errors import DataError, nearest
from data_cards.exchange import rows
from data_cards.exchange.shape import COLUMN_NAMES
from data_cards.faults import Faults
from data_cards.parsing import csv_rows, foreign, jsonlines, sources, splits
from data_cards.parsing.columns import Row
from data_cards.readers import alexa, conll, lu, rasa
from data_cards.records import Skill

Read = Callable[[Path, str, str, bool, Faults], tuple[Skill, tuple[str, ...]]]
"""(path, skill's name, locale, whether the user gave it, faults) -> the skill, what was guessed."""

_SUFFIXES = {
    ".json": "alexa", ".lu": "lu", ".yml": "rasa", ".yaml": "rasa", ".csv": "csv", ".tsv": "csv",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".conll": "conll", ".bio": "conll", ".iob": "conll",
}  # fmt: skip


_ELSE = {
    ".xlsx": "save the sheet as CSV and give that", ".xls": "save the sheet as CSV and give that",
    ".ods": "save the sheet as CSV and give that",
    ".md": "convert Rasa's Markdown with `rasa data convert nlu -f yaml` and give the YAML",
    ".zip": "unpack it and give one of its files", ".gz": "unpack it and give the file in it",
    ".qna": "it holds questions and answers, no intents: give the .lu file",
}  # fmt: skip
"""Suffix -> what to do with a file that is not taken."""


def format_of(path: Path, given: str | None) -> str:
    """The format given, or else the one that suffix and content tell."""
    known = given or _SUFFIXES.get(path.suffix.lower(), "")
    if known not in FORMATS:
        fault = f"format {known or path.suffix!r} is unknown"
        remedy = _ELSE.get(path.suffix.lower(), "") if not given else ""
        raise DataError(path, None, fault, remedy or nearest(known, FORMATS))
    if not given and known == "alexa" and _holds_rows(path):
        return "jsonl"
    return known


def locale_in(path: Path, format: str) -> str:
    """The locale that a file's rows tell, "" where they tell none."""
    found = _rows(path, format, Faults()) if format in ("csv", "jsonl") else []
    return rows.locale_of(found) if found else ""


def _holds_rows(path: Path) -> bool:
    """Whether a .json file is an array of rows, or rows one a line."""
    text = sources.text(path).lstrip()
    if text.startswith("["):
        return True
    first, *rest = [line for line in sources.cut_lines(text) if line.strip()] or [""]
    try:
        return bool(rest) and isinstance(json.loads(first), dict)  # whole in its first line
    except (ValueError, RecursionError):
        return False


def _alexa(
    path: Path, name: str, locale: str, given: bool, faults: Faults
) -> tuple[Skill, tuple[str, ...]]:
    return alexa.read_file(path, faults, name=name, locale=locale), ()


def _lu(
    path: Path, name: str, locale: str, given: bool, faults: Faults
) -> tuple[Skill, tuple[str, ...]]:
    return lu.read_file(path, faults, name=name, locale=locale), ()


def _rasa(
    path: Path, name: str, locale: str, given: bool, faults: Faults
) -> tuple[Skill, tuple[str, ...]]:
    return rasa.read_file(path, faults, name=name, locale=locale), ()


def _conll(
    path: Path, name: str, locale: str, given: bool, faults: Faults
) -> tuple[Skill, tuple[str, ...]]:
    utterances = list(conll.read_file(path, faults))
    parts = splits.hold_out_within(utterances, rows.SHARE)
    told = ("words: the first column, tags: the last, intent: # intent: NAME before a sentence",)
    return Skill(name, locale, tuple(parts.train), (), tuple(parts.test)), told


def _tabular(format: str) -> Read:
    def read(
        path: Path, name: str, locale: str, given: bool, faults: Faults
    ) -> tuple[Skill, tuple[str, ...]]:
        return rows.read(path, _rows(path, format, faults), name, locale, given, faults)

    return read


FORMATS: Mapping[str, Read] = {
    "alexa": _alexa,
    "conll": _conll,
    "csv": _tabular("csv"),
    "jsonl": _tabular("jsonl"),
    "lu": _lu,
    "rasa": _rasa,
}


def _rows(path: Path, format: str, faults: Faults) -> list[Row]:
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
