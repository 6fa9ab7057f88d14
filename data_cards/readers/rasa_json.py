"""Rasa's JSON training data (`rasa_nlu_data`): examples whose entities count characters."""

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

_REMEDY = "give Rasa's JSON (rasa_nlu_data.common_examples)"
_EXAMPLES = ("common_examples", "intent_examples", "entity_examples")

Meant = dict[str, set[str]]
"""Slot -> the values, in lower case, that its annotations stand for."""


def read(
    paths: Path | Sequence[Path],
    faults: Faults,
    *,
    name: str | None = None,
    locale: str = "en-US",
    test_share: float = 0.25,
) -> Skill:
    """Read one or more files as a skill; a quarter of each intent's examples is its test split.

    A synonym becomes a catalog value of the slots whose annotations stand for it; a lookup table is
    the catalog of the slot of its name. Ids are "<file>:<number>". Raises DataError where a file is
    none of Rasa's.
    """
    given = [paths] if isinstance(paths, Path) else list(paths)
    utterances: list[Utterance] = []
    catalogs: dict[str, list[str]] = defaultdict(list)
    synonyms: dict[str, list[str]] = defaultdict(list)
    meant: Meant = defaultdict(set)
    for path, prefix in zip(given, prefixes(given), strict=True):
        content = _content(path)
        lines = Lines(sources.content(path))
        rows = [row for key in _EXAMPLES for row in fields.section(content, key, path, faults)]
        for number, row in enumerate(rows, 1):
            try:
                utterances.append(_utterance(f"{prefix}:{number}", row, meant))
            except ValueError as error:
                text = row.get("text") if isinstance(row, dict) else None
                line = lines.of(text) if isinstance(text, str) else None
                faults.add(path, line, f"{error} (example {number})")
        for slot, values in _lookups(content, path, faults):
            catalogs[slot] += values
        for row in fields.section(content, "entity_synonyms", path, faults):
            value = str(row.get("value")) if isinstance(row, dict) else ""
            listed = row.get("synonyms") if isinstance(row, dict) else None
            known = [v for v in listed or [] if isinstance(v, str)]
            synonyms[value.lower()] += [value, *known]
        if content.get("regex_features"):
            count = len(fields.section(content, "regex_features", path, faults))
            faults.note(path, None, f"{count} regular expressions are not read")
    for slot, values_meant in meant.items():
        for value in sorted(values_meant & synonyms.keys()):
            catalogs[slot] += synonyms[value]
    return marked.skill(name or given[0].stem, locale, utterances, catalogs, test_share)


def _content(path: Path) -> dict[str, Any]:
    content = sources.json_content(path)
    data = content.get("rasa_nlu_data") if isinstance(content, dict) else None
    if not isinstance(data, dict):
        raise DataError(path, 1, "has no object rasa_nlu_data", _REMEDY)
    return data


def _utterance(utterance_id: str, row: Any, meant: Meant) -> Utterance:
    text = fields.string(row, "text")
    intent = fields.label(row, "intent") if row.get("intent") not in (None, "") else ""
    marks = []
    for entity in fields.rows(row, "entities"):
        slot = fields.label(entity, "entity")
        if entity.get("role"):
            slot = f"{slot}.{fields.label(entity, 'role')}"
        start, end = fields.whole(entity, "start"), fields.whole(entity, "end")
        marks.append((slot, start, end))
        meant[slot].add(str(entity.get("value") or text[start:end]).lower())
    pieces = list(marked_pieces(text, marked.outermost(marks)))
    return marked.utterance(utterance_id, intent, pieces)


def _lookups(
    content: dict[str, Any], path: Path, faults: Faults
) -> Iterator[tuple[str, list[str]]]:
    """Each lookup table with its values, which may stand in a file beside this one."""
    for row in fields.section(content, "lookup_tables", path, faults):
        try:
            slot, held = fields.label(row, "name"), row.get("elements")
        except ValueError as error:
            faults.add(path, None, f"a lookup table cannot be read: {error}")
            continue
        if isinstance(held, str):
            beside = path.parent / held
            if not beside.is_file():
                faults.add(path, None, f"lookup file {held[:60]!r} is not beside this file")
                continue
            held = sources.cut_lines(sources.text(beside))
        values = held if isinstance(held, list) else []
        yield slot, [value.strip() for value in values if isinstance(value, str) and value.strip()]
