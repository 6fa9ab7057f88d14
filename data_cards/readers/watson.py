"""Watson Assistant workspaces: one JSON file of intents with examples, and entities with values.

An example's `mentions` count characters, the end after the last. Counterexamples belong to no
intent, dialog nodes are no utterances: neither is read.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import fields, sources
from data_cards.parsing.inline import marked_pieces
from data_cards.readers import marked
from data_cards.readers.alexa import Lines
from data_cards.records import Skill, Utterance

_REMEDY = "give the JSON of a Watson workspace (intents with examples)"


def read(
    path: Path,
    faults: Faults,
    *,
    name: str | None = None,
    locale: str = "en-US",
    test_share: float = 0.25,
) -> Skill:
    """Read a workspace as a skill; a quarter of each intent's examples is its test split.

    Ids are "<intent>:<number>". Raises DataError where the file is no workspace.
    """
    content = sources.json_content(path)
    if not isinstance(content, dict) or not isinstance(content.get("intents"), list):
        raise DataError(path, 1, "has no list of intents", _REMEDY)
    lines = Lines(sources.content(path))
    utterances = list(_utterances(content["intents"], path, lines, faults))
    for key in ("counterexamples", "dialog_nodes"):
        if content.get(key):
            faults.note(path, lines.of(key), f"section {key} is not read: it has no intents")
    catalogs = dict(_values(content, path, lines, faults))
    return marked.skill(name or path.stem, locale, utterances, catalogs, test_share)


def _utterances(
    intents: list[Any], path: Path, lines: Lines, faults: Faults
) -> Iterator[Utterance]:
    for entry in intents:
        try:
            intent, examples = fields.label(entry, "intent"), fields.rows(entry, "examples")
        except ValueError as error:
            faults.add(path, None, f"an intent cannot be read: {error}")
            continue
        for number, example in enumerate(examples, 1):
            try:
                text = fields.string(example, "text")
                marks = [_mark(mention) for mention in fields.rows(example, "mentions")]
                pieces = list(marked_pieces(text, marked.outermost(marks)))
                yield marked.utterance(f"{intent}:{number}", intent, pieces)
            except ValueError as error:
                said = example.get("text") if isinstance(example, dict) else None
                line = lines.of(said) if isinstance(said, str) else None
                faults.add(path, line, f"{error} (intent {intent!r}, example {number})")


def _mark(mention: Any) -> marked.Mark:
    slot, place = fields.label(mention, "entity"), fields.rows(mention, "location")
    if len(place) != 2 or not all(type(at) is int for at in place):
        raise ValueError(f"location of {slot!r} is {str(place)[:60]!r}, not two whole numbers")
    return slot, place[0], place[1]


def _values(
    content: dict[str, Any], path: Path, lines: Lines, faults: Faults
) -> Iterator[tuple[str, list[str]]]:
    """Each entity with its values and their synonyms; patterns are told."""
    found: dict[str, list[str]] = defaultdict(list)
    patterns = 0
    listed = content.get("entities")
    for entry in listed if isinstance(listed, list) else []:
        try:
            entity = fields.label(entry, "entity")
            for value in fields.rows(entry, "values"):
                found[entity].append(fields.string(value, "value"))
                patterns += bool(value.get("patterns"))
                known = fields.rows(value, "synonyms")
                found[entity] += [synonym for synonym in known if isinstance(synonym, str)]
        except ValueError as error:
            faults.add(path, None, f"entity {str(entry)[:60]!r}: {error}")
    if patterns:
        faults.note(path, None, f"patterns of {patterns} values are not read")
    yield from found.items()
