"""The files of one bot to one skill, whatever their format."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from data_cards.faults import Faults
from data_cards.folds import number
from data_cards.jsonl import read_bytes
from data_cards.parsing import splits
from data_cards.parsing.expansion import Expansion, distinct
from data_cards.parsing.templates import folded
from data_cards.readers import dialogflow, jovo, luis, rasa, rasa_markdown
from data_cards.records import Skill, Utterance


class BotOptions(Expansion):
    """Which of the listed bots become skills, and how much of each."""

    per_intent: dict[str, int] = {}
    """Skill -> examples of one intent kept, by hash, where a script wrote most of them."""
    skip: dict[str, str] = {}
    """Skill -> why it is left out."""


ReadBot = Callable[[list[Path], str, str, BotOptions, Faults], Skill]
"""(files, skill name, locale, options, faults) -> the skill with everything that its files hold."""


def capped(
    utterances: Iterable[Utterance], limit: int, path: Path, faults: Faults
) -> list[Utterance]:
    """At most `limit` utterances of each intent, by hash; a fault for each intent that had more."""
    known = list(utterances)
    sizes = Counter(u.frame.intent for u in known)
    taken: Counter[str] = Counter()
    kept = set[str]()
    for utterance in sorted(known, key=lambda u: number(f"cap|{u.id}")):
        taken[utterance.frame.intent] += 1
        if taken[utterance.frame.intent] <= limit:
            kept.add(utterance.id)
    for intent, size in sorted(sizes.items()):
        if size > limit:
            reason = f"intent {intent!r}: {size - limit} of {size} examples left out"
            faults.add(path, None, f"{reason}, at most {limit} an intent are kept of this skill")
    return [u for u in known if u.id in kept]


def together(
    skills: Iterable[tuple[str, Skill]], name: str, locale: str, options: BotOptions
) -> Skill:
    """One skill of the parts of a bot that were read alone, each with a name for its ids.

    The parts' ids end in ":<line>", and in "#<number>" behind it where a line has several.
    """
    said: list[Utterance] = []
    gazetteers: dict[str, tuple[str, ...]] = {}
    for part, skill in skills:
        ordered = sorted((*skill.train, *skill.test), key=_place)
        said += [replace(u, id=f"{part}:{u.id.rpartition(':')[2]}") for u in ordered]
        for slot, values in skill.gazetteers.items():
            gazetteers[slot] = tuple(dict.fromkeys((*gazetteers.get(slot, ()), *values)))
    return _split(Skill(name, locale, tuple(said), gazetteers=gazetteers), options)


def _place(utterance: Utterance) -> tuple[int, int]:
    """The line of an utterance in its file, and its number on that line."""
    line, _, number = utterance.id.rpartition(":")[2].partition("#")
    return int(line), int(number or 1)


def _split(skill: Skill, options: BotOptions) -> Skill:
    """The skill cut anew: a share of its templates, by hash, is the test split."""
    parts = splits.hold_out(
        (*skill.train, *skill.test),
        options.test_share,
        key=lambda u: f"{skill.name}|{folded(u.template)}",
    )
    return replace(skill, train=tuple(parts.train), test=tuple(parts.test))


def _rasa_yaml(
    paths: list[Path], name: str, locale: str, options: BotOptions, faults: Faults
) -> Skill:
    """Each file that holds NLU data; a domain file holds none."""
    stems = Counter(path.stem for path in paths)
    parts = []
    for path in paths:
        if path.suffix not in (".yml", ".yaml") or path.stem.startswith("domain"):
            continue
        part = path.stem if stems[path.stem] == 1 else f"{path.parent.name}/{path.stem}"
        lookups = rasa_lookups(path)
        if lookups is None:
            parts.append((part, rasa.read_file(path, faults, name=name, locale=locale)))
        else:
            parts.append((part, Skill(name, locale, (), gazetteers=lookups)))
    return _limited(together(parts, name, locale, options), paths[0], options, faults)


def rasa_lookups(path: Path) -> dict[str, tuple[str, ...]] | None:
    """The lookup lists of a Rasa file that holds nothing else; None for any other file."""
    try:
        content = yaml.safe_load(read_bytes(path).decode("utf-8-sig"))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    entries = content.get("nlu") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries:
        return None
    found = {}
    for entry in entries:
        name = entry.get("lookup") if isinstance(entry, dict) else None
        block = entry.get("examples") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not isinstance(block, str):
            return None
        found[name] = distinct(line.strip().removeprefix("-") for line in block.split("\n"))
    return found


def _rasa_markdown(
    paths: list[Path], name: str, locale: str, options: BotOptions, faults: Faults
) -> Skill:
    texts = [path for path in paths if path.suffix in (".md", ".txt")]
    skill = rasa_markdown.read(
        texts, faults, name=name, locale=locale, test_share=options.test_share
    )
    return _limited(skill, paths[0], options, faults)


def _limited(skill: Skill, path: Path, options: BotOptions, faults: Faults) -> Skill:
    limit = options.per_intent.get(skill.name)
    if limit is None:
        return skill
    kept = tuple(capped((*skill.train, *skill.test), limit, path, faults))
    return _split(replace(skill, train=kept, test=()), options)


def _dialogflow(
    paths: list[Path], name: str, locale: str, options: BotOptions, faults: Faults
) -> Skill:
    """The folder that holds agent.json, named by the row's other files."""
    agent = next((p.parent for p in paths if p.name == "agent.json"), paths[0].parent)
    return dialogflow.read(agent, faults, name=name, locale=locale, test_share=options.test_share)


def _luis(paths: list[Path], name: str, locale: str, options: BotOptions, faults: Faults) -> Skill:
    return luis.read(paths[0], faults, name=name, locale=locale, test_share=options.test_share)


def _jovo(paths: list[Path], name: str, locale: str, options: BotOptions, faults: Faults) -> Skill:
    limit = options.per_intent.get(name)
    return jovo.read(paths[0], faults, name=name, locale=locale, how=options, per_intent=limit)


FORMATS: Mapping[str, ReadBot] = {
    "dialogflow": _dialogflow,
    "jovo": _jovo,
    "luis": _luis,
    "rasa-yaml": _rasa_yaml,
    "rasa-markdown": _rasa_markdown,
}
"""How a row's `format` begins -> what reads its files."""
