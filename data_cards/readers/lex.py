"""Amazon Lex bots as exported: sample utterances that are templates, as Alexa's are.

Version 2 is a folder of JSON: `BotLocales/<locale>/Intents/<name>/Intent.json` with
`Slots/<name>/Slot.json` below it, and `SlotTypes/<name>/SlotType.json`. Version 1 is one file whose
`resource` lists intents and slot types. What users answer when a slot is asked for is said within
its intent, as in Alexa's models.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import fields, sources
from data_cards.parsing import locale_evidence as locales
from data_cards.parsing.builtins import built_in
from data_cards.parsing.expansion import Expansion, Sample, build, distinct, spoken
from data_cards.readers.alexa import Lines
from data_cards.readers.samples import sample
from data_cards.records import Skill

_REMEDY = "give the folder or zip of an Amazon Lex export"

_Row = tuple[Path, Any]
"""A sample utterance as it is written, and the file that holds it."""


@dataclass(frozen=True, slots=True)
class _Intent:
    """One intent: its name, its own utterances and its slots', and each slot's type."""

    name: str
    samples: tuple[_Row, ...]
    answers: tuple[_Row, ...]
    types: dict[str, str]


@dataclass(slots=True)
class _Bot:
    """What the files hold of one locale."""

    intents: list[_Intent] = field(default_factory=list)
    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Slot type -> its values."""


def read(
    path: Path,
    faults: Faults,
    *,
    name: str | None = None,
    locale: str = "en-US",
    how: Expansion | None = None,
) -> Skill:
    """Read a bot's intents of the locale; train and test are expansions of different samples.

    Raises DataError where there is no bot, or none of the locale.
    """
    bot = _folder(path, locale, faults) if path.is_dir() else _file(path, faults)
    samples: list[Sample] = []
    catalogs: dict[str, list[str]] = defaultdict(list)
    unfilled: dict[str, str] = {}
    numbers: Counter[str] = Counter()
    for intent in bot.intents:
        for slot, kind in intent.types.items():
            values = [*bot.values.get(kind, ()), *_built_in(kind, locale)]
            catalogs[slot].extend(values)
            if not values:
                unfilled[slot] = kind
    # A template that two intents have counts for the first, so that answers come last.
    said = [(intent, row) for intent in bot.intents for row in intent.samples]
    said += [(intent, row) for intent in bot.intents for row in intent.answers]
    lines = {path: Lines(sources.content(path)) for path in {path for _, (path, _) in said}}
    for intent, (place, row) in said:
        numbers[intent.name] += 1
        text = row.get("utterance") if isinstance(row, dict) else row
        line = lines[place].of(text) if isinstance(text, str) else None
        try:
            if not isinstance(text, str):
                raise ValueError(f"sample {str(row)[:60]!r} is no text")
            utterance_id = f"{intent.name}:{numbers[intent.name]}"
            found, _ = sample(utterance_id, intent.name, text, intent.types, place, line)
            samples.append(found)
        except ValueError as error:
            faults.add(place, line, f"{error} (intent {intent.name!r})")
    merged = {slot: distinct(values) for slot, values in catalogs.items()}
    how = how or Expansion(max_templates=None)
    return build(name or path.stem, locale, samples, merged, how, faults, unfilled)


def locales_of(folder: Path) -> list[str]:
    """The locales that a folder of version 2 holds, sorted."""
    found = {_locale_of(path) for path in folder.rglob("Intent.json")}
    return sorted(locale for locale in found if locale)


def _locale_of(path: Path) -> str:
    """The locale of a file: what stands below BotLocales; "" where nothing does."""
    parts = path.parts
    if "BotLocales" not in parts[:-1]:
        return ""
    return locales.by_code(parts[parts.index("BotLocales") + 1])


def _folder(folder: Path, locale: str, faults: Faults) -> _Bot:
    here = [p for p in sorted(folder.rglob("*.json")) if _locale_of(p) in ("", locale)]
    bot = _Bot()
    for path in here:
        if path.name == "Intent.json":
            content = _object(path, faults)
            homes = [p for p in here if _below(p, path.parent / "Slots")]
            slots = [(p, _object(p, faults)) for p in homes]
            bot.intents += _intent(content, path, slots, faults)
        elif path.name == "SlotType.json":
            _values(_object(path, faults), "slotTypeValues", path, bot, faults)
    if not bot.intents:
        known = ", ".join(locales_of(folder))
        fault = f"has intents in {known} only" if known else "holds no Intent.json"
        raise DataError(folder, None, fault, "name the locale of one" if known else _REMEDY)
    return bot


def _below(path: Path, folder: Path) -> bool:
    return path.name == "Slot.json" and path.is_relative_to(folder)


def _file(path: Path, faults: Faults) -> _Bot:
    content = sources.json_content(path)
    resource = content.get("resource", content) if isinstance(content, dict) else None
    intents = resource.get("intents") if isinstance(resource, dict) else None
    if not isinstance(resource, dict) or not isinstance(intents, list):
        raise DataError(path, None, "is no whole Lex bot: it has no list of intents", _REMEDY)
    bot = _Bot()
    for entry in intents:
        listed = entry.get("slots") if isinstance(entry, dict) else None
        slots = [(path, s) for s in listed or [] if isinstance(s, dict)]
        bot.intents += _intent(entry, path, slots, faults)
    kinds = resource.get("slotTypes")
    for entry in kinds if isinstance(kinds, list) else []:
        _values(entry, "enumerationValues", path, bot, faults)
    return bot


def _object(path: Path, faults: Faults) -> dict[str, Any]:
    """The object of one of many files; an empty one, and a fault, where it is broken."""
    try:
        content = sources.json_content(path)
    except DataError as error:
        faults.add(path, error.line, error.fault)
        return {}
    return content if isinstance(content, dict) else {}


def _intent(
    content: Any, path: Path, slots: list[tuple[Path, dict[str, Any]]], faults: Faults
) -> Iterator[_Intent]:
    if content == {}:
        return  # broken, which is counted already
    try:
        name = fields.label(content, "name")
        samples = tuple((path, row) for row in fields.rows(content, "sampleUtterances"))
    except ValueError as error:
        faults.add(path, None, f"an intent cannot be read: {error}")
        return
    answers: list[_Row] = []
    for place, slot in slots:
        asked = slot.get("valueElicitationSetting") or slot  # version 1 has them beside the name
        try:
            answers += [(place, row) for row in fields.rows(asked, "sampleUtterances")]
        except ValueError as error:
            faults.add(place, None, f"utterances of a slot cannot be read: {error}")
    types = {str(s.get("name")): str(s.get("slotType", s.get("slotTypeName"))) for _, s in slots}
    yield _Intent(name, samples, tuple(answers), types)


def _values(content: Any, key: str, path: Path, bot: _Bot, faults: Faults) -> None:
    """Add a slot type's values and synonyms, be they objects (version 2) or strings."""
    if content == {}:
        return
    try:
        name = fields.label(content, "name")
        for row in fields.rows(content, key):
            value = row.get("sampleValue", row.get("value")) if isinstance(row, dict) else row
            known = row.get("synonyms") if isinstance(row, dict) else None
            for each in [value, *(known or [])]:
                told = each.get("value") if isinstance(each, dict) else each
                if isinstance(told, str) and spoken(told):
                    bot.values[name].append(told)
                else:
                    faults.add(path, None, f"value {str(each)[:60]!r} of {name!r} cannot be said")
    except ValueError as error:
        faults.add(path, None, f"a slot type cannot be read: {error}")


def _built_in(kind: str, locale: str) -> tuple[str, ...]:
    """The values of Alexa's type of that name: Lex writes AMAZON.Date for AMAZON.DATE."""
    upper = "AMAZON." + kind.removeprefix("AMAZON.").upper()
    return tuple(built_in(kind, locale) or built_in(upper, locale) or ())
