"""A folder of Alexa interaction models with index.jsonl, a line a file."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_cards.card import Card
from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.jsonl import read_json_lines
from data_cards.parsing.expansion import Expansion, shortcoming
from data_cards.parsing.options import settle
from data_cards.readers.alexa import read_file
from data_cards.records import Skill


class AskOptions(Expansion):
    """Which of the listed models become skills."""

    locales: list[str] | None = None  # all of the card's, in this order of preference, if None
    duplicates: bool = False  # keep files whose samples equal a sibling's of the same skill
    min_templates: int = 10  # fewer distinct templates are no skill to measure


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield a skill a file of a wanted locale; the skill is named by its skill_id.

    Copies of a sibling are no faults and are skipped unless `duplicates`; a skill that is too
    small is a counted fault.
    """
    options = settle(card, AskOptions)
    order = options.locales or ["en-US", "en-GB", "en-IN", "de-DE"]
    wanted = [loc for loc in order if loc in card.skillwise.locales]
    for row in _chosen(root, wanted, options.duplicates, faults):
        path = root / row["file"]
        try:
            skill = read_file(path, faults, name=row["skill_id"], locale=row["locale"], how=options)
        except DataError as error:
            faults.add(error.path, error.line, error.fault)
            continue
        templates = len({u.template for u in (*skill.train, *skill.test)})
        short = shortcoming(skill, options.min_train, options.min_test)
        if templates < options.min_templates:
            short = f"{templates} usable templates (at least {options.min_templates} wanted)"
        if short:
            faults.add(path, None, f"skill {skill.key} left out: {short}")
        else:
            yield skill


def _row_fault(row: Any) -> str:
    """What is wrong with a row of the index, "" if nothing is."""
    if not isinstance(row, dict):
        return f"is {type(row).__name__}, not an object"
    missing = {"skill_id", "file", "locale", "duplicate_of"} - set(row)
    if missing:
        return f"has no {min(missing)}"
    named = all(isinstance(row[key], str) for key in ("skill_id", "file", "locale"))
    if not (named and isinstance(row["duplicate_of"], str | None)):
        return "skill_id, file, locale and duplicate_of are not strings"
    return ""


def _chosen(
    root: Path, wanted: list[str], duplicates: bool, faults: Faults
) -> Iterator[dict[str, Any]]:
    """The rows of the index to read, by skill and locale; of equal files the first locale's."""
    listed = []
    for number, row in read_json_lines(root / "index.jsonl"):
        fault = _row_fault(row)
        if fault:
            faults.add(root / "index.jsonl", number, fault)
        else:
            listed.append(row)
    others = sum(1 for row in listed if row["locale"] not in wanted)
    if others:
        faults.note(root / "index.jsonl", None, f"{others} models of other locales are not read")
    rows = [row for row in listed if row["locale"] in wanted]
    rows.sort(key=lambda r: (r["skill_id"], wanted.index(r["locale"]), r["file"]))
    seen: set[str] = set()
    keys: Counter[tuple[str, str]] = Counter()
    for row in rows:
        original = row["duplicate_of"] or row["file"]
        keys[row["skill_id"], row["locale"]] += 1
        if keys[row["skill_id"], row["locale"]] > 1:
            reason = f"{row['skill_id']} has a second model in {row['locale']}"
            faults.add(root / row["file"], None, reason)
        elif duplicates or original not in seen:
            seen.add(original)
            yield row
        else:
            reason = f"is a copy of {original} and is not read (option duplicates)"
            faults.note(root / row["file"], None, reason)
