"""Home Assistant intents: sentence grammars, lists and rules by language; a family is a skill.

Train and test share no template. A test sentence of the source counts for the test split where
hassil matches it with a held-out template and with none that is trained on; its spans are
hassil's. Templates without such a sentence are expanded.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from hassil.errors import HassilError
from hassil.intents import Intents, SlotList, TextSlotList
from hassil.parser import ParseError
from hassil.recognize import recognize_all

from data_cards.card import Card
from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing.builtins import listed
from data_cards.parsing.expansion import Expansion, Sample, build, distinct, shortcoming
from data_cards.parsing.hassil_grammar import grammar
from data_cards.parsing.options import settle
from data_cards.parsing.templates import alternatives, carrier, sentences
from data_cards.records import Frame, Skill, Utterance, span_fault
from data_cards.words import align, clean, words

FAMILIES = {
    "assistant": "Broadcast Nevermind Respond",
    "climate": "ClimateGetTemperature ClimateSetTemperature",
    "devices": "TurnOn TurnOff SetPosition FanSetSpeed",
    "information": "GetCurrentDate GetCurrentTime GetWeather",
    "lawn_mower": "LawnMowerDock LawnMowerStartMowing",
    "lights": "LightSet",
    "lists": "ListAddItem ListCompleteItem ListRemoveItem ShoppingListAddItem "
    "ShoppingListCompleteItem",
    "media": "MediaNext MediaPause MediaPrevious MediaSearchAndPlay MediaUnpause",
    "state": "GetState",
    "timers": "CancelAllTimers CancelTimer DecreaseTimer IncreaseTimer PauseTimer StartTimer "
    "TimerStatus UnpauseTimer",
    "vacuum": "VacuumCleanArea VacuumReturnToBase VacuumStart",
    "volume": "MediaPlayerMute MediaPlayerUnmute SetVolume SetVolumeRelative",
}
"""Skill -> its intents without their prefix Hass; an intent of no family is a skill of its own."""

WILDCARDS = {
    "message": "Errand",
    "search_query": "Title",
    "shopping_list_item": "Food",
    "timer_command": "Command",
    "timer_name": "Label",
    "todo_list_item": "Errand",
    "zone": "Zone",
}
"""Lists that match any words -> our values for them."""

_GLUED = re.compile(r"\w\{|\}\w")
LOCALES = {"en": "en-US", "de": "de-DE"}
CARRIERS = 8
RANGE_VALUES = 40


@dataclass(frozen=True, slots=True)
class Home:
    """What one language's files share: rules, lists and the names of its test house."""

    language: str
    parsed: Intents
    """The lists and rules, parsed once by hassil; no intents."""
    lists: dict[str, Any]
    names: dict[str, tuple[str, ...]]
    """Domain -> entity names; "area" and "floor" -> theirs."""
    groups: dict[tuple[str, str, str], list[str]]
    """(intent, slot combination, group) -> the domains that a block names by that group."""


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield the families of each language, of the card's locales."""
    options = settle(card, Expansion)
    for language, locale in sorted(LOCALES.items()):
        if locale not in card.skillwise.locales:
            continue
        grammar_root = root / "sentences" / language
        if not grammar_root.is_dir():
            faults.add(grammar_root, None, "no such folder: the language has no sentences")
            continue
        with _of_the_form(grammar_root):
            home = read_home(root, language, faults)
        folders = {path.name: path for path in sorted(grammar_root.iterdir()) if path.is_dir()}
        for family, intents in sorted(_families(folders).items()):
            chosen = [folders[name] for name in intents]
            with _of_the_form(grammar_root):
                skill = read_family(family, chosen, home, locale, faults, options)
            short = shortcoming(skill, options.min_train, options.min_test)
            if short:
                reason = f"skill {skill.key} left out: {short}"
                faults.add(root / "sentences" / language, None, reason)
            else:
                yield skill


@contextmanager
def _of_the_form(folder: Path) -> Iterator[None]:
    """Name the folder where a mapping of its YAML is a list, or a list a word: hassil and we read
    some twenty shapes, and none of them is worth a check of its own."""
    try:
        yield
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise DataError(
            folder, None, f"is not of Home Assistant's form ({error})", "fetch the files again"
        ) from error


def _families(folders: Mapping[str, Path]) -> dict[str, list[str]]:
    owner = {
        f"Hass{intent}": name for name, intents in FAMILIES.items() for intent in intents.split()
    }
    found: dict[str, list[str]] = defaultdict(list)
    for intent in folders:
        found[owner.get(intent, intent)].append(intent)
    return found


def read_home(root: Path, language: str, faults: Faults) -> Home:
    """Read the lists, the rules and the names of the test house of one language."""
    lists: dict[str, Any] = {}
    rules: dict[str, str] = {}
    for path in (*_yaml(root / "lists", deep=False), *_yaml(root / "lists" / language)):
        lists |= _load(path, faults).get("lists") or {}
    for path in _yaml(root / "rules" / language):
        rules |= _load(path, faults).get("expansion_rules") or {}
    names: dict[str, list[str]] = defaultdict(list)
    for path in _yaml(root / "tests" / language):
        for kind, name in _names(_load(path, faults)):
            names[kind].extend(alternatives(name, 1))
    found = {kind: distinct(values) for kind, values in names.items()}
    meaning = {"language": language, "intents": {}, "lists": lists, "expansion_rules": rules}
    groups = dict(_groups(_load(root / "intents.yaml", faults)))
    return Home(language, Intents.from_dict(meaning), lists, found, groups)


def _yaml(folder: Path, *, deep: bool = True) -> list[Path]:
    return sorted(folder.rglob("*.yaml") if deep else folder.glob("*.yaml"))


def _groups(intents: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str], list[str]]]:
    for intent, content in intents.items():
        for combination, slots in (content.get("slot_combinations") or {}).items():
            for group, domains in (slots.get("name_domain_groups") or {}).items():
                yield (intent, combination, group), domains


def _names(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(domain, name) of the entities of a test file, ("area", name) and ("floor", name)."""
    for entity in content.get("entities") or []:
        domain = entity.get("domain") or str(entity.get("id", "")).partition(".")[0]
        yield domain, str(entity["name"])
    for kind in ("area", "floor"):
        for place in content.get(f"{kind}s") or []:
            yield kind, str(place["name"])


def read_family(
    family: str, folders: list[Path], home: Home, locale: str, faults: Faults, how: Expansion
) -> Skill:
    """Read one skill: the templates of its intents, then the source's own test sentences."""
    samples: list[Sample] = []
    catalogs: dict[str, tuple[str, ...]] = {}
    blocks: dict[Path, list[dict[str, Any]]] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            blocks[path] = _load(path, faults).get("data") or []
            samples.extend(_samples(path, blocks[path], home, catalogs, locale, faults))
    skill = build(family, locale, samples, catalogs, how, faults)
    templates = {u.template for u in (*skill.train, *skill.test)}
    parsed = {sample.template for sample in samples}
    natural = _natural(skill, blocks, parsed, home, faults)
    given = Counter(u.template for u in natural)
    said = {_folded(u) for u in natural}
    expanded = []
    for utterance in skill.test:
        if given[utterance.template] < how.of(len(templates)) and _folded(utterance) not in said:
            given[utterance.template] += 1
            expanded.append(utterance)
    return replace(skill, test=(*natural, *expanded))


def _samples(
    path: Path,
    blocks: list[dict[str, Any]],
    home: Home,
    catalogs: dict[str, tuple[str, ...]],
    locale: str,
    faults: Faults,
) -> Iterator[Sample]:
    number = 0
    for block in blocks:
        # which names may stand in {name} depends on the block: a list of its own for each
        asked = block.get("name_domains") or []
        if isinstance(asked, str):
            asked = home.groups.get((path.parent.name, path.stem, asked), [])
        domains = "+".join(sorted(asked))
        name = f"{{name-{domains}:name}}" if domains else "{name}"
        for template in block.get("sentences") or []:
            number += 1
            try:
                node = grammar(template, home.parsed.expansion_rules)
                texts = list(sentences(node, template, CARRIERS))
                # a slot that runs into a word ("To-Dos" + "Liste") would not end where it ends
                apart = [text for text in texts if not _GLUED.search(text)] or texts
                carriers = tuple(carrier(text.replace("{name}", name)) for text in apart)
            except ValueError as error:
                faults.add(path, _line(path, template), f"{error} (template {template!r})")
                continue
            for marker in {m for c in carriers for m in c.slots}:
                if marker not in catalogs:
                    catalogs[marker] = _values(marker.partition(":")[0], home, locale)
            sample_id = f"{path.parent.name}.{path.stem}:{number}"
            yield Sample(
                sample_id, path.parent.name, template, carriers, path, _line(path, template)
            )


def _values(name: str, home: Home, locale: str) -> tuple[str, ...]:
    """The values of a list: written out, a range, a wildcard, or the names of the test house."""
    if name.startswith("name"):
        domains = name.removeprefix("name").removeprefix("-").split("+")
        wanted = (
            domains if domains != [""] else [k for k in home.names if k not in ("area", "floor")]
        )
        return distinct(n for domain in sorted(wanted) for n in home.names.get(domain, ()))
    if name in ("area", "floor"):
        return home.names.get(name, ())
    content = home.lists.get(name) or {}
    if "range" in content:
        first, last = int(content["range"]["from"]), int(content["range"]["to"])
        step = max(int(content["range"].get("step", 1)), (last - first) // RANGE_VALUES, 1)
        return tuple(str(n) for n in range(first, last + 1, step))
    if content.get("wildcard"):
        return listed(WILDCARDS.get(name, ""), locale) or ()
    values = (v["in"] if isinstance(v, dict) else v for v in content.get("values") or [])
    return distinct(text for value in values for text in alternatives(str(value), CARRIERS))


def _natural(
    skill: Skill,
    blocks: Mapping[Path, list[dict[str, Any]]],
    parsed: set[str],
    home: Home,
    faults: Faults,
) -> list[Utterance]:
    """The source's own test sentences that a held-out template matches.

    A sentence that a trained template matches too is left out: it would ask for what was shown.
    """
    trained = {u.template for u in skill.train}
    held = {u.template for u in skill.test} - trained
    said = {_folded(u) for u in skill.train}
    natural: list[Utterance] = []
    for path, found in blocks.items():
        tests = _tests_of(path)
        templates = [t for b in found for t in b.get("sentences") or [] if t in parsed]
        if not tests.exists() or held.isdisjoint(templates):
            continue
        for utterance, matched in _recognised(tests, path.parent.name, templates, home, faults):
            ours = [t for t in matched if t in held]
            if ours and trained.isdisjoint(matched) and _folded(utterance) not in said:
                said.add(_folded(utterance))
                natural.append(replace(utterance, template=ours[0]))
    return natural


def _folded(utterance: Utterance) -> tuple[str, ...]:
    return tuple(token.lower() for token in utterance.tokens)


def _tests_of(path: Path) -> Path:
    """The test file of sentences/<language>/<intent>/<file>: the same below tests/."""
    return path.parents[3] / "tests" / path.parents[1].name / path.parent.name / path.name


def _recognised(
    tests: Path, intent: str, templates: list[str], home: Home, faults: Faults
) -> Iterator[tuple[Utterance, list[str]]]:
    """Each test sentence with hassil's spans, and the templates that match it."""
    content = _load(tests, faults)
    data = [{"sentences": [t], "metadata": {"template": t}} for t in templates]
    intents = Intents.from_dict({"language": home.language, "intents": {intent: {"data": data}}})
    lists = {**home.parsed.slot_lists, **_places(content, home)}
    number = 0
    for block in content.get("tests") or []:
        for text in block.get("sentences") or []:
            number += 1
            try:
                results = list(
                    recognize_all(
                        text, intents, lists, home.parsed.expansion_rules, language=home.language
                    )
                )
            except (HassilError, ParseError) as error:
                faults.add(tests, _line(tests, text), f"{error} ({text!r})")
                continue
            fitting = [r for r in results if _agrees(r.entities, block.get("slots") or {})]
            if not fitting:
                reason = f"no template of {intent} gives the spans of {text!r}"
                faults.add(tests, _line(tests, text), reason)
                continue
            found = words(clean(text))
            spans = [(e.name, e.text_span) for e in fitting[0].entities_list if e.text_span]
            slots = tuple(filter(None, (align(found, name, *span) for name, span in spans)))
            fault = span_fault(len(found), slots)
            if fault:
                faults.add(tests, _line(tests, text), f"{fault} ({text!r})")
                continue
            tokens = tuple(w.text for w in found)
            utterance_id = f"test:{tests.parent.name}.{tests.stem}:s{number}"
            matched = [str((r.intent_metadata or {}).get("template")) for r in results]
            yield Utterance(utterance_id, tokens, Frame(intent, slots), clean(text)), matched


def _places(content: Mapping[str, Any], home: Home) -> dict[str, SlotList]:
    """The names that a test file may use: the test house's and the file's own."""
    names = {"name": [n for k, v in home.names.items() if k not in ("area", "floor") for n in v]}
    names |= {kind: list(home.names.get(kind, ())) for kind in ("area", "floor")}
    for kind, name in _names(content):
        names["name" if kind not in ("area", "floor") else kind].extend(alternatives(name, 1))
    return {k: TextSlotList.from_strings(distinct(v), name=k) for k, v in names.items()}


def _agrees(entities: Mapping[str, Any], slots: Mapping[str, Any]) -> bool:
    """Whether a match fills the slots that the test asks for, names and places word by word."""
    return entities.keys() <= slots.keys() and all(
        str(entities[k].value).lower() == str(slots[k]).lower()
        for k in ("name", "area", "floor")
        if k in entities and isinstance(slots[k], str)
    )


def _line(path: Path, text: str) -> int | None:
    """The line that holds the text as it stands; None where it is folded or escaped."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if text in line:
            return number
    return None


def _load(path: Path, faults: Faults) -> dict[str, Any]:
    """A YAML file's mapping; a file that is none is a fault and reads as empty."""
    try:
        content = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        faults.add(path, mark.line + 1 if mark else None, f"broken YAML ({error})")
        return {}
    return content if isinstance(content, dict) else {}
