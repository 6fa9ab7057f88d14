"""A folder of Alexa interaction models whose index also tells copies and their authors apart.

As `ask_models`, but of equal models of a repository in several locales the one of its author's time
zone is read, and a model that stands in two repositories is read once.
"""

from collections.abc import Iterator, Mapping
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

ZONES = {
    "en-IN": ("+0530",),
    "en-GB": ("+0000", "+0100"),
    "en-US": ("-0400", "-0500", "-0600", "-0700", "-0800", "-0900", "-1000"),
    "de-DE": ("+0100", "+0200"),
}
"""Locale -> the UTC offsets at which its authors write."""

_TEXTS = ("skill_id", "file", "locale", "repo", "same_as_sibling", "same_samples_in")

Row = Mapping[str, Any]


class MoreOptions(Expansion):
    """Which of the listed models become skills."""

    min_templates: int = 10
    """A skill with fewer distinct templates is left out."""
    near: float = 0.9
    """Share of templates in common with the en-US sibling from which a model is its copy."""
    skip: dict[str, str] = {}
    """Skill -> why it is left out."""


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield a skill a model, named by its skill_id; every model that is left out is a fault."""
    options = settle(card, MoreOptions)
    index = root / "index.jsonl"
    listed: list[tuple[int, Row]] = []
    for line, row in read_json_lines(index):
        fault = _row_fault(row)
        if fault:
            faults.add(index, line, fault)
        else:
            listed.append((line, row))
    order = card.skillwise.locales
    listed.sort(key=lambda r: (r[1]["skill_id"], _rank(r[1]["locale"], order), r[1]["locale"]))
    models = [row for _, row in listed]
    read_already: set[tuple[str, str]] = set()
    for line, row in listed:
        key = f"{row['skill_id']}@{row['locale']}"
        reason = options.skip.get(row["skill_id"], "") or _copy(row, models, order, options)
        if not reason and row["locale"] not in order:
            reason = f"the card names no locale {row['locale']!r}"
        if not reason and (row["skill_id"], row["locale"]) in read_already:
            reason = "it has a second model in this locale"
        if reason:
            faults.add(index, line, f"skill {key} left out: {reason}")
            continue
        read_already.add((row["skill_id"], row["locale"]))
        skill = _measured(row, root, options, faults)
        if skill is not None:
            yield skill


def _measured(row: Row, root: Path, options: MoreOptions, faults: Faults) -> Skill | None:
    """The skill of one file; None, and a fault, where it is too small or broken."""
    path = root / row["file"]
    try:
        skill = read_file(path, faults, name=row["skill_id"], locale=row["locale"], how=options)
    except DataError as error:
        faults.add(error.path, error.line, error.fault)
        return None
    templates = len({u.template for u in (*skill.train, *skill.test)})
    short = shortcoming(skill, options.min_train, options.min_test)
    if templates < options.min_templates:
        short = f"{templates} usable templates (at least {options.min_templates} wanted)"
    if short:
        faults.add(path, None, f"skill {skill.key} left out: {short}")
        return None
    return skill


def _copy(row: Row, models: list[Row], order: list[str], options: MoreOptions) -> str:
    """Why a model counts for another, "" if it does not.

    Of equal siblings the one of the author's time zone stays; where none is, the first in the
    card's order of locales.
    """
    siblings = [m for m in models if m["skill_id"] == row["skill_id"]]
    equal = [*filter(None, row["same_as_sibling"].split(",")), row["locale"]]
    group = [m["locale"] for m in siblings if m["locale"] in equal and m["locale"] in order]
    at_home = [loc for loc in group if _offset(row) in ZONES.get(loc, ())]
    kept = (at_home or group or [row["locale"]])[0]
    if kept != row["locale"]:
        return f"its samples equal those of {kept}, which counts for both"
    for other in filter(None, row["same_samples_in"].split(",")):
        if other < row["repo"] and any(m["repo"] == other for m in models):
            return f"its samples stand in {other} too, which counts for both"
    shared = float(row.get("jaccard_en_US") or 0)
    if row["locale"] != "en-US" and len(equal) == 1 and shared >= options.near:
        return f"{shared:.0%} of its templates stand in its en-US sibling"
    return ""


def _offset(row: Row) -> str:
    """The commonest UTC offset of the author's commits."""
    return str(row.get("author_timezone") or "").partition(" ")[0]


def _rank(locale: str, order: list[str]) -> int:
    return order.index(locale) if locale in order else len(order)


def _row_fault(row: Any) -> str:
    """What is wrong with a row of the index, "" if nothing is."""
    if not isinstance(row, dict):
        return f"is {type(row).__name__}, not an object"
    for key in _TEXTS:
        if not isinstance(row.get(key), str):
            return f"{key} is {str(row.get(key))[:60]!r}, not a text"
    try:
        float(row.get("jaccard_en_US") or 0)
    except (TypeError, ValueError):
        return f"jaccard_en_US is {str(row['jaccard_en_US'])[:60]!r}, not a number"
    return ""
