"""Which column of somebody's rows holds what: told from all rows, not from the first."""

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data_cards.parsing.columns import SPLITS
from data_cards.parsing.inline import style
from data_cards.parsing.locale_evidence import by_code

NAMES: Mapping[str, tuple[str, ...]] = {
    "tokens": ("tokens", "words"),
    "tags": (
        "tags", "ner_tags", "bio_tags", "iob_tags", "slot_labels", "slot-labels", "slot_tags",
        "labels", "slots", "bio", "iob", "ner", "entities",
    ),
    "spans": ("slots", "entities", "spans", "labels", "label", "annotations"),
    "annotated": (
        "annotated", "annot_utt", "sentence_annotation", "answer_annotation", "annotation",
        "annotated_text", "annotated_utterance", "annotated_sentence", "marked",
    ),
    "text": (
        "text", "utterance", "sentence", "utt", "query", "sample", "phrase", "input", "question",
        "example", "transcript", "message", "satz", "äußerung",
    ),
    "intent": ("intent", "label", "category", "class", "intent_name", "absicht"),
    "split": ("split", "partition", "fold", "set", "subset"),
    "id": ("id", "utterance_id", "uid", "utteranceid"),
    "locale": ("locale", "language", "lang", "culture"),
}  # fmt: skip
"""Role -> the names that a column of that role bears, in lower case, the likeliest first."""

COLUMN_NAMES = frozenset(name for names in NAMES.values() for name in names)

_TAG = re.compile(r"O|[BIELSU]-\S+")


@dataclass(frozen=True, slots=True)
class Shape:
    """The column of each role, "" where there is none, and how sentences have their slots."""

    tokens: str = ""
    tags: str = ""
    spans: str = ""
    annotated: str = ""
    text: str = ""
    intent: str = ""
    split: str = ""
    id: str = ""
    locale: str = ""
    styles: tuple[str, ...] = ()
    """The ways in which sentences have their slots written into them: "link", "colon"."""
    unused: tuple[str, ...] = ()
    """Columns that hold something and are not read."""

    @property
    def sentence(self) -> bool:
        """Whether any column holds what was said."""
        return bool(self.tokens or self.annotated or self.text)

    @property
    def slots(self) -> bool:
        """Whether rows may have slots."""
        return bool(self.tags or self.spans or self.styles)


def shape(rows: Sequence[Mapping[str, Any]]) -> Shape:
    """The shape of all rows together."""
    columns: dict[str, list[Any]] = {}
    for row in rows:
        for key, cell in row.items():
            if cell not in (None, "", []):
                columns.setdefault(key, []).append(cell)
    found: dict[str, str] = {}
    fits: Mapping[str, Callable[[Any], bool]] = {
        "tokens": lambda cell: _is_list(cell, str),
        "tags": lambda cell: _is_tags(cell, numbers=bool(found["tokens"])),
        "spans": _is_spans,
        "annotated": lambda cell: isinstance(cell, str),
        "text": lambda cell: isinstance(cell, str),
        "intent": lambda cell: isinstance(cell, str) or type(cell) is int,
        "id": lambda cell: isinstance(cell, str) or type(cell) is int,
        "locale": lambda cell: isinstance(cell, str) and bool(by_code(cell)),
    }
    for role, fit in fits.items():
        found[role] = next(_columns(role, columns, set(found.values()), fit), "")
    if found["tags"] and not (found["tokens"] or found["text"]):
        found["tags"] = ""
    if found["annotated"] and not any(style(cell) for cell in columns[found["annotated"]]):
        found["text"] = found["text"] or found["annotated"]  # notes of another kind, it seems
        found["annotated"] = ""
    taken = set(found.values())
    found["split"] = next(_columns("split", columns, taken, _is_split, share=0.0), "")
    ids = columns.get(found["id"], [])
    if len({str(i) for i in ids}) < len(ids) and (found["tags"] or not found["tokens"]):
        found["id"] = ""  # it names something else, a dialogue or a user; in our format it is wrong
    sentences = columns.get(found["annotated"] or found["text"], [])
    styles = {style(cell) for cell in sentences if isinstance(cell, str)} - {""}
    if found["spans"] or found["tags"]:
        styles = set[str]()
    used = set(found.values())
    unused = tuple(sorted(c for c, cells in columns.items() if c not in used and any(cells)))
    return Shape(**found, styles=tuple(sorted(styles)), unused=unused)


def opened(cell: Any) -> Any:
    """A list that a cell of a CSV file holds as JSON or Python writes it; other cells as they are.

    Marks are no list: "[red](colour)" stays a text.
    """
    if not (isinstance(cell, str) and cell.startswith("[") and cell.endswith("]")):
        return cell
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(cell)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        if isinstance(value, list):
            return value
    return cell


def _columns(
    role: str,
    columns: Mapping[str, list[Any]],
    taken: set[str],
    fit: Callable[[Any], Any],
    share: float = 0.5,
) -> Iterator[str]:
    """The columns of a role by likelihood: well named, not taken, and most of its cells fit."""
    named = {column.strip().lower(): column for column in sorted(columns, reverse=True)}
    for name in NAMES[role]:
        column = named.get(name, "")
        if column and column not in taken:
            cells = columns[column]
            if sum(bool(fit(cell)) for cell in cells) > share * len(cells):
                yield column


def _is_list(cell: Any, kind: type) -> bool:
    cell = opened(cell)
    return isinstance(cell, list) and all(type(part) is kind for part in cell)


def _is_tags(cell: Any, *, numbers: bool) -> bool:
    cell = opened(cell)
    if numbers and _is_list(cell, int):
        return True
    tags = cell.split() if isinstance(cell, str) else cell
    return isinstance(tags, list) and all(
        isinstance(tag, str) and _TAG.fullmatch(tag) for tag in tags
    )


def _is_spans(cell: Any) -> bool:
    cell = opened(cell)
    return isinstance(cell, list) and all(
        isinstance(part, dict) or (isinstance(part, list) and len(part) == 3) for part in cell
    )


def _is_split(cell: Any) -> bool:
    return isinstance(cell, str) and cell.strip().lower() in SPLITS
