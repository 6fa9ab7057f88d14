"""Alexa interaction models: intents with samples, slots, custom types with synonyms."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.jsonl import read_bytes
from data_cards.parsing import foreign, sources
from data_cards.parsing.builtins import built_in
from data_cards.parsing.expansion import Expansion, Sample, build, distinct, spoken
from data_cards.parsing.templates import Carrier, carrier
from data_cards.records import Skill
from data_cards.words import tokenize

_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
_REMEDY = "give an Alexa interaction model (interactionModel.languageModel)"


@dataclass(frozen=True, slots=True)
class Model:
    """What an interaction model says: its samples and, by slot name, the values of its slots."""

    invocation: str
    samples: tuple[Sample, ...]
    catalogs: dict[str, tuple[str, ...]]
    intents: tuple[str, ...]
    unfilled: dict[str, str] = field(default_factory=dict)
    """Slot name -> its type, where that type has no values."""


def read_file(
    path: Path,
    faults: Faults,
    *,
    name: str | None = None,
    locale: str = "en-US",
    how: Expansion | None = None,
) -> Skill:
    """Read one interaction model; train and test are expansions of different samples.

    All samples are used unless `how` limits them.
    """
    model = read_model(path, faults, locale)
    named = name or "-".join(tokenize(model.invocation)) or path.stem
    how = how or Expansion(max_templates=None)
    return build(named, locale, model.samples, model.catalogs, how, faults, model.unfilled)


def read_model(path: Path, faults: Faults, locale: str) -> Model:
    """Read a model; faulty samples, types and values go into `faults`.

    Raises DataError where the file is no interaction model at all.
    """
    raw = read_bytes(path)
    content = _language_model(path, raw, faults)
    lines = Lines(raw)
    types: dict[str, list[str]] = {}
    for kind in _objects(content, "types", path, lines, faults):
        types.setdefault(kind["name"], []).extend(_values(kind, path, lines, faults))
    samples: list[Sample] = []
    catalogs: dict[str, list[str]] = {}
    unfilled: dict[str, str] = {}
    intents: list[str] = []
    numbers: Counter[str] = Counter()
    spoken_of: list[tuple[str, dict[str, Any], dict[str, str]]] = []
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = []
    for intent in _objects(content, "intents", path, lines, faults):
        intents.append(intent["name"])
        declared: dict[str, str] = {}
        for slot in _objects(intent, "slots", path, lines, faults):
            named = str(slot.get("type", ""))
            declared[slot["name"]] = named
            values = [*types.get(named, ()), *(built_in(named, locale) or ())]
            catalogs.setdefault(slot["name"], []).extend(values)
            if not values:
                unfilled[slot["name"]] = named
        spoken_of.append((intent["name"], intent, declared))
        slots = _objects(intent, "slots", path, lines, Faults())  # counted above
        asked.extend((intent["name"], slot, declared) for slot in slots)
    # What users answer when they are asked for a slot is said within the intent, too; it comes
    # last, since a template that two intents have counts for the first.
    for name, holder, declared in (*spoken_of, *asked):
        texts = _strings(holder, "samples", path, lines, faults)
        for sample, brought in _samples(name, texts, declared, numbers, path, lines, faults):
            samples.append(sample)
            for slot_name, value in brought:
                catalogs.setdefault(slot_name, []).append(value)
    return Model(
        str(content.get("invocationName") or ""), tuple(samples),
        {slot: distinct(values) for slot, values in catalogs.items()}, tuple(intents), unfilled,
    )  # fmt: skip


class Lines:
    """Where a string stands in a JSON file, for messages."""

    def __init__(self, raw: bytes) -> None:
        self._first: dict[str, int] = {}
        for number, line in enumerate(sources.cut_lines(raw.decode("utf-8", "replace")), 1):
            for literal in _LITERAL.findall(line):
                self._first.setdefault(literal, number)

    def of(self, text: str) -> int | None:
        """The first line that holds the text as a JSON string; None where none does."""
        plain = self._first.get(json.dumps(text, ensure_ascii=False))
        return plain if plain is not None else self._first.get(json.dumps(text))


def _language_model(path: Path, raw: bytes, faults: Faults) -> dict[str, Any]:
    try:
        content = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DataError(path, None, "is not UTF-8", "save the file as UTF-8") from None
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise DataError(path, line, f"broken JSON ({error})", _REMEDY) from None
    known = foreign.kind_of(content)
    if known is not None:
        raise DataError(path, None, f"is {known[0]}, not an Alexa interaction model", known[1])
    for key in ("interactionModel", "languageModel"):
        if isinstance(content, dict) and key in content:
            content = content[key]
        if isinstance(content, dict):
            for section in ("dialog", "prompts"):
                if content.get(section):
                    faults.note(path, None, f"section {section} is not read: no utterances")
    if not isinstance(content, dict) or not isinstance(content.get("intents"), list):
        raise DataError(path, 1, "has no list of intents", _REMEDY)
    return content


def _strings(
    holder: dict[str, Any], key: str, path: Path, lines: Lines, faults: Faults
) -> Iterator[str]:
    """The strings of a list, or the one that stands in its place; others counted."""
    listed = holder.get(key)
    if isinstance(listed, str):
        listed = [listed]
    for entry in listed if isinstance(listed, list) else [] if listed is None else [listed]:
        if isinstance(entry, str):
            yield entry
        else:
            faults.add(path, lines.of(key), f"{str(entry)[:60]!r} in {key} is no text")


def _objects(
    holder: dict[str, Any], key: str, path: Path, lines: Lines, faults: Faults
) -> Iterator[dict[str, Any]]:
    """The named objects of a list, others counted."""
    listed = holder.get(key) or []
    if not isinstance(listed, list):
        faults.add(path, lines.of(key), f"{key} is no list")
        return
    for entry in listed:
        if isinstance(entry, dict) and isinstance(entry.get("name"), str) and entry["name"]:
            yield entry
        else:
            faults.add(path, lines.of(key), f"{str(entry)[:60]!r} in {key} has no name")


def _values(kind: dict[str, Any], path: Path, lines: Lines, faults: Faults) -> Iterator[str]:
    """The values of a type and their synonyms, be they objects, strings or numbers."""
    listed = kind.get("values") or []
    if not isinstance(listed, list):
        faults.add(path, lines.of(kind["name"]), f"values of type {kind['name']!r} are no list")
        return
    if kind.get("valueSupplier"):
        reason = f"type {kind['name']!r} takes values from a catalogue elsewhere, which is not read"
        faults.note(path, lines.of(kind["name"]), reason)
    for entry in listed:
        name = entry.get("name", entry.get("value")) if isinstance(entry, dict) else entry
        if isinstance(name, dict):
            synonyms = name.get("synonyms")
            known = [name.get("value"), *_several(synonyms)]
        elif isinstance(entry, dict):
            known = [name, *_several(entry.get("synonyms"))]
        else:
            known = [name]
        if all(value is None for value in known):
            reason = f"value {str(entry)[:60]!r} of type {kind['name']!r} has no name"
            faults.add(path, lines.of(kind["name"]), reason)
            continue
        for value in known:
            told = str(value) if type(value) in (int, float) else value
            if isinstance(told, str) and spoken(told):
                yield told
            else:
                reason = f"value {value!r} of type {kind['name']!r} holds no word"
                faults.add(path, lines.of(value if isinstance(value, str) else ""), reason)


def _several(value: Any) -> list[Any]:
    """A list as it is, one value as a list of it, null as none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _samples(
    intent: str,
    texts: Iterable[str],
    declared: dict[str, str],
    numbers: Counter[str],
    path: Path,
    lines: Lines,
    faults: Faults,
) -> Iterator[tuple[Sample, list[tuple[str, str]]]]:
    """Each sample with the values it brings along, as "{who is she|Query}" does."""
    for text in texts:
        numbers[intent] += 1  # goes on where an intent stands twice, so that ids differ
        try:
            cut = carrier(text)
            unknown = [name for name in cut.slots if name not in declared]
            if unknown:
                raise ValueError(f"slot {unknown[0]!r} of {text!r} is not declared")
            if not cut.slots and not spoken(cut.text):
                raise ValueError(f"sample {text!r} holds no word")
        except ValueError as error:
            faults.add(path, lines.of(text), f"{error} (intent {intent!r})")
            continue
        brought = [(name, value) for value, name in cut.pieces if name and value]
        bare = Carrier(tuple(("", name) if name else (value, "") for value, name in cut.pieces))
        sample_id = f"{intent}:{numbers[intent]}"
        line = lines.of(text)
        sample = Sample(sample_id, intent, bare.text.strip(), (bare,), path, line)
        yield sample, brought
