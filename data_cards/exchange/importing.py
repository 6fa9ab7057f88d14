"""A newcomer's own file to the neutral format, with a preview of what was understood."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data_cards.errors import DataError, nearest
from data_cards.faults import Fault, Faults
from data_cards.jsonl import parse_row, read_skill, write_skill
from data_cards.parsing import csv_rows, fields, jsonlines, splits
from data_cards.parsing.columns import Columns, Row, read_rows
from data_cards.parsing.inline import assemble, marked_pieces
from data_cards.readers import alexa, lu, rasa
from data_cards.records import Frame, Skill, Utterance
from data_cards.registry.listing import table

_SUFFIXES = {
    ".json": "alexa", ".lu": "lu", ".yml": "rasa", ".yaml": "rasa",
    ".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl",
}  # fmt: skip
_NAMES = {
    "text": ("text", "utterance", "sentence", "utt", "query", "sample", "phrase", "input"),
    "intent": ("intent", "label", "category", "class", "intent_name"),
    "split": ("split", "partition", "fold", "set"),
    "id": ("id", "utterance_id", "uid"),
}
_SPANS = ("slots", "entities", "spans", "labels")
_SPAN_NAMES = ("name", "slot", "entity", "type", "label")
_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Preview:
    """What was understood of a file, before anything is written."""

    path: Path
    format: str
    skill: Skill
    understood: tuple[str, ...]
    """What was guessed, e.g. which column holds the sentence."""
    faults: tuple[Fault, ...]


Read = Callable[[Path, str, str, Faults], tuple[Skill, tuple[str, ...]]]
"""(path, skill name, locale, faults) -> the skill and what was guessed."""


def preview(
    path: Path, format: str | None = None, *, name: str | None = None, locale: str = "en-US"
) -> Preview:
    """Read a file in one of `FORMATS` (by its suffix, if none is named) without writing.

    Test utterances of intents that are nowhere trained are left out, as counted faults.
    """
    if not path.is_file():
        raise DataError(path, None, "no such file", "name the file to import")
    known = format or _SUFFIXES.get(path.suffix.lower(), "")
    if known not in FORMATS:
        raise DataError(
            path, None, f"format {known or path.suffix!r} is unknown", nearest(known, FORMATS)
        )
    faults = Faults()
    skill, understood = FORMATS[known](path, name or path.stem, locale, faults)
    trained = set(skill.intents)
    for utterance in (*skill.dev, *skill.test):
        if utterance.frame.intent not in trained:
            reason = f"{utterance.id}: intent {utterance.frame.intent!r} is not in train"
            faults.add(path, None, reason)
    dev, test = (
        tuple(u for u in part if u.frame.intent in trained) for part in (skill.dev, skill.test)
    )
    skill = replace(skill, dev=dev, test=test)
    return Preview(path, known, skill, understood, tuple(faults.found))


def import_skill(
    path: Path, format: str | None, out: Path, *, name: str | None = None, locale: str = "en-US"
) -> Path:
    """Write the file's skill below `out` in the neutral format; returns the skill's folder.

    It is read back before it stays: what is written is what was understood, or an error says what
    keeps it from being measured.
    """
    seen = preview(path, format, name=name, locale=locale)
    for split in ("train", "test"):
        if not getattr(seen.skill, split):
            reason = f"; the first fault: {seen.faults[0]}" if seen.faults else ""
            raise DataError(
                path, None, f"holds no {split} utterance that can be used{reason}",
                "add utterances in other words: texts, or templates of one text, are not split",
            )  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        try:
            again = read_skill(write_skill(seen.skill, Path(scratch)), slots_only=True)
        except DataError as error:
            raise DataError(path, None, error.fault, error.remedy) from None
        if again != seen.skill:
            raise AssertionError(f"{path}: reads back as another skill")
    return write_skill(seen.skill, out)


def render_preview(seen: Preview) -> str:
    """What was understood: splits, intents, slots with sample values, every fault."""
    skill = seen.skill
    lines = [f"{seen.path}: read as {seen.format}, skill {skill.key}"]
    lines += [f"  {guess}" for guess in seen.understood]
    lines.append(
        f"  {len(skill.train)} train, {len(skill.dev)} dev, {len(skill.test)} test utterances"
    )
    trained, tested = (Counter(u.frame.intent for u in part) for part in (skill.train, skill.test))
    intents = sorted(trained.keys() | tested.keys())
    rows = [(i or "(none)", str(trained[i]), str(tested[i])) for i in intents]
    lines += _indented(table(("intent", "train", "test"), rows, {1, 2}))
    values: dict[str, Counter[str]] = {}
    for utterance in (*skill.train, *skill.dev, *skill.test):
        for slot in utterance.frame.slots:
            values.setdefault(slot.name, Counter())[" ".join(utterance.words(slot))] += 1
    if values:
        slots = [
            (n, str(v.total()), str(len(v)), ", ".join(x for x, _ in v.most_common(3)))
            for n, v in sorted(values.items())
        ]
        lines += _indented(table(("slot", "times", "values", "e.g."), slots, {1, 2}))
    lines += [f"  left out: {fault}" for fault in seen.faults]
    return "\n".join(lines) + "\n"


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]


def _alexa(path: Path, name: str, locale: str, faults: Faults) -> tuple[Skill, tuple[str, ...]]:
    return alexa.read_file(path, faults, name=name, locale=locale), ()


def _lu(path: Path, name: str, locale: str, faults: Faults) -> tuple[Skill, tuple[str, ...]]:
    return lu.read_file(path, faults, name=name, locale=locale), ()


def _rasa(path: Path, name: str, locale: str, faults: Faults) -> tuple[Skill, tuple[str, ...]]:
    return rasa.read_file(path, faults, name=name, locale=locale), ()


def _csv(path: Path, name: str, locale: str, faults: Faults) -> tuple[Skill, tuple[str, ...]]:
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    rows: list[Row] = [
        (place.path, place.line, "", row)
        for place, row in csv_rows.rows(path, faults, delimiter=delimiter)
    ]
    return _by_columns(path, rows, name, locale, faults)


def _jsonl(path: Path, name: str, locale: str, faults: Faults) -> tuple[Skill, tuple[str, ...]]:
    rows: list[Row] = []
    for place, row in jsonlines.rows(path, faults):
        if isinstance(row, dict):
            rows.append((place.path, place.line, "", row))
        else:
            faults.add(place.path, place.line, f"is {type(row).__name__}, not an object")
    keys = set(rows[0][3]) if rows else set[str]()
    if {"tokens", "intent"} <= keys and "tags" not in keys:
        return _cut(_neutral(rows, faults), name, locale), ("rows are of the neutral format",)
    spans = next((key for key in _SPANS if key in keys), None)
    if spans:
        text, intent = _named(keys, "text"), _named(keys, "intent")
        if text and intent:
            told = (f"sentence: {text}, intent: {intent}, slots: {spans} (characters)",)
            return _cut(_spanned(rows, text, intent, spans, faults), name, locale), told
    return _by_columns(path, rows, name, locale, faults)


FORMATS: Mapping[str, Read] = {
    "alexa": _alexa,
    "csv": _csv,
    "jsonl": _jsonl,
    "lu": _lu,
    "rasa": _rasa,
}


def _by_columns(
    path: Path, rows: list[Row], name: str, locale: str, faults: Faults
) -> tuple[Skill, tuple[str, ...]]:
    if not rows:
        raise DataError(path, None, "has no row that can be read", "write rows below a header")
    header = set(rows[0][3])
    found = {role: column for role in _NAMES if (column := _named(header, role))}
    for role in ("text", "intent"):
        if role not in found:
            raise DataError(
                path, 1, f"no column among {', '.join(sorted(header))[:200]} holds the {role}",
                f"name it {_NAMES[role][0]}",
            )  # fmt: skip
    cells = [str(row.get(found["text"], "")) for *_, row in rows]
    style = _style(cells)
    told = [f"{'sentence' if role == 'text' else role}: column {c}" for role, c in found.items()]
    if style:
        found["annotated"] = found.pop("text")
        found["marks"] = style
        told.append(f"slots: {'[value](slot)' if style == 'link' else '[slot : value]'}")
    columns = Columns.model_validate({**found, "name": name, "locale": locale})
    skill = next(read_rows(rows, columns, faults), Skill(name, locale, ()))
    if "split" not in found:
        told.append(f"no column says train or test: {_SHARE:.0%} of the texts, by hash, test")
    return skill, tuple(told)


def _style(cells: Iterable[str]) -> str:
    """Which of the two annotations the sentences bear: the one that more of them show."""
    cells = list(cells)
    link = sum("](" in cell for cell in cells)
    colon = sum("[" in cell and ":" in cell.partition("[")[2] for cell in cells)
    return "" if not link and not colon else "link" if link >= colon else "colon"


def _named(header: Iterable[str], role: str) -> str:
    lower = {column.strip().lower(): column for column in sorted(header)}
    return next((lower[n] for n in _NAMES[role] if n in lower), "")


def _neutral(rows: list[Row], faults: Faults) -> list[Utterance]:
    found, seen = [], set[str]()
    for path, line, _, row in rows:
        try:
            utterance = parse_row(path, line or 0, row)
        except DataError as error:
            faults.add(path, line, f"{error.fault}")
            continue
        if utterance.id in seen:
            faults.add(path, line, f"id {utterance.id!r} was used before")
            continue
        seen.add(utterance.id)
        found.append(utterance)
    return found


def _spanned(
    rows: list[Row], text: str, intent: str, spans: str, faults: Faults
) -> list[Utterance]:
    found = []
    for number, (path, line, _, row) in enumerate(rows, 1):
        try:
            marks = [_mark(mark) for mark in fields.rows(row, spans)]
            said, tokens, slots = assemble(marked_pieces(fields.string(row, text), marks))
            frame = Frame(fields.string(row, intent), slots)
        except ValueError as error:
            faults.add(path, line, str(error))
            continue
        found.append(Utterance(f"{path.stem}:{number}", tokens, frame, said))
    return found


def _mark(mark: Any) -> tuple[str, int, int]:
    key = next((k for k in _SPAN_NAMES if isinstance(mark, dict) and k in mark), "name")
    return fields.string(mark, key), fields.whole(mark, "start"), fields.whole(mark, "end")


def _cut(utterances: list[Utterance], name: str, locale: str) -> Skill:
    parts = splits.hold_out(utterances, _SHARE)
    return Skill(name, locale, tuple(parts.train), (), tuple(parts.test))
