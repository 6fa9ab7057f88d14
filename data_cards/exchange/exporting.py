"""A skill of the neutral format out to other tools: JSON lines, Rasa's YAML, CoNLL with BIO tags.

What was written is read back by the importer and compared, so that what a format cannot hold is
told and not guessed.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from data_cards import bio
from data_cards.errors import DataError, nearest
from data_cards.exchange.importing import preview
from data_cards.exchange.rasa_project import write_rasa
from data_cards.jsonl import read_skill, utterance_row
from data_cards.readers.conll import KEPT
from data_cards.records import Skill, Utterance
from data_cards.scratch import written_whole
from data_cards.words import tokenize

SPLITS = ("train", "dev", "test")


def export(folder: Path, format: str, out: Path) -> tuple[str, ...]:
    """Write the skill in `folder` (`DIR/<skill>@<locale>`) to `out`; returns what to know of it.

    `out` becomes a file for jsonl, else a folder with a file a split. Raises `DataError` where the
    folder is no skill, the format is none of `EXPORTS`, or `out` is there already.
    """
    if format not in EXPORTS:
        fault = f"format {format!r} cannot be written"
        raise DataError(out, None, fault, nearest(format, EXPORTS))
    skill = read_skill(folder, slots_only=True)
    if out.exists():
        raise DataError(out, None, "is there already", "remove it or name another")
    with written_whole(out) as scratch:
        EXPORTS[format](skill, scratch)
        lost = "; ".join(_lost(skill, scratch, format))
    counts = ", ".join(f"{len(getattr(skill, split))} {split}" for split in SPLITS)
    told = f"not held as it was: {lost}" if lost else "all that the skill holds is in it"
    return f"{out}: {skill.key} as {format}, {counts} utterances", told


def _jsonl(skill: Skill, out: Path) -> None:
    """One file: the rows of the neutral format, each with its split."""
    with out.open("w", encoding="utf-8") as file:
        for split in SPLITS:
            for utterance in getattr(skill, split):
                row = utterance_row(utterance) | {"split": split}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _conll(skill: Skill, out: Path) -> None:
    """A file a split: comments, then "word<TAB>tag" a line, then a blank line.

    Listed values, which CoNLL has no place for, stand beside them in gazetteers.json.
    """
    out.mkdir()
    for split in SPLITS:
        said = getattr(skill, split)
        if said:
            text = "".join(f"{line}\n" for u in said for line in _block(u))
            (out / f"{split}.conll").write_text(text, "utf-8")
    if skill.gazetteers:
        listed = {slot: list(values) for slot, values in skill.gazetteers.items()}
        (out / "gazetteers.json").write_text(json.dumps(listed, ensure_ascii=False), "utf-8")


def _block(utterance: Utterance) -> Iterator[str]:
    yield f"# id: {utterance.id}"
    if utterance.frame.intent:
        yield f"# intent: {utterance.frame.intent}"
    told = {"text": utterance.text, "template": utterance.template}
    yield from (f"# {key}: {_line(value)}" for key, value in told.items() if value)
    if tokenize(" ".join(utterance.tokens)) != utterance.tokens:
        yield f"# words: {KEPT}"
    tags = bio.tags(utterance.frame.slots, len(utterance.tokens))
    for word, tag in zip(utterance.tokens, tags, strict=True):
        yield f"{_line(word)}\t{tag}"
    yield ""


def _line(text: str) -> str:
    """A text without what would end its line or its column."""
    return re.sub(r"[\t\r\n]+", " ", text)


EXPORTS: Mapping[str, Callable[[Skill, Path], None]] = {
    "jsonl": _jsonl,
    "rasa": write_rasa,
    "conll": _conll,
}
"""Format -> what writes a skill to a free path."""


def _lost(skill: Skill, out: Path, format: str) -> Iterator[str]:
    """What reads back in other words than it was written, in numbers."""
    seen = preview(out, format, name=skill.name, locale=skill.locale)
    again = {u.id: (split, u) for split in SPLITS for u in getattr(seen.skill, split)}
    lost: Counter[str] = Counter()
    for split in SPLITS:
        for utterance in getattr(skill, split):
            lost.update(_differences(split, utterance, *again.get(utterance.id, ("", None))))
    for what, number in lost.items():
        yield f"{what} of {number} utterance{'s' * (number != 1)}"
    held = seen.skill.gazetteers
    gone = sorted(slot for slot, values in skill.gazetteers.items() if held.get(slot) != values)
    if gone:
        yield f"the listed values of {', '.join(gone)}"


def _differences(split: str, one: Utterance, where: str, other: Utterance | None) -> list[str]:
    if other is None:
        return ["id"]
    pairs = {
        "split": (split, where),
        "text": (one.text or " ".join(one.tokens), other.text or " ".join(other.tokens)),
        "words": (one.tokens, other.tokens),
        "intent": (one.frame.intent, other.frame.intent),
        "slots": (
            [(s.name, one.words(s)) for s in one.frame.slots],
            [(s.name, other.words(s)) for s in other.frame.slots],
        ),
        "template": (one.template, other.template),
    }
    return [key for key, (before, after) in pairs.items() if before != after]
