"""Jovo language models: intents with phrases, which are templates, as Alexa's samples are.

Version 2 and 3 list `intents` with `inputs` and keep values under `inputTypes`; version 4 has
objects, `entities` and `entityTypes`. What a model says for Alexa alone (`alexa.interactionModel`)
is read too: its intents' samples and its types.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.jsonl import read_bytes
from data_cards.parsing.builtins import built_in
from data_cards.parsing.expansion import Expansion, Sample, build, cap, distinct, spoken
from data_cards.parsing.templates import carrier
from data_cards.readers.alexa import Lines
from data_cards.records import Skill

_REMEDY = "give a Jovo language model (intents with phrases)"

Named = tuple[str, Mapping[str, Any]]
"""A name and what the model says under it."""


@dataclass(frozen=True, slots=True)
class JovoModel:
    """What a model says: its phrases and, by slot name, the values of its slots."""

    samples: tuple[Sample, ...]
    catalogs: Mapping[str, tuple[str, ...]]


def read(
    path: Path,
    faults: Faults,
    *,
    name: str | None = None,
    locale: str = "en-US",
    how: Expansion | None = None,
    per_intent: int | None = None,
) -> Skill:
    """Read one model; train and test are expansions of different phrases.

    At most `per_intent` phrases of an intent are kept, by hash; a fault counts the others. Raises
    DataError where the file is no Jovo model.
    """
    model = read_model(path, faults, locale)
    named = name or path.parent.parent.name or path.stem
    samples = list(model.samples)
    if per_intent is not None:
        samples = list(_capped(samples, f"{named}@{locale}", per_intent, path, faults))
    return build(named, locale, samples, model.catalogs, how or Expansion(), faults)


def read_model(path: Path, faults: Faults, locale: str) -> JovoModel:
    """Read a model; phrases and values that cannot be used go into `faults`."""
    raw = read_bytes(path)
    content = _content(path, raw)
    lines = Lines(raw)
    alexa = _alexa(content)
    types: dict[str, list[str]] = {}
    for holder, key in ((content, "inputTypes"), (content, "entityTypes"), (alexa, "types")):
        for kind, said in _named(holder, key, path, faults):
            types.setdefault(kind, []).extend(_values(said, kind, path, lines, faults))
    samples: list[Sample] = []
    catalogs: dict[str, list[str]] = {}
    numbers: Counter[str] = Counter()
    for holder, phrases, inputs in (
        (content, "phrases", ("inputs", "entities")),
        (alexa, "samples", ("slots",)),
    ):
        for intent, said in _named(holder, "intents", path, faults):
            declared = {n: its for key in inputs for n, its in _named(said, key, path, faults)}
            for slot, its in declared.items():
                values = _slot_values(its, types, locale, path, lines, faults)
                catalogs.setdefault(slot, []).extend(values)
            for phrase in _list(said, phrases, path, faults):
                numbers[intent] += 1
                try:
                    sample_id = f"{intent}:{numbers[intent]}"
                    line = lines.of(str(phrase))
                    samples.append(_sample(sample_id, intent, phrase, declared, path, line))
                except ValueError as error:
                    reason = f"{error} (intent {intent!r})"
                    faults.add(path, lines.of(str(phrase)), reason)
    return JovoModel(tuple(samples), {slot: distinct(v) for slot, v in catalogs.items()})


def _content(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        content = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DataError(path, None, "is not UTF-8", "save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise DataError(path, line, f"broken JSON ({error})", _REMEDY) from None
    if not isinstance(content, dict) or not isinstance(content.get("intents"), list | dict):
        raise DataError(path, 1, "has no intents", _REMEDY)
    return content


def _alexa(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The language model that is meant for Alexa alone; empty where there is none."""
    inner: Any = content
    for key in ("alexa", "interactionModel", "languageModel"):
        inner = inner.get(key) if isinstance(inner, dict) else None
    return inner if isinstance(inner, dict) else {}


def _named(holder: Mapping[str, Any], key: str, path: Path, faults: Faults) -> Iterator[Named]:
    """The named entries under a key, be they a list of objects or an object of them."""
    listed = holder.get(key) or []
    if isinstance(listed, dict):
        entries = [(k, {"type": v} if isinstance(v, str) else v) for k, v in listed.items()]
    elif isinstance(listed, list):
        entries = [(e.get("name") if isinstance(e, dict) else None, e) for e in listed]
    else:
        entries = [(None, listed)]
    for name, entry in entries:
        if isinstance(name, str) and name and isinstance(entry, dict):
            yield name, entry
        else:
            faults.add(path, None, f"{str(entry)[:60]!r} in {key} is no object with a name")


def _list(holder: Mapping[str, Any], key: str, path: Path, faults: Faults) -> list[Any]:
    listed = holder.get(key) or []
    if isinstance(listed, list):
        return listed
    faults.add(path, None, f"{key} is {str(listed)[:60]!r}, not a list")
    return []


def _sample(
    sample_id: str, intent: str, phrase: Any, declared: Mapping[str, Any], path: Path,
    line: int | None,
) -> Sample:  # fmt: skip
    if not isinstance(phrase, str):
        raise ValueError(f"phrase is {str(phrase)[:60]!r}, not a text")
    cut = carrier(phrase)
    unknown = [slot for slot in cut.slots if slot not in declared]
    if unknown:
        raise ValueError(f"slot {unknown[0]!r} of {phrase!r} is not declared")
    if not cut.slots and not spoken(cut.text):
        raise ValueError(f"phrase {phrase!r} holds no word")
    return Sample(sample_id, intent, cut.text.strip(), (cut,), path, line)


def _slot_values(
    said: Mapping[str, Any], types: Mapping[str, list[str]], locale: str, path: Path,
    lines: Lines, faults: Faults,
) -> list[str]:  # fmt: skip
    """The values of a slot: of its own, of its types, and of Alexa's built-in ones."""
    kind = said.get("type")
    names = kind.values() if isinstance(kind, dict) else [kind]
    found = list(_values(said, str(said.get("name", "")), path, lines, faults))
    for name in names:
        if isinstance(name, str):
            found += [*types.get(name, ()), *(built_in(name, locale) or ())]
    return found


def _values(
    said: Mapping[str, Any], kind: str, path: Path, lines: Lines, faults: Faults
) -> Iterator[str]:
    """The values of a type with their synonyms, in Jovo's form or in Alexa's."""
    for entry in _list(said, "values", path, faults):
        named = entry.get("name") if isinstance(entry, dict) else None
        holder = named if isinstance(named, dict) else entry
        known = [holder]
        if isinstance(holder, dict):
            synonyms = holder.get("synonyms")
            known = [holder.get("value"), *(synonyms if isinstance(synonyms, list) else [])]
        for value in known:
            if isinstance(value, str) and spoken(value) and "${" not in value:
                yield value
            else:
                line = lines.of(value) if isinstance(value, str) else None
                faults.add(path, line, f"value {str(value)[:60]!r} of {kind!r} cannot be said")


def _capped(
    samples: list[Sample], key: str, limit: int, path: Path, faults: Faults
) -> Iterator[Sample]:
    """At most `limit` phrases of each intent, by hash."""
    by_intent: dict[str, list[Sample]] = {}
    for sample in samples:
        by_intent.setdefault(sample.intent, []).append(sample)
    for intent, group in by_intent.items():
        if len(group) > limit:
            reason = f"intent {intent!r}: {len(group) - limit} of {len(group)} examples left out"
            faults.add(path, None, f"{reason}, at most {limit} an intent are kept of this skill")
        yield from cap(group, key, limit)
