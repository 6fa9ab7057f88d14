"""SNIPS 2017 custom-intent engines: `{intent: [{"data": [{"text", "entity"?}]}]}`, a file a split
(train and validate)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_cards.card import Card
from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import fields, sources
from data_cards.parsing.inline import assemble
from data_cards.parsing.options import Options, settle
from data_cards.records import Frame, Skill, Utterance


class SnipsOptions(Options):
    """How the seven intents are grouped."""

    together: bool = False  # one skill of all seven, else one skill an intent


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield one skill an intent, or with option `together: true` one skill of all seven.

    Train is the `_full` file, test the `validate` file, as in the published comparison.
    """
    together = settle(card, SnipsOptions).together
    splits: dict[str, dict[str, list[Utterance]]] = {}
    for folder in sorted(p for p in root.iterdir() if p.is_dir()):
        splits[folder.name] = {
            "train": list(_read(folder / f"train_{folder.name}_full.json", faults)),
            "test": list(_read(folder / f"validate_{folder.name}.json", faults)),
        }
    if together:
        merged = {
            split: tuple(u for parts in splits.values() for u in parts[split])
            for split in ("train", "test")
        }
        yield Skill("snips", "en-US", merged["train"], (), merged["test"])
        return
    for name, parts in splits.items():
        yield Skill(name, "en-US", tuple(parts["train"]), (), tuple(parts["test"]))


def _read(path: Path, faults: Faults) -> Iterator[Utterance]:
    for number, (intent, entry) in enumerate(_entries(path), 1):
        try:
            text, tokens, slots = assemble(_pieces(entry))
        except ValueError as error:
            faults.add(path, None, f"entry {number}: {error}")
            continue
        yield Utterance(f"{path.stem}:{number}", tokens, Frame(intent, slots), text)


def _pieces(entry: Any) -> Iterator[tuple[str, str]]:
    for piece in fields.rows(entry, "data"):
        text = piece.get("text") if isinstance(piece, dict) else None
        if not isinstance(text, str):
            raise ValueError(f"piece {str(piece)[:60]!r} has no text")
        yield text, fields.label(piece, "entity") if "entity" in piece else ""


def _entries(path: Path) -> Iterator[tuple[str, Any]]:
    raw = sources.content(sources.locate(path))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")  # train_PlayMusic_full.json was published so
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(
            path, getattr(error, "lineno", None), f"broken JSON ({error})", "fetch the file again"
        ) from None
    if not isinstance(content, dict) or not all(isinstance(v, list) for v in content.values()):
        raise DataError(path, 1, "is no object of lists", "fetch the file again")
    for intent, entries in content.items():
        for entry in entries:
            yield intent, entry
