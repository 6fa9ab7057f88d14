"""Somebody's rows, of whatever shape, to utterances: each row is one, or a counted fault."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from data_cards import bio
from data_cards.errors import DataError
from data_cards.exchange.shape import NAMES, Shape, opened, shape
from data_cards.faults import Faults
from data_cards.jsonl import parse_row
from data_cards.parsing import fields, splits
from data_cards.parsing import locale_evidence as locales
from data_cards.parsing.columns import SPLITS, Row
from data_cards.parsing.inline import assemble, marked_pieces, pieces, token_pieces
from data_cards.records import Frame, Skill, Utterance

SHARE = 0.25
"""Share of each intent's texts that is tested, where a file publishes no test split."""
_SPAN_NAMES = ("name", "slot", "entity", "type", "label", "entity_group", "entity_type")
_STYLES = {"link": "[value](slot)", "colon": "[slot : value]"}
_TOLD = {
    "text": "sentence", "annotated": "sentence with its slots", "tokens": "words",
    "tags": "tags of the words", "intent": "intent", "split": "split", "id": "id",
    "locale": "locale",
}  # fmt: skip


def read(
    path: Path, rows: Sequence[Row], name: str, locale: str, given: bool, faults: Faults
) -> tuple[Skill, tuple[str, ...]]:
    """The skill of the rows and what was understood of their columns.

    Rows of another locale than the one `given` are faults; a `DataError` where it is not given and
    the rows are of several, and where no column holds the sentence or the intent.
    """
    if not rows:
        why = f"; the first fault: {faults.found[0]}" if faults.found else ""
        remedy = "write rows below a header, or one JSON object a line"
        raise DataError(path, None, f"has no row that can be read{why}", remedy)
    form = shape([row for *_, row in rows])
    _check(path, rows, form)
    rows = list(_of_locale(path, rows, form, locale, given, faults))
    parts = splits.Parts()
    ids: Counter[str] = Counter()
    for number, (place, line, _, row) in enumerate(rows, 1):
        try:
            split, utterance = _utterance(row, form, f"{place.stem}:{number}")
            ids[utterance.id] += 1
            if ids[utterance.id] > 1:
                raise ValueError(f"id {utterance.id!r} was used before")
        except DataError as error:
            faults.add(place, line, error.fault)
        except ValueError as error:
            faults.add(place, line, str(error) if line else f"row {number}: {error}")
        else:
            parts.add(split, utterance)
    told = [f"{_TOLD[r]}: column {c}" for r in _TOLD if (c := getattr(form, r))]
    if form.tokens and not form.tags:
        told.insert(0, "rows are of the neutral format")
    elif form.spans:
        told.append(f"slots: {form.spans} (characters)")
    told += [f"slots: {_STYLES[style]}" for style in form.styles]
    if not form.intent:
        told.append("no column holds an intent: slots only")
    if not parts.test:
        cut = splits.hold_out_within(parts.train, SHARE)
        parts.train, parts.test = cut.train, cut.test
        told.append(f"nothing says which rows are for test: {SHARE:.0%} of each intent's texts are")
    neutral = form.tokens and not form.tags
    unused = [column for column in form.unused if not (neutral and column == "template")]
    if unused:
        told.append(f"not used: column {', '.join(unused)}")
    skill = Skill(name, locale, tuple(parts.train), tuple(parts.dev), tuple(parts.test))
    return skill, tuple(told)


def locale_of(rows: Sequence[Row]) -> str:
    """The one locale that a column of the rows tells; "" where none does, or several do."""
    form = shape([row for *_, row in rows])
    if not form.locale:
        return ""
    found = {locales.by_code(str(row.get(form.locale, ""))) for *_, row in rows}
    return found.pop() if len(found) == 1 else ""


def _check(path: Path, rows: Sequence[Row], form: Shape) -> None:
    keys = sorted({key for *_, row in rows for key in row})
    missing = "" if form.sentence else "text"
    if not missing and not form.intent and not form.slots:
        missing = "intent"
    if missing:
        held = ", ".join(keys)[:200]
        remedy = f"name it {NAMES[missing][0]} in a header, e.g. text,intent"
        raise DataError(path, 1, f"no column among {held} holds the {missing}", remedy)


def _of_locale(
    path: Path, rows: Sequence[Row], form: Shape, locale: str, given: bool, faults: Faults
) -> Iterator[Row]:
    """The rows of the locale; all where no column tells one."""
    if not form.locale:
        yield from rows
        return
    told = [locales.by_code(str(row.get(form.locale, ""))) for *_, row in rows]
    several = sorted({code for code in told if code})
    if len(several) > 1 and not given:
        listed = ", ".join(several)
        raise DataError(path, None, f"has rows of {listed}", f"choose one: --locale {several[0]}")
    for row, code in zip(rows, told, strict=True):
        if len(several) > 1 and code != locale:
            faults.add(row[0], row[1], f"is in {code or 'no locale'}, not {locale}")
        else:
            yield row


def _utterance(row: Mapping[str, Any], form: Shape, number: str) -> tuple[str, Utterance]:
    """(split, utterance) of a row; ValueError or DataError where it cannot be used."""
    split = "train"
    if form.split:
        told = fields.label(row, form.split)
        if told.lower() not in SPLITS:
            raise ValueError(f"{form.split} is {told[:60]!r}, not train, dev or test")
        split = SPLITS[told.lower()]
    told_id = form.id and row.get(form.id) not in (None, "")
    id = fields.label(row, form.id) if told_id else number
    intent = fields.label(row, form.intent) if form.intent else ""
    tokens = opened(row.get(form.tokens)) if form.tokens else None
    if tokens and not form.tags:
        if not form.text or form.spans in ("", "slots"):
            return split, _neutral(row, form, id, intent)
        tokens = None
    text, words, slots = assemble(_pieces(row, form, tokens))
    return split, Utterance(id, words, Frame(intent, slots), text)


def _neutral(row: Mapping[str, Any], form: Shape, id: str, intent: str) -> Utterance:
    """A row of words with slots that count words, as the neutral format has them."""
    tokens, slots = opened(row[form.tokens]), opened(row.get(form.spans)) if form.spans else []
    plain = {"id": id, "tokens": tokens, "intent": intent, "slots": slots}
    kept = {k: row[k] for k in ("text", "template") if isinstance(row.get(k), str)}
    return replace(parse_row(Path(), 0, plain | kept), id=id)


def _pieces(row: Mapping[str, Any], form: Shape, tokens: Any) -> Iterator[tuple[str, str]]:
    """The pieces of a row's sentence, from the fullest of its columns that the row has."""
    if form.tags and row.get(form.tags) not in (None, ""):
        given = tokens if tokens is not None else fields.string(row, form.text)
        said = _strings(given, form.tokens or form.text)
        tags = _strings(opened(row.get(form.tags)), form.tags)
        if len(said) != len(tags):
            raise ValueError(f"has {len(said)} words and {len(tags)} tags")
        return token_pieces(said, bio.spans(bio.plain(tags)))
    if tokens is not None:
        return iter([(" ".join(_strings(tokens, form.tokens)), "")])
    if form.annotated and isinstance(row.get(form.annotated), str) and row[form.annotated].strip():
        return pieces(row[form.annotated])
    text = fields.string(row, form.text)
    if form.spans:
        marks = [_mark(mark, text) for mark in _list(opened(row.get(form.spans)), form.spans)]
        return marked_pieces(text, marks)
    marked = (form.styles and not form.annotated) or "](" in text  # half a mark is a mark, too
    return pieces(text) if marked else iter([(text, "")])


def _strings(cell: Any, column: str) -> list[str]:
    if isinstance(cell, str):
        return cell.split()
    if not isinstance(cell, list):
        raise ValueError(f"{column} is {str(cell)[:60]!r}, not words")
    if any(type(part) is int for part in cell):
        raise ValueError(f"{column} holds numbers, whose names only the data set knows: {cell[:8]}")
    if not all(isinstance(part, str) for part in cell):
        raise ValueError(f"{column} is {str(cell)[:60]!r}, not words")
    return cell


def _list(cell: Any, column: str) -> list[Any]:
    if cell is None or cell == "":
        return []
    if not isinstance(cell, list):
        raise ValueError(f"{column} is {str(cell)[:60]!r}, not a list")
    return cell


def _mark(mark: Any, text: str) -> tuple[str, int, int]:
    """(slot, start, end) of {"entity": …, "start": …, "end": …} or [start, end, slot].

    A value without its place is where it stands, if it stands once.
    """
    if isinstance(mark, list) and len(mark) == 3:
        mark = dict(zip(("start", "end", "name"), mark, strict=True))
    key = next((k for k in _SPAN_NAMES if isinstance(mark, dict) and k in mark), "name")
    name = fields.label(mark, key)
    if "start" in mark or "end" in mark:
        return name, fields.whole(mark, "start"), fields.whole(mark, "end")
    value = next((mark[k] for k in ("text", "value", "word") if isinstance(mark.get(k), str)), "")
    if not value or text.count(value) != 1:
        raise ValueError(f"slot {name!r} has no start and end, and {value!r} does not stand once")
    at = text.index(value)
    return name, at, at + len(value)
