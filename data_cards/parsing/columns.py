"""Rows with named columns, from wherever: which column holds what, and the skills they make."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from data_cards import bio
from data_cards.faults import Faults
from data_cards.parsing import fields, splits
from data_cards.parsing.inline import assemble, colon_pieces, link_pieces, token_pieces
from data_cards.parsing.options import Options
from data_cards.records import Frame, Skill, Utterance

SPLITS = {
    "train": "train", "training": "train",
    "dev": "dev", "devel": "dev", "valid": "dev", "val": "dev", "validation": "dev",
    "test": "test", "testing": "test", "eval": "test",
}  # fmt: skip


class Columns(Options):
    """The columns by name, "" for one that is not there."""

    text: str = ""  # the sentence, without slots
    annotated: str = ""  # the sentence with its slots written into it, as `marks` says
    marks: Literal["colon", "link"] = "colon"  # [slot : value] or [value](slot)
    tokens: str = ""  # the words: a list, or separated by spaces
    tags: str = ""  # BIO tags of `tokens`: a list, or separated by spaces
    intent: str = ""
    skill: str = ""  # the column that names the skill; else all rows are the skill `name`
    split: str = ""  # the column that says train, dev or test
    id: str = ""
    name: str = "skill"
    locale: str = Field("en-US", pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")
    test_share: float = Field(0.25, gt=0, lt=1)  # cut by hash of the text where none is published

    @model_validator(mode="after")
    def _one_sentence(self) -> "Columns":
        if sum(map(bool, (self.text, self.annotated, self.tokens))) != 1:
            raise ValueError("name one of the columns text, annotated and tokens")
        if self.tags and not self.tokens:
            raise ValueError("tags go with tokens; name that column too")
        return self

    @property
    def named(self) -> tuple[str, ...]:
        """The columns that must be there."""
        keys = ("text", "annotated", "tokens", "tags", "intent", "skill", "split", "id")
        return tuple(column for key in keys if (column := getattr(self, key)))


Row = tuple[Path, int | None, str, Mapping[str, Any]]
"""File, line where it has lines, the split it stands in ("" where a column says so), the cells."""


def read_rows(rows: Iterable[Row], columns: Columns, faults: Faults) -> Iterator[Skill]:
    """Yield the skills by name; a row that cannot be used is a fault."""
    found = splits.gather()
    seen: dict[str, set[str]] = {}
    for number, (path, line, split, row) in enumerate(rows, 1):
        try:
            skill, split, utterance = _utterance(row, columns, split, f"{path.stem}:{number}")
            ids = seen.setdefault(skill, set())
            if utterance.id in ids:
                raise ValueError(f"id {utterance.id!r} was used before")
        except ValueError as error:
            faults.add(path, line, str(error) if line else f"row {number}: {error}")
            continue
        ids.add(utterance.id)
        found[skill].add(split, utterance)
    for parts in found.values():
        if not parts.test:
            cut = splits.hold_out(parts.train, columns.test_share)
            parts.train, parts.test = cut.train, cut.test
    yield from splits.skills(found, columns.locale)


def _utterance(
    row: Mapping[str, Any], columns: Columns, split: str, id: str
) -> tuple[str, str, Utterance]:
    text, tokens, slots = assemble(_pieces(row, columns))
    intent = fields.label(row, columns.intent) if columns.intent else ""
    skill = fields.label(row, columns.skill) if columns.skill else columns.name
    if "/" in skill or "@" in skill or skill.startswith("."):
        raise ValueError(f"{skill[:60]!r} is no name for a skill: it holds '/' or '@', or begins .")
    if columns.split:
        told = fields.label(row, columns.split)
        if told.lower() not in SPLITS:
            raise ValueError(f"split is {told[:60]!r}, not train, dev or test")
        split = SPLITS[told.lower()]
    if columns.id:
        id = fields.label(row, columns.id)
    return skill, split or "train", Utterance(id, tokens, Frame(intent, slots), text)


def _pieces(row: Mapping[str, Any], columns: Columns) -> Iterator[tuple[str, str]]:
    if columns.text:
        return iter([(fields.string(row, columns.text), "")])
    if columns.annotated:
        cut = colon_pieces if columns.marks == "colon" else link_pieces
        return cut(fields.string(row, columns.annotated))
    tokens = _sequence(row, columns.tokens)
    if not columns.tags:
        return iter([(" ".join(tokens), "")])
    tags = _sequence(row, columns.tags)
    if len(tokens) != len(tags):
        raise ValueError(f"has {len(tokens)} words and {len(tags)} tags")
    return token_pieces(tokens, bio.spans(bio.plain(tags)))


def _sequence(row: Mapping[str, Any], column: str) -> list[str]:
    cell = row.get(column)
    if isinstance(cell, str):
        return cell.split()
    if not isinstance(cell, list) or not all(isinstance(c, str) for c in cell):
        raise ValueError(f"{column} is {str(cell)[:60]!r}, not words")
    return cell
