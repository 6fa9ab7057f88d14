"""Alexa skills of the old console: IntentSchema.json, SampleUtterances.txt, a file a slot type.

A line of samples is the intent's name and a template: "OrderTea bring me {kind} tea". The values of
a type stand one a line in a file of the type's name (`customSlotTypes/LIST_OF_TEAS`).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import fields, sources
from data_cards.parsing.builtins import built_in
from data_cards.parsing.expansion import Expansion, Sample, build, distinct, spoken
from data_cards.readers.samples import sample
from data_cards.records import Skill

_REMEDY = "give the folder that holds IntentSchema.json and SampleUtterances.txt"
_SAMPLES = re.compile(r"sample[-_ ]?utterances.*", re.IGNORECASE)
_SCHEMA = re.compile(r"(?:intent[-_ ]?)?schema.*|intents", re.IGNORECASE)


def read(
    path: Path,
    faults: Faults,
    *,
    name: str | None = None,
    locale: str = "en-US",
    how: Expansion | None = None,
) -> Skill:
    """Read a skill's folder, or either of its two files; train and test are of different samples.

    Raises DataError where a file is missing or there are several of a kind.
    """
    folder = path if path.is_dir() else path.parent
    schema = path if path.suffix.lower() == ".json" else _one(folder, _SCHEMA, ".json")
    said = path if path.suffix.lower() == ".txt" else _one(folder, _SAMPLES, ".txt")
    declared = _declared(schema, faults)
    catalogs: dict[str, list[str]] = defaultdict(list)
    unfilled: dict[str, str] = {}
    for slots in declared.values():
        for slot, kind in slots.items():
            values = [*_listed(folder, kind, faults), *(built_in(kind, locale) or ())]
            catalogs[slot].extend(values)
            if not values:
                unfilled[slot] = kind
    samples: list[Sample] = []
    numbers: Counter[str] = Counter()
    for line, text in sources.lines(said, faults):
        if text.lstrip().startswith(("#", "//")):
            faults.note(said, line, f"a remark: {text.strip()[:60]!r}")
            continue
        intent, _, template = text.strip().partition(" ")
        numbers[intent] += 1
        try:
            if intent not in declared:
                raise ValueError(f"intent {intent!r} is not in {schema.name}")
            slots = declared[intent]
            utterance_id = f"{intent}:{numbers[intent]}"
            found, brought = sample(utterance_id, intent, template, slots, said, line)
        except ValueError as error:
            faults.add(said, line, f"{error} (intent {intent!r})")
            continue
        samples.append(found)
        for slot, value in brought:
            catalogs[slot].append(value)
            unfilled.pop(slot, None)
    merged = {slot: distinct(values) for slot, values in catalogs.items()}
    how = how or Expansion(max_templates=None)
    return build(name or folder.name, locale, samples, merged, how, faults, unfilled)


def _one(folder: Path, named: re.Pattern[str], suffix: str) -> Path:
    """The one file of such a name in the folder or below it."""
    found = [path for path in sorted(folder.rglob(f"*{suffix}")) if named.fullmatch(path.stem)]
    beside = [path for path in found if path.parent == folder]
    if len(beside or found) == 1:
        return (beside or found)[0]
    kind = "samples" if suffix == ".txt" else "schema"
    fault = f"holds {len(found)} files of {kind}, not one" if found else f"holds no file of {kind}"
    raise DataError(folder, None, fault, _REMEDY)


def _declared(schema: Path, faults: Faults) -> dict[str, dict[str, str]]:
    """Intent -> its slots with their types."""
    content = sources.json_content(schema)
    if not isinstance(content, dict) or not isinstance(content.get("intents"), list):
        raise DataError(schema, 1, "has no list of intents", _REMEDY)
    found: dict[str, dict[str, str]] = {}
    for entry in content["intents"]:
        try:
            slots: dict[str, Any] = {}
            for slot in fields.rows(entry, "slots"):
                slots[fields.label(slot, "name")] = fields.label(slot, "type")
            found[fields.label(entry, "intent")] = slots
        except ValueError as error:
            faults.add(schema, None, f"an intent cannot be read: {error}")
    return found


def _listed(folder: Path, kind: str, faults: Faults) -> Iterator[str]:
    """The values in the file that bears a type's name, with or without .txt."""
    for path in sorted(folder.rglob(f"{kind}*")):
        if path.is_file() and path.name in (kind, f"{kind}.txt"):
            for line, value in sources.lines(path, faults):
                if spoken(value):
                    yield value.strip()
                else:
                    faults.add(path, line, f"value {value[:60]!r} of {kind!r} holds no word")
