"""Wit.ai apps as exported: utterances in JSON, their entities' marks in characters.

Newer exports hold `utterances/*.json` with `intent` and marks named "entity:role", and
`entities/*.json` with keywords. Older ones hold `expressions.json`, whose intent is an entity, with
or without a place in the text. Traits are no slots and are not read.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import fields, sources
from data_cards.parsing.inline import marked_pieces
from data_cards.readers import marked
from data_cards.readers.alexa import Lines
from data_cards.readers.files import prefixes
from data_cards.records import Skill, Utterance

_REMEDY = "give the folder or zip of a Wit.ai export, or its utterances"

_DIALOGUES = ("actions.json", "stories.json")
"""Files of older exports whose rows look like those of utterances, but are none."""


def read(
    path: Path,
    faults: Faults,
    *,
    name: str | None = None,
    locale: str = "en-US",
    test_share: float = 0.25,
) -> Skill:
    """Read an app's folder or one file of utterances; a quarter of each intent's is for test.

    Ids are "<file>:<number>"; an utterance without an intent has the intent "". Raises DataError
    where no file holds utterances.
    """
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    read_in = [(p, sources.json_content(p)) for p in files]
    held = [(p, rows) for p, content in read_in if (rows := _rows(content)) is not None]
    aside = [p for p, _ in held if path.is_dir() and p.name in _DIALOGUES]
    for place in aside:
        faults.note(place, None, "is not read: it holds a dialogue, no utterances")
    said = [(p, rows) for p, rows in held if p not in aside]
    if not said:
        raise DataError(path, None, "holds no list of utterances", _REMEDY)
    utterances: list[Utterance] = []
    for (place, rows), prefix in zip(said, prefixes([p for p, _ in said]), strict=True):
        utterances += _utterances(place, rows, prefix, faults)
        traits = sum(bool(isinstance(row, dict) and row.get("traits")) for row in rows)
        if traits:
            faults.note(place, None, f"traits of {traits} utterances are not read")
    keywords = dict(_keywords(read_in))
    slots = {slot.name for u in utterances for slot in u.frame.slots}
    catalogs = {slot: keywords.get(slot.partition(".")[0], ()) for slot in slots}
    return marked.skill(name or path.stem, locale, utterances, catalogs, test_share)


def _rows(content: Any) -> list[Any] | None:
    """The rows of a file of utterances; None for any other file."""
    for key in ("utterances", "data"):
        if isinstance(content, dict) and isinstance(content.get(key), list):
            listed: list[Any] = content[key]
            return listed
    return None


def _utterances(
    path: Path, rows: Sequence[Any], prefix: str, faults: Faults
) -> Iterator[Utterance]:
    lines = Lines(sources.content(path))
    for number, row in enumerate(rows, 1):
        try:
            yield _utterance(f"{prefix}:{number}", row)
        except ValueError as error:
            text = row.get("text") if isinstance(row, dict) else None
            line = lines.of(text) if isinstance(text, str) else None
            faults.add(path, line, f"{error} (utterance {number})")


def _utterance(utterance_id: str, row: Any) -> Utterance:
    text = fields.string(row, "text")
    intent = fields.label(row, "intent") if row.get("intent") not in (None, "") else ""
    marks = []
    for entity in fields.rows(row, "entities"):
        told = fields.label(entity, "entity")
        if told == "intent" and not row.get("intent"):
            intent = _intent(intent, fields.label(entity, "value").strip('"').strip())
            continue
        start, end = _place(entity)
        body = str(entity.get("body") or "").strip()
        if end <= len(text) and body and body != text[start:end].strip():
            raise ValueError(f"{told!r} marks {text[start:end]!r}, yet its body is {body[:60]!r}")
        marks.append((_slot(told, entity), start, end))
    pieces = list(marked_pieces(text, marked.outermost(marks)))
    return marked.utterance(utterance_id, intent, pieces)


def _intent(before: str, told: str) -> str:
    """The intent of an older row, which may stand on words of it ("time" in "the time in rome")."""
    if before and told and before != told:
        raise ValueError(f"intents {before!r} and {told!r} of one utterance")
    return told or before


def _slot(told: str, entity: dict[str, Any]) -> str:
    """ "wit$location:origin" is the slot "location.origin", "hue:hue" is "hue"."""
    name, _, role = told.partition(":")
    role = str(entity.get("role") or role)
    name = name.removeprefix("wit$").removeprefix("wit/")
    return f"{name}.{role}" if role and role != name else name


def _place(entity: dict[str, Any]) -> tuple[int, int]:
    return fields.whole(entity, "start"), fields.whole(entity, "end")


def _keywords(read_in: Sequence[tuple[Path, Any]]) -> Iterator[tuple[str, list[str]]]:
    """Each entity with its keywords and their synonyms."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, content in read_in:
        content = content.get("data", content) if isinstance(content, dict) else content
        listed = None
        if isinstance(content, dict):
            listed = content.get("keywords") or content.get("values")
        for entry in listed if isinstance(listed, list) else []:
            if isinstance(entry, dict):
                known = entry.get("synonyms", entry.get("expressions")) or []
                values = [entry.get("keyword", entry.get("value")), *known]
                name = str(content.get("name") or path.stem)
                found[name.removeprefix("wit$")] += [v for v in values if isinstance(v, str)]
    yield from found.items()
