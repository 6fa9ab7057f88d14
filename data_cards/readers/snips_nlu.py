"""Data sets of the library Snips NLU: JSON with `intents` and `entities`, or YAML documents.

In YAML a document is an intent or an entity, and a slot stands in its sentence as
`[slot](value)` or `[slot:entity](value)`. The custom-intent files of 2017, an object of lists, are
read too; their pieces name the entity alone.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import fields, sources
from data_cards.readers import marked
from data_cards.readers.files import prefixes
from data_cards.records import Skill, Utterance

_REMEDY = "give a Snips data set (JSON with intents and utterances, or YAML with type: intent)"
_MARK = re.compile(r"\[\s*([^\[\]:()]+?)\s*(?::\s*([^\[\]()]+?)\s*)?\]\(([^()]*)\)")

Pieces = list[tuple[str, str]]


@dataclass(slots=True)
class _Found:
    """What the documents hold: utterances, each entity's values, and each slot's entities."""

    utterances: list[Utterance] = field(default_factory=list)
    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    types: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    intents: int = 0


def read(
    paths: Path | Sequence[Path],
    faults: Faults,
    *,
    name: str | None = None,
    locale: str = "en-US",
    test_share: float = 0.25,
) -> Skill:
    """Read one or more files as a skill; a quarter of each intent's utterances is for test.

    Ids are "<file>:<intent>:<number>". Raises DataError where there is no intent.
    """
    given = [paths] if isinstance(paths, Path) else list(paths)
    found = _Found()
    for path, prefix in zip(given, prefixes(given), strict=True):
        if path.suffix.lower() == ".json":
            _json(path, prefix, found, faults)
        else:
            _yaml(path, prefix, found, faults)
    if not found.intents:
        raise DataError(given[0], None, "holds no intent", _REMEDY)
    catalogs = {
        slot: [value for kind in sorted(kinds) for value in found.values.get(kind, ())]
        for slot, kinds in found.types.items()
    }
    return marked.skill(name or given[0].stem, locale, found.utterances, catalogs, test_share)


def _json(path: Path, prefix: str, found: _Found, faults: Faults) -> None:
    content = sources.json_content(path)
    if not isinstance(content, dict):
        raise DataError(path, 1, "is no object", _REMEDY)
    intents = content.get("intents")
    if not isinstance(intents, dict):
        intents = {k: v for k, v in content.items() if isinstance(v, list)}
    for intent, held in intents.items():
        rows = held.get("utterances") if isinstance(held, dict) else held
        if not isinstance(rows, list):
            faults.add(path, None, f"intent {intent!r} has no list of utterances")
            continue
        _add(path, prefix, intent, [(None, row) for row in rows], found, faults)
    entities = content.get("entities")
    for entity, held in entities.items() if isinstance(entities, dict) else ():
        for entry in held.get("data") or [] if isinstance(held, dict) else []:
            if isinstance(entry, dict):
                known = [entry.get("value"), *(entry.get("synonyms") or [])]
                found.values[entity] += [v for v in known if isinstance(v, str)]


def _add(
    path: Path,
    prefix: str,
    intent: str,
    rows: Sequence[tuple[int | None, Any]],
    found: _Found,
    faults: Faults,
) -> None:
    found.intents += 1
    for number, (line, row) in enumerate(rows, 1):
        try:
            pieces = list(_marked(row, found) if isinstance(row, str) else _pieces(row, found))
            utterance_id = f"{prefix}:{intent}:{number}"
            found.utterances.append(marked.utterance(utterance_id, intent, pieces))
        except ValueError as error:
            faults.add(path, line, f"{error} (intent {intent!r}, utterance {number})")


def _pieces(row: Any, found: _Found) -> Iterator[tuple[str, str]]:
    for piece in fields.rows(row, "data"):
        if not isinstance(piece, dict) or not isinstance(piece.get("text"), str):
            raise ValueError(f"piece {str(piece)[:60]!r} has no text")
        slot = ""
        if piece.get("slot_name") or piece.get("entity"):
            slot = fields.label(piece, "slot_name" if piece.get("slot_name") else "entity")
            found.types[slot].add(str(piece.get("entity") or slot))
        yield piece["text"], slot


def _marked(text: str, found: _Found) -> Iterator[tuple[str, str]]:
    """Cut "in the [room:place](kitchen)" at its slots; ValueError at half a mark."""
    at = 0
    for match in _MARK.finditer(text):
        yield _literal(text[at : match.start()]), ""
        found.types[match[1]].add(match[2] or match[1])
        yield match[3], match[1]
        at = match.end()
    yield _literal(text[at:]), ""


def _literal(text: str) -> str:
    if "[" in text or "](" in text:
        raise ValueError(f"stray bracket in {text.strip()!r}")
    return text


def _yaml(path: Path, prefix: str, found: _Found, faults: Faults) -> None:
    try:
        nodes = list(yaml.compose_all(sources.text(path), Loader=yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise DataError(path, line, f"broken YAML ({error})", _REMEDY) from None
    for node in nodes:
        if not isinstance(node, yaml.MappingNode):
            faults.add(path, node.start_mark.line + 1, "a document is no object")
            continue
        held = {k.value: v for k, v in node.value if isinstance(k.value, str)}
        kind, title = (_scalar(held.get(key)) for key in ("type", "name"))
        if kind == "intent" and title:
            for slot, entity in _declared(held.get("slots")):
                found.types[slot].add(entity)
            rows = [(i.start_mark.line + 1, _row(i)) for i in _items(held.get("utterances"))]
            _add(path, prefix, title, rows, found, faults)
        elif kind == "entity" and title:
            for item in _items(held.get("values")):
                parts = item.value if isinstance(item, yaml.SequenceNode) else [item]
                found.values[title] += [value for part in parts if (value := _scalar(part))]
        else:
            faults.add(path, node.start_mark.line + 1, "is no intent and no entity with a name")


def _row(node: Any) -> Any:
    """A sentence as it is written: YAML would make a truth value of "yes"."""
    return node.value if isinstance(node, yaml.ScalarNode) else None


def _items(node: Any) -> list[Any]:
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _scalar(node: Any) -> str:
    return node.value.strip() if isinstance(node, yaml.ScalarNode) else ""


def _declared(node: Any) -> Iterator[tuple[str, str]]:
    """(slot, entity) of each slot that an intent declares."""
    for item in _items(node):
        told: Mapping[str, Any] = {}
        if isinstance(item, yaml.MappingNode):
            told = {k.value: v for k, v in item.value if isinstance(k.value, str)}
        slot, entity = _scalar(told.get("name")), _scalar(told.get("entity"))
        if slot and entity:
            yield slot, entity
