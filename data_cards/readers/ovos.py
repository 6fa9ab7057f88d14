"""OVOS/Mycroft skills: locale folders with .intent templates and .entity slot values.

`.voc` files are not read: they hold the keywords of handlers in code, no sentences and no values.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path

from data_cards.card import Card
from data_cards.faults import Faults
from data_cards.jsonl import read_bytes
from data_cards.parsing import sources
from data_cards.parsing.builtins import by_slot_name, listed
from data_cards.parsing.expansion import Expansion, Sample, build, distinct, shortcoming
from data_cards.parsing.options import settle
from data_cards.parsing.templates import alternatives, carrier
from data_cards.records import Skill

_LOCALE = re.compile(r"^([a-z]{2})-([a-zA-Z]{2})$")
_NUMBER = re.compile(r"(?<![\w{])#+(?![\w}])")
_MARKER = re.compile(r"\{\{?\s*(\w+)\s*\}\}?")

CARRIERS = 8
"""Sentences that one line with (a|b) and [x] stands for, at most; hash-chosen."""
ENTITY_VALUES = 60
"""Values that one line of an .entity file stands for, at most."""


class OvosOptions(Expansion):
    """Which skills, and what their slots without an .entity file hold."""

    slot_types: dict[str, str] = {}  # slot name -> one of our value lists
    installed: bool = False  # read the ovos-skill-* packages of this Python, not the folder


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield a skill a folder and locale, of the card's locales."""
    options = settle(card, OvosOptions)
    folders = installed_skills() if options.installed else skill_folders(root)
    for name, folder in sorted(folders.items()):
        for locale in sorted(_locale_folders(folder).keys() & set(card.skillwise.locales)):
            skill = read_skill(
                name, folder, locale, faults, how=options, slot_types=options.slot_types
            )
            short = shortcoming(skill, options.min_train, options.min_test)
            if short:
                faults.add(folder, None, f"skill {skill.key} left out: {short}")
            else:
                yield skill


def read_skill(
    name: str,
    folder: Path,
    locale: str,
    faults: Faults,
    *,
    how: Expansion | None = None,
    slot_types: Mapping[str, str] | None = None,
) -> Skill:
    """Read one skill folder in one locale; lines that cannot be used go into `faults`."""
    samples: list[Sample] = []
    catalogs: dict[str, list[str]] = defaultdict(list)
    numbers: dict[str, int] = defaultdict(int)
    for place in _locale_folders(folder).get(locale, []):
        for path in sorted(place.rglob("*.entity")):
            catalogs[path.stem.lower()].extend(_entity_values(path, locale, faults))
        for path in sorted(place.rglob("*.intent")):
            samples.extend(_samples(path, numbers, faults))
    for slot in {s for sample in samples for c in sample.carriers for s in c.slots}:
        if not catalogs[slot]:
            kind = (slot_types or {}).get(slot)
            found = listed(kind, locale) if kind else by_slot_name(slot, locale)
            catalogs[slot].extend(found or ())
    merged = {slot: distinct(values) for slot, values in catalogs.items()}
    return build(name, locale, samples, merged, how or Expansion(), faults)


def locales_of(folder: Path) -> list[str]:
    """The locales of a skill's folder, sorted."""
    return sorted(_locale_folders(folder))


def skill_folders(root: Path) -> dict[str, Path]:
    """Skill name -> folder, for every folder under `root` that holds locale folders with intents.

    A skill is named after the folder right below `root`, and after its own too where that holds
    several skills.
    """
    found = sorted({_home(path, root) for path in root.rglob("*.intent")})
    tops = [path.relative_to(root).parts[0] if path != root else root.name for path in found]
    return {
        top if tops.count(top) == 1 else f"{top}__{path.name}": path
        for top, path in zip(tops, found, strict=True)
    }


def installed_skills(prefix: str = "ovos-skill-") -> dict[str, Path]:
    """Skill name -> folder of the packages installed in this Python whose name has the prefix."""
    found: dict[str, Path] = {}
    for package in distributions():
        name = (package.name or "").lower().replace("_", "-")
        if not name.startswith(prefix):
            continue
        intents = [Path(str(f.locate())) for f in package.files or () if f.suffix == ".intent"]
        if intents:
            found[name] = _home(intents[0], Path(str(package.locate_file(""))))
    return found


def _home(path: Path, root: Path) -> Path:
    """The skill's folder: the parent of the one (locale, vocab, ...) that holds the locales."""
    for parent in path.parents:
        if parent == root:
            break
        if _LOCALE.match(parent.name):
            return parent.parent.parent if parent.parent != root else root
    return root


def _locale_folders(folder: Path) -> dict[str, list[Path]]:
    """Locale ("de-DE") -> its folders, be they locale/de-de, vocab/de-de or intents/de-DE."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in sorted([*folder.glob("*-*"), *folder.glob("*/*-*")]):
        match = _LOCALE.match(path.name)
        if match and path.is_dir():
            found[f"{match[1]}-{match[2].upper()}"].append(path)
    return found


def _lines(path: Path, faults: Faults) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(sources.raw_lines(read_bytes(path)), 1):
        try:
            line = raw.decode("utf-8").strip()
        except UnicodeDecodeError:
            faults.add(path, number, "is not UTF-8")
            continue
        if line and not line.startswith("# "):
            yield number, line


def _samples(path: Path, numbers: dict[str, int], faults: Faults) -> Iterator[Sample]:
    """The lines of an .intent file; "#" is any number to its engine and becomes {number}."""
    intent = path.stem
    for line_number, raw in _lines(path, faults):
        line = _NUMBER.sub("{number}", raw) if "#" in raw else raw
        if "{" in line:
            line = _MARKER.sub(lambda m: f"{{{m[1].lower()}}}", line)
        numbers[intent] += 1
        try:
            carriers = tuple(carrier(text) for text in alternatives(line, CARRIERS))
        except ValueError as error:
            faults.add(path, line_number, str(error))
            continue
        sample_id = f"{intent}:{numbers[intent]}"
        sample = Sample(sample_id, intent, " ".join(line.split()), carriers, path, line_number)
        if sample.folded:
            yield sample
        else:
            faults.add(path, line_number, f"line {raw!r} holds no word")


def _entity_values(path: Path, locale: str, faults: Faults) -> Iterator[str]:
    """The values of an .entity file; "#" or "##%" stand for our numbers or percentages."""
    for number, line in _lines(path, faults):
        if line.strip("#% ") == "":
            yield from listed("Percentage" if "%" in line else "NUMBER", locale) or ()
            continue
        try:
            yield from alternatives(line, ENTITY_VALUES)
        except ValueError as error:
            faults.add(path, number, str(error))
