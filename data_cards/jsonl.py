"""The neutral format, both ways: `DIR/<skill>@<locale>/{train,dev,test}.jsonl`.

Strict on purpose: whoever writes this format can mend it, so a fault is an error with its line,
not a counted warning.
"""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from data_cards.errors import DataError, nearest
from data_cards.records import Frame, Skill, Slot, Utterance, span_fault
from data_cards.scratch import written_whole

MAX_WORDS = 512
"""Longest utterance taken, in words; nobody says more to a voice assistant in one breath."""

_KEYS = {"id", "tokens", "intent", "slots", "text", "template"}
_SLOT_KEYS = {"name", "start", "end"}
_FOLDER = re.compile(r"^(?P<name>[^@/]+)@(?P<locale>[a-z]{2,3}(?:-[A-Z]{2})?)\Z")
_LINE_END = re.compile(b"\r\n|\n|\r")


def read_folder(
    folder: Path, *, slots_only: bool = False, untested: bool = False
) -> Iterator[Skill]:
    """Yield the skills of `folder`, by name; `slots_only` admits skills with a single intent.

    `untested` admits skills without a test split, and intents that only dev or test shows: all
    rows are then one pool, which is cross-validated.
    Raises `DataError` for whatever cannot be measured, before any training starts.
    """
    if not folder.is_dir():
        raise DataError(folder, None, "no such folder", "name a folder of <skill>@<locale> folders")
    found = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    if not found:
        raise DataError(
            folder, None, "holds no skill", "put each skill into a <skill>@<locale> folder"
        )
    for path in found:
        yield read_skill(path, slots_only=slots_only, untested=untested)


def read_skill(folder: Path, *, slots_only: bool = False, untested: bool = False) -> Skill:
    """Read one skill; see `read_folder`."""
    match = _FOLDER.match(folder.name)
    if match is None:
        raise DataError(
            folder, None, "is not named <skill>@<locale>", "e.g. rename it to music@en-US"
        )
    seen: dict[str, str] = {}
    splits: dict[str, tuple[Utterance, ...]] = {}
    for split in ("train", "dev", "test"):
        path = folder / f"{split}.jsonl"
        if (split == "dev" or (split == "test" and untested)) and not path.exists():
            splits[split] = ()
            continue
        if split == "test" and not path.exists():
            remedy = "write it, or compare with --folds 5, which cross-validates the other rows"
            raise DataError(path, None, "no such file", remedy)
        splits[split] = tuple(_read_utterances(path, seen))
        if not splits[split]:
            raise DataError(path, None, "has no utterance", f"write at least one {split} utterance")
    skill = Skill(match["name"], match["locale"], **splits, gazetteers=read_gazetteers(folder))
    every = (*skill.train, *skill.dev, *skill.test)
    judged = replace(skill, train=every, dev=(), test=()) if untested else skill
    _check_intents(judged, folder, slots_only=slots_only)
    return skill


def _check_intents(skill: Skill, folder: Path, *, slots_only: bool) -> None:
    intents = set(skill.intents)
    if len(intents) == 1 and not (slots_only and skill.slot_names):
        remedy = (
            "add a second intent, or pass --slots-only to measure its slots alone"
            if skill.slot_names
            else "add a second intent or slots"
        )
        only = next(iter(intents))
        fault = f"the skill's only intent is {only!r}: nothing to tell apart"
        raise DataError(folder / "train.jsonl", 1, fault, remedy)
    for split in ("dev", "test"):
        for number, utterance in enumerate(getattr(skill, split), 1):
            if utterance.frame.intent not in intents:
                raise DataError(
                    folder / f"{split}.jsonl",
                    number,
                    f"intent {utterance.frame.intent!r} of {utterance.id!r} is not in train",
                    f"add training utterances for it or leave it out "
                    f"({nearest(utterance.frame.intent, intents)})",
                )


def decoded(path: Path, number: int, raw: bytes) -> str:
    """A line's text, or a `DataError` that names the byte that is not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        bad = raw[error.start : error.start + 1].hex()
        raise DataError(
            path, number, f"byte 0x{bad} is not UTF-8", "save the file as UTF-8"
        ) from None


def read_json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield (line number, value) of a UTF-8 JSON-lines file; a fault is a `DataError`."""
    whole = read_bytes(path).removeprefix(codecs.BOM_UTF8)
    for number, raw in enumerate(_LINE_END.split(whole), 1):
        if not raw.strip():
            continue
        line = decoded(path, number, raw)
        try:
            value = json.loads(line)
            if "\\ud" in line.lower():  # half a surrogate pair could be read but never written
                json.dumps(value, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError) as error:
            raise DataError(
                path, number, f"broken JSON ({error})", "write one JSON object a line"
            ) from None
        yield number, value


def read_bytes(path: Path) -> bytes:
    """A file's bytes, or a `DataError` that says why there are none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(path, None, "no such file", "write it or name another folder") from None
    except OSError as error:
        raise DataError(
            path, None, f"cannot be read ({error.strerror})", "make it readable"
        ) from None


def _read_utterances(path: Path, seen: dict[str, str]) -> Iterator[Utterance]:
    for number, row in read_json_lines(path):
        utterance = parse_row(path, number, row)
        if utterance.id in seen:
            raise DataError(
                path, number, f"id {utterance.id!r} was used at {seen[utterance.id]}",
                "give every utterance of a skill its own id",
            )  # fmt: skip
        seen[utterance.id] = f"{path.name}:{number}"
        yield utterance


def parse_row(path: Path, number: int, row: Any) -> Utterance:
    """One row of the neutral format; a `DataError` names what is wrong with it."""

    def fail(fault: str, remedy: str) -> DataError:
        return DataError(path, number, fault, remedy)

    if not isinstance(row, dict):
        raise fail(f"is {type(row).__name__}, not an object", 'write {"id": …, "tokens": […], …}')
    for key in row.keys() - _KEYS:
        raise fail(f"unknown key {key!r}", nearest(key, _KEYS))
    for key in ("id", "intent"):
        if not isinstance(row.get(key), str) or (key == "id" and not row[key]):
            raise fail(f"{key} is {row.get(key)!r}", f"give {key} as a string")
    tokens = row.get("tokens")
    if not isinstance(tokens, list) or not all(isinstance(t, str) and t.strip() for t in tokens):
        raise fail(
            f"tokens is {str(tokens)[:60]!r}", "give the words as a list of non-empty strings"
        )
    if not tokens:
        raise fail("has no words", "leave the utterance out")
    if len(tokens) > MAX_WORDS:
        raise fail(
            f"has {len(tokens)} words (at most {MAX_WORDS})", "split or shorten the utterance"
        )
    listed = row.get("slots")  # null says what a missing key says
    slots = tuple(_slot(slot, fail) for slot in _list([] if listed is None else listed, fail))
    fault = span_fault(len(tokens), slots)
    if fault:
        raise fail(fault, "mend start and end (half-open word indices)")
    for key in ("text", "template"):
        if not isinstance(row.get(key, ""), str):
            raise fail(f"{key} is {row[key]!r}", f"give {key} as a string or leave it out")
    return Utterance(
        row["id"], tuple(tokens), Frame(row["intent"], slots),
        row.get("text", ""), row.get("template", ""),
    )  # fmt: skip


def _list(value: Any, fail: Any) -> list[Any]:
    if not isinstance(value, list):
        raise fail(f"slots is {str(value)[:60]!r}", "give the slots as a list")
    return value


def _slot(row: Any, fail: Any) -> Slot:
    if not isinstance(row, dict) or row.keys() != _SLOT_KEYS:
        raise fail(
            f"slot {str(row)[:80]!r} is malformed", 'write {"name": …, "start": …, "end": …}'
        )
    name, start, end = row["name"], row["start"], row["end"]
    if not isinstance(name, str) or not name or type(start) is not int or type(end) is not int:
        raise fail(f"slot {str(row)[:80]!r} is malformed", "give a name and two whole numbers")
    return Slot(name, start, end)


def read_gazetteers(folder: Path) -> dict[str, tuple[str, ...]]:
    """The listed values by slot in a folder's gazetteers.json; none where it is not there."""
    path = folder / "gazetteers.json"
    if not path.exists():
        return {}
    raw = read_bytes(path)
    try:
        value = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DataError(path, None, "is not UTF-8", "save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise DataError(
            path, line, f"broken JSON ({error})", 'write {"slot": ["value", …]}'
        ) from None
    if not isinstance(value, dict) or not all(
        isinstance(v, list) and all(isinstance(x, str) for x in v) for v in value.values()
    ):
        raise DataError(
            path, 1, "is not an object of lists of strings", 'write {"slot": ["value", …]}'
        )
    return {name: tuple(values) for name, values in value.items()}


def name_fault(name: str) -> str:
    """What keeps a skill from being named so, "" if nothing does: its folder bears the name."""
    if not name.strip():
        return "is blank"
    if name != name.strip():
        return "begins or ends with a blank"
    if name.startswith("."):
        return "begins with a full stop"
    bad = next((c for c in name if c in "/\\@" or not c.isprintable()), "")
    return f"holds {bad!r}" if bad else "is longer than 100 characters" * (len(name) > 100)


def write_skill(skill: Skill, folder: Path) -> Path:
    """Write one skill under `folder`, whole or not at all; returns its own folder."""
    target = folder / skill.key
    fault = name_fault(skill.name)
    if fault or _FOLDER.match(skill.key) is None:
        raise DataError(
            folder, None, f"{skill.key[:80]!r} is no name for a skill's folder"
            + (f": the name {fault}" if fault else f": {skill.locale!r} is no locale"),
            "name it <skill>@<locale> in at most 100 characters, without '/' or '@'",
        )  # fmt: skip
    if target.exists():
        raise DataError(target, None, "is there already", "remove it or name another folder")
    with written_whole(target) as scratch:
        scratch.mkdir()
        for split in ("train", "dev", "test"):
            rows = [json.dumps(utterance_row(u), ensure_ascii=False) for u in getattr(skill, split)]
            if rows or split != "dev":
                (scratch / f"{split}.jsonl").write_text("".join(r + "\n" for r in rows), "utf-8")
        if skill.gazetteers:
            (scratch / "gazetteers.json").write_text(
                json.dumps({k: list(v) for k, v in skill.gazetteers.items()}, ensure_ascii=False),
                "utf-8",
            )
    return target


def utterance_row(utterance: Utterance) -> dict[str, Any]:
    """An utterance as a row of the neutral format."""
    row: dict[str, Any] = {
        "id": utterance.id,
        "tokens": list(utterance.tokens),
        "intent": utterance.frame.intent,
        "slots": [{"name": s.name, "start": s.start, "end": s.end} for s in utterance.frame.slots],
    }
    return row | {k: v for k in ("text", "template") if (v := getattr(utterance, k))}
