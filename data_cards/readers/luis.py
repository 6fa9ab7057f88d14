"""LUIS apps as exported: one JSON file with intents, entities and utterances.

An entity's mark counts characters, its end included; in schema 1.x it counts tokens. Where marks
are nested (composites, children) the outermost counts. Patterns are no utterances.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.jsonl import read_bytes
from data_cards.parsing import fields, splits
from data_cards.parsing.expansion import distinct
from data_cards.parsing.inline import assemble, marked_pieces
from data_cards.parsing.templates import folded
from data_cards.readers.alexa import Lines
from data_cards.records import Frame, Skill, Utterance

_TOKEN = re.compile(r"\w+|[^\w\s]")
_REMEDY = "give the JSON of a LUIS app (luis_schema_version, intents, utterances)"

Mark = tuple[str, int, int]
"""Slot, first character, character after the last."""


def read(
    path: Path,
    faults: Faults,
    *,
    name: str | None = None,
    locale: str = "en-US",
    test_share: float = 0.25,
) -> Skill:
    """Read an app as a skill; a quarter of its utterances, by template, is its test split.

    Ids are "<file>:<number>". Raises DataError where the file is no LUIS app, or one of another
    language than the locale's.
    """
    raw = read_bytes(path)
    content = _app(path, raw, locale)
    lines = Lines(raw)
    in_tokens = str(content.get("luis_schema_version", "")).startswith("1.")
    key = name or path.stem
    utterances = []
    for number, row in enumerate(fields.section(content, "utterances", path, faults), 1):
        try:
            utterances.append(_utterance(f"{path.stem}:{number}", row, in_tokens))
        except ValueError as error:
            text = row.get("text") if isinstance(row, dict) else None
            line = lines.of(text) if isinstance(text, str) else None
            faults.add(path, line, f"{error} (utterance {number})")
    for row in fields.section(content, "patterns", path, faults):
        pattern = str(row.get("pattern") if isinstance(row, dict) else row)
        faults.add(path, lines.of(pattern), f"a pattern, no utterance: {pattern[:60]!r}")
    used = {s.name for u in utterances for s in u.frame.slots}
    catalogs = {n: v for n, v in _closed_lists(content, path, faults) if n in used and v}
    parts = splits.hold_out(utterances, test_share, key=lambda u: f"{key}|{folded(u.template)}")
    return Skill(key, locale, tuple(parts.train), (), tuple(parts.test), catalogs)


def _app(path: Path, raw: bytes, locale: str) -> dict[str, Any]:
    try:
        content = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DataError(path, None, "is not UTF-8", "save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise DataError(path, line, f"broken JSON ({error})", _REMEDY) from None
    if not isinstance(content, dict) or not isinstance(content.get("utterances"), list):
        raise DataError(path, 1, "has no list of utterances", _REMEDY)
    culture = content.get("culture")
    if isinstance(culture, str) and culture[:2].lower() != locale[:2].lower():
        remedy = "name a locale of the app's language"
        raise DataError(path, None, f"is an app for {culture!r}, not for {locale}", remedy)
    return content


def _utterance(utterance_id: str, row: Any, in_tokens: bool) -> Utterance:
    text, intent = fields.string(row, "text"), fields.string(row, "intent")
    places = [m.span() for m in _TOKEN.finditer(text)] if in_tokens else None
    marks = [_mark(entity, places) for entity in fields.rows(row, "entities")]
    pieces = list(marked_pieces(text, _outermost(marks)))
    said, tokens, slots = assemble(pieces)
    template = "".join(f"{{{slot}}}" if slot else piece for piece, slot in pieces)
    return Utterance(utterance_id, tokens, Frame(intent, slots), said, template)


def _mark(entity: Any, places: list[tuple[int, int]] | None) -> Mark:
    """The mark of one entity in characters; `places` are the tokens' where it counts those.

    A role tells slots of one entity apart and so becomes part of the name: "city.departure".
    """
    name, start = fields.string(entity, "entity"), fields.whole(entity, "startPos")
    end = fields.whole(entity, "endPos")
    role = entity.get("role")
    slot = f"{name}.{role}" if isinstance(role, str) and role else name
    if places is None:
        return slot, start, end + 1
    if not 0 <= start <= end < len(places):
        raise ValueError(f"slot {slot!r} spans tokens {start} to {end} of {len(places)}")
    return slot, places[start][0], places[end][1]


def _outermost(marks: list[Mark]) -> list[Mark]:
    """The marks that lie in no other; of equal ones the first."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (m[1], -m[2])):
        if not any(outer[1] <= mark[1] and mark[2] <= outer[2] for outer in kept):
            kept.append(mark)
    return kept


def _closed_lists(
    content: dict[str, Any], path: Path, faults: Faults
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each list entity with its values and their synonyms."""
    for listed in fields.section(content, "closedLists", path, faults):
        try:
            values = []
            for row in fields.rows(listed, "subLists"):
                values += [fields.string(row, "canonicalForm"), *map(str, fields.rows(row, "list"))]
            yield fields.string(listed, "name"), distinct(values)
        except ValueError as error:
            faults.add(path, None, f"closed list {str(listed)[:60]!r}: {error}")
