"""Folders of bots with index.jsonl, a line a bot: its files, their format, what counts of it.

The index says which bots can be measured (`evaluable`) and which intents of theirs are copies of a
framework's demo or of its console's defaults (`copied_intents`). Both are left out and counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from data_cards.card import Card
from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.jsonl import read_json_lines
from data_cards.parsing.expansion import shortcoming
from data_cards.parsing.options import settle
from data_cards.readers.bot_files import FORMATS, BotOptions
from data_cards.records import Skill

Row = Mapping[str, Any]


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
