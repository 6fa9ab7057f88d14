"""A skill as the data of a Rasa project: a file of NLU examples a split, and its lookup tables."""

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from data_cards.errors import DataError
from data_cards.readers.places import places
from data_cards.records import Skill, Slot, Utterance
from data_cards.words import clean, tokenize

_PLAIN = frozenset("()[]{}:\\")
"""What no name of a slot may hold that stands as `[value](slot)`."""


class _Block(str):
    """A text that YAML shall write as a block of lines."""


class _Dumper(yaml.SafeDumper):
    """Writes a `_Block` with its lines below each other."""


_Dumper.add_representer(
    _Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
)


def write_rasa(skill: Skill, out: Path) -> None:
    """Write train.yml, dev.yml, test.yml and lookups.yml into the new folder `out`.

    Each example has its id beside it as metadata, its template where the marks do not tell it, and
    its words where they are not cut as ours.
    Raises `DataError` where an utterance has no intent, which Rasa cannot hold.
    """
    out.mkdir()
    for split in ("train", "dev", "test"):
        said = getattr(skill, split)
        nameless = next((u for u in said if not u.frame.intent.strip()), None)
        if nameless:
            fault = f"utterance {nameless.id!r} has no intent, and Rasa takes none without"
            raise DataError(out, None, fault, "write it with --format conll or jsonl")
        if said:
            entries = [
                {"intent": intent, "examples": [_example(u) for u in run]}
                for intent, run in groupby(said, key=lambda u: u.frame.intent)
            ]
            _write(out / f"{split}.yml", entries)
    if skill.gazetteers:
        lookups = [
            {"lookup": slot, "examples": _Block("".join(f"- {v}\n" for v in values))}
            for slot, values in skill.gazetteers.items()
        ]
        _write(out / "lookups.yml", lookups)


def _write(path: Path, entries: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        content = {"version": "3.1", "nlu": entries}
        yaml.dump(content, file, _Dumper, allow_unicode=True, sort_keys=False, width=10**6)


def _example(utterance: Utterance) -> dict[str, Any]:
    cut = list(_pieces(utterance))
    metadata = {"id": utterance.id}
    if utterance.template != "".join(f"{{{slot}}}" if slot else piece for piece, slot in cut):
        metadata["template"] = utterance.template
    if tokenize("".join(piece for piece, _ in cut)) != utterance.tokens:
        metadata["words"] = " ".join(utterance.tokens)
    marked = "".join(_marked(piece, slot) for piece, slot in cut)
    return {"text": marked, "metadata": metadata}


def _pieces(utterance: Utterance) -> Iterator[tuple[str, str]]:
    """The sentence cut at its slots; its words alone where they do not stand in it in turn."""
    text = clean(utterance.text).strip()
    found = places(utterance.tokens, text)
    if "\\" in text or not found:
        text = " ".join(utterance.tokens)
        found = places(utterance.tokens, text)
    at = 0
    slot: Slot
    for slot in utterance.frame.slots:
        start, end = found[slot.start].start, found[slot.end - 1].end
        yield text[at:start], ""
        yield text[start:end], slot.name
        at = end
    yield text[at:], ""


def _marked(piece: str, slot: str) -> str:
    text = piece.replace("[", "\\[").replace("]", "\\]")
    if not slot:
        return text
    if _PLAIN & set(slot) or slot != slot.strip():
        told = json.dumps({"entity": slot}, ensure_ascii=False)
        inner = told[1:-1].replace("{", "\\u007b").replace("}", "\\u007d")
        inner = inner.replace("[", "\\u005b").replace("]", "\\u005d")
        return f"[{text}]{{{inner}}}"
    return f"[{text}]({slot})"
