"""Folders of bots with index.jsonl, a line a bot: its files, their format, what counts of it.

The index says which bots can be measured (`evaluable`) and which intents of theirs are copies of a
framework's demo or of its console's defaults (`copied_intents`). Both are left out and counted.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from data_cards.card import Card
from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.folds import number
from data_cards.jsonl import read_json_lines
from data_cards.parsing import splits
from data_cards.parsing.expansion import Expansion, shortcoming
from data_cards.parsing.options import settle
from data_cards.parsing.templates import folded
from data_cards.readers import dialogflow, jovo, luis, rasa, rasa_markdown
from data_cards.records import Skill, Utterance


class BotOptions(Expansion):
    """Which of the listed bots become skills, and how much of each."""

    per_intent: dict[str, int] = {}
    """Skill -> examples of one intent kept, by hash, where a script wrote most of them."""
    skip: dict[str, str] = {}
    """Skill -> why it is left out."""


Row = Mapping[str, Any]
ReadBot = Callable[[list[Path], str, str, BotOptions, Faults], Skill]
"""(files, skill name, locale, options, faults) -> the skill with everything that its files hold."""


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield a skill for each bot that the index calls evaluable, in one of the card's locales.

    Every bot, intent and example that is left out is a counted fault.
    """
    options = settle(card, BotOptions)
    index = root / "index.jsonl"
    for line, row in sorted(rows(root, faults), key=lambda r: (r[1]["skill_id"], r[1]["locale"])):
        key = f"{row['skill_id']}@{row['locale']}"
        reason = options.skip.get(row["skill_id"], "")
        if not reason and row["locale"] not in card.skillwise.locales:
            reason = f"the card names no locale {row['locale']!r}"
        if not reason and not row["evaluable"]:
            reason = "without copied intents too few of its intents have eight distinct examples"
        if reason:
            faults.add(index, line, f"skill {key} left out: {reason}")
            continue
        try:
            whole = read_bot(row, root, options, faults)
        except DataError as error:
            faults.add(error.path, error.line, error.fault)
            continue
        skill = own(whole, row["copied_intents"], index, line, faults)
        short = shortcoming(skill, options.min_train, options.min_test)
        if short:
            faults.add(index, line, f"skill {skill.key} left out: {short}")
        else:
            yield skill


def rows(root: Path, faults: Faults) -> Iterator[tuple[int, Row]]:
    """The rows of the index with their lines; a row that says too little is a fault."""
    for line, row in read_json_lines(root / "index.jsonl"):
        fault = _row_fault(row)
        if fault:
            faults.add(root / "index.jsonl", line, fault)
        else:
            yield line, row


def read_bot(row: Row, root: Path, options: BotOptions, faults: Faults) -> Skill:
    """Read all that a bot's files hold, copied intents included, but for what `per_intent` caps."""
    reader = next(read for prefix, read in FORMATS.items() if row["format"].startswith(prefix))
    paths = [root / name for name in row["files"]]
    return reader(paths, row["skill_id"], row["locale"], options, faults)


def own(skill: Skill, copied: Iterable[str], index: Path, line: int, faults: Faults) -> Skill:
    """The skill without copied intents, a fault for each."""
    left_out = set(copied)
    sizes = Counter(u.frame.intent for u in (*skill.train, *skill.test))
    for intent in sorted(left_out & sizes.keys()):
        reason = f"intent {intent!r} left out: most of its {sizes[intent]} examples are copies"
        faults.add(index, line, f"{reason} ({skill.key})")
    train, test = (
        tuple(u for u in part if u.frame.intent not in left_out)
        for part in (skill.train, skill.test)
    )
    used = {s.name for u in (*train, *test) for s in u.frame.slots}
    gazetteers = {slot: values for slot, values in skill.gazetteers.items() if slot in used}
    return replace(skill, train=train, test=test, gazetteers=gazetteers)


def capped(
    utterances: Iterable[Utterance], limit: int | None, path: Path, faults: Faults
) -> list[Utterance]:
    """At most `limit` utterances of each intent, by hash; a fault for each intent that had more."""
    known = list(utterances)
    if limit is None:
        return known
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
    """One skill of the parts of a bot that were read alone, each with a name for its ids."""
    said: list[Utterance] = []
    gazetteers: dict[str, tuple[str, ...]] = {}
    for part, skill in skills:
        ordered = sorted((*skill.train, *skill.test), key=lambda u: int(u.id.rpartition(":")[2]))
        said += [replace(u, id=f"{part}:{u.id.rpartition(':')[2]}") for u in ordered]
        for slot, values in skill.gazetteers.items():
            gazetteers[slot] = tuple(dict.fromkeys((*gazetteers.get(slot, ()), *values)))
    return _split(Skill(name, locale, tuple(said), gazetteers=gazetteers), options)


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
    parts = [
        (
            path.stem if stems[path.stem] == 1 else f"{path.parent.name}/{path.stem}",
            rasa.read_file(path, faults, name=name, locale=locale),
        )
        for path in paths
        if path.suffix in (".yml", ".yaml") and not path.stem.startswith("domain")
    ]
    return _limited(together(parts, name, locale, options), paths[0], options, faults)


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


def _row_fault(row: Any) -> str:
    """What is wrong with a row of the index, "" if nothing is."""
    if not isinstance(row, dict):
        return f"is {type(row).__name__}, not an object"
    for key in ("skill_id", "locale", "format"):
        if not isinstance(row.get(key), str) or not row[key]:
            return f"{key} is {str(row.get(key))[:60]!r}, not a text"
    for key in ("files", "copied_intents"):
        value = row.get(key)
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            return f"{key} is {str(value)[:60]!r}, not a list of texts"
    if not row["files"]:
        return "files is empty"
    if not isinstance(row.get("evaluable"), bool):
        return f"evaluable is {str(row.get('evaluable'))[:60]!r}, not true or false"
    if not any(row["format"].startswith(prefix) for prefix in FORMATS):
        return f"format is {row['format'][:60]!r}, none of {', '.join(FORMATS)}"
    return ""
