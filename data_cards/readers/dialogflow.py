"""Dialogflow ES agents as exported: a folder or zip with agent.json, intents/ and entities/.

`intents/<name>_usersays_<language>.json` lists utterances as parts; a part with `alias` is a slot,
but for `@sys.ignore`, and `entities/<name>_entries_<language>.json` lists an entity's values. Older
exports hold both inside `intents/<name>.json` and `entities/<name>.json`.
"""

import json
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.jsonl import read_bytes
from data_cards.parsing import fields, splits
from data_cards.parsing.expansion import distinct
from data_cards.parsing.inline import assemble
from data_cards.parsing.templates import folded
from data_cards.readers.alexa import Lines
from data_cards.records import Frame, Skill, Utterance

_USERSAYS = re.compile(r"^(?P<name>.+)_usersays_(?P<language>[a-z]{2,3}(?:-[a-z]+)?)$", re.I)
_ENTRIES = re.compile(r"^(?P<name>.+)_entries_(?P<language>[a-z]{2,3}(?:-[a-z]+)?)$", re.I)
_REMEDY = "give the folder or zip of a Dialogflow ES export"
_MAX_BYTES = 2**28
"""Most that a zip may unpack to; an agent holds a few megabytes."""


def read(
    path: Path,
    faults: Faults,
    *,
    name: str | None = None,
    locale: str = "en-US",
    test_share: float = 0.25,
) -> Skill:
    """Read an agent's utterances of the locale's language as a skill.

    A quarter of them, by template, is the test split. Ids are "<intent>:<number>". Raises DataError
    where there is no agent, or none that speaks the language.
    """
    files = _files(path)
    key = name or path.stem
    language = _language(path, files, locale)
    utterances: list[Utterance] = []
    types: dict[str, set[str]] = defaultdict(set)
    for place, intent, rows, lines in _usersays(path, files, language, faults):
        for number, row in enumerate(rows, 1):
            try:
                utterance = _utterance(f"{intent}:{number}", row, intent, types)
            except ValueError as error:
                reason = f"{error} (intent {intent!r}, utterance {number})"
                faults.add(place, lines.of(_text(row)), reason)
            else:
                utterances.append(utterance)
    values = dict(_entities(path, files, language, faults))
    catalogs = {
        slot: distinct(value for kind in sorted(kinds) for value in values.get(kind, ()))
        for slot, kinds in sorted(types.items())
    }
    parts = splits.hold_out(utterances, test_share, key=lambda u: f"{key}|{folded(u.template)}")
    gazetteers = {slot: found for slot, found in catalogs.items() if found}
    return Skill(key, locale, tuple(parts.train), (), tuple(parts.test), gazetteers)


def _files(path: Path) -> dict[PurePosixPath, bytes]:
    """The JSON files of a folder or zip by their path below the folder that holds `intents`."""
    found = dict(_unzipped(path) if path.is_file() else _below(path))
    tops = {p.parts[: p.parts.index("intents")] for p in found if "intents" in p.parts[:-1]}
    if len(tops) != 1:
        fault = "holds several agents" if tops else "holds no folder named intents"
        raise DataError(path, None, fault, _REMEDY)
    top = PurePosixPath(*next(iter(tops)))
    return {p.relative_to(top): raw for p, raw in found.items() if p.is_relative_to(top)}


def _below(folder: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    if not folder.is_dir():
        raise DataError(folder, None, "no such file or folder", _REMEDY)
    for path in sorted(folder.rglob("*.json")):
        yield PurePosixPath(path.relative_to(folder).as_posix()), read_bytes(path)


def _unzipped(path: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(archive.infolist(), key=lambda m: m.filename)
            if sum(m.file_size for m in members) > _MAX_BYTES:
                raise DataError(path, None, f"unpacks to more than {_MAX_BYTES} bytes", _REMEDY)
            for member in members:
                if member.filename.endswith(".json"):
                    yield PurePosixPath(member.filename), archive.read(member)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise DataError(path, None, f"broken zip ({error})", _REMEDY) from None


def _language(path: Path, files: Mapping[PurePosixPath, bytes], locale: str) -> str:
    """The code of the files to read, "" for an old export whose files name no language."""
    known = {
        match["language"].lower()
        for p in files
        if p.parts[0] == "intents" and (match := _USERSAYS.match(p.stem))
    }
    wanted = locale.lower()
    for code in (wanted, wanted.partition("-")[0]):
        if code in known or not known:
            return code if known else ""
    near = sorted(k for k in known if k.partition("-")[0] == wanted.partition("-")[0])
    if near:
        return near[0]
    remedy = "name the locale of one of those"
    raise DataError(path, None, f"has utterances in {', '.join(sorted(known))} only", remedy)


def _usersays(
    path: Path, files: Mapping[PurePosixPath, bytes], language: str, faults: Faults
) -> Iterator[tuple[Path, str, list[Any], Lines]]:
    """Each file with utterances: its place, its intent's name, its rows."""
    names = {}
    for p, raw in files.items():
        if p.parts[0] != "intents" or _USERSAYS.match(p.stem):
            continue
        content = _json(path / p, raw, faults)
        if not isinstance(content, dict):
            continue
        names[p.stem] = str(content.get("name") or p.stem)
        if isinstance(content.get("userSays"), list) and not language:
            yield path / p, names[p.stem], content["userSays"], Lines(raw)
    for p, raw in files.items():
        match = _USERSAYS.match(p.stem) if p.parts[0] == "intents" else None
        if match and match["language"].lower() == language:
            rows = _json(path / p, raw, faults)
            if isinstance(rows, list):
                yield path / p, names.get(match["name"], match["name"]), rows, Lines(raw)
            elif rows is not None:
                faults.add(path / p, 1, "is no list of utterances")


def _json(place: Path, raw: bytes, faults: Faults) -> Any:
    """The value of a file; None, and a fault, where it is broken."""
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        faults.add(place, getattr(error, "lineno", None), f"broken JSON ({error})")
        return None


def _utterance(utterance_id: str, row: Any, intent: str, types: dict[str, set[str]]) -> Utterance:
    """One row; `types` learns which entities a slot takes its values from."""
    if isinstance(row, dict) and row.get("isTemplate"):
        raise ValueError(f"a pattern, no utterance: {_text(row)[:60]!r}")
    pieces = []
    for part in fields.rows(row, "data"):
        if not isinstance(part, dict) or not isinstance(part.get("text"), str):
            raise ValueError(f"part {str(part)[:60]!r} has no text")
        kind, slot = part.get("meta"), part.get("alias")
        if kind == "@sys.ignore" or not kind or not slot:
            pieces.append((part["text"], ""))
        elif isinstance(kind, str) and isinstance(slot, str):
            pieces.append((part["text"], slot))
            types[slot].add(kind.removeprefix("@"))
        else:
            raise ValueError(f"part {str(part)[:60]!r} names no entity")
    text, tokens, slots = assemble(pieces)
    template = "".join(f"{{{slot}}}" if slot else piece for piece, slot in pieces)
    return Utterance(utterance_id, tokens, Frame(intent, slots), text, template)


def _text(row: Any) -> str:
    """The text of a row's first part, by which its line is found."""
    parts = row.get("data") if isinstance(row, dict) else None
    first = parts[0] if isinstance(parts, list) and parts else None
    return str(first.get("text", "")) if isinstance(first, dict) else ""


def _entities(
    path: Path, files: Mapping[PurePosixPath, bytes], language: str, faults: Faults
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each entity with its values; those that are made of other entities ("@a:b") are left out."""
    for p, raw in files.items():
        if p.parts[0] != "entities":
            continue
        match = _ENTRIES.match(p.stem)
        if match and match["language"].lower() != language:
            continue
        content = _json(path / p, raw, faults)
        listed = content.get("entries") if isinstance(content, dict) else content
        if not isinstance(listed, list):
            continue
        values = []
        for entry in listed:
            known = entry.get("synonyms") if isinstance(entry, dict) else None
            if not isinstance(known, list):
                faults.add(path / p, None, f"entry {str(entry)[:60]!r} has no synonyms")
                continue
            values += [v for v in known if isinstance(v, str) and "@" not in v]
        yield match["name"] if match else p.stem, tuple(values)
