"""What a file or a folder is, told from its content; suffixes only say how to open it."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from data_cards.parsing import foreign, sources

_TABLES = {
    ".csv": "csv", ".tsv": "csv", ".lu": "lu", ".conll": "conll", ".bio": "conll", ".iob": "conll",
    ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip
"""Suffix -> the format that it stands for, whatever the content."""

_SHEET = "save the sheet as CSV and give that"
_ELSE = {
    ".xlsx": _SHEET, ".xls": _SHEET, ".ods": _SHEET, ".gz": "unpack it and give the file in it",
    ".qna": "it holds questions and answers, no intents: give the .lu file",
    ".intent": "give the folder that holds the locale folders (locale/en-us/*.intent)",
    ".entity": "give the folder that holds the locale folders (locale/en-us/*.intent)",
}  # fmt: skip
"""Suffix -> what to do with a file that is not taken."""

SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "conll": (".conll", ".bio", ".iob", ".txt"),
    "csv": (".csv", ".tsv"),
    "jsonl": (".jsonl", ".ndjson"),
    "lu": (".lu",),
    "rasa": (".yml", ".yaml"),
    "rasa-json": (".json",),
    "rasa-markdown": (".md", ".markdown"),
    "snips": (".yaml", ".yml", ".json"),
}
"""Formats whose skills may lie in several files of one folder -> how such files are named."""

ALONE = ("alexa", "jovo", "lex", "luis", "watson")
"""Formats of one JSON file a skill, which may be the only one in its folder."""

_HEADING = re.compile(r"^##+\s*(?:intent|synonym|lookup|regex)\s*:", re.MULTILINE)
_TAGGED = re.compile(r"\S.*[ \t](?:O|[BIELSU]-\S+)")
_LEX = re.compile(r"(?<!entities)/intent\.json$")  # Wit has entities/intent.json
_NLU = re.compile(r"^[\"']?nlu[\"']?:", re.MULTILINE)
_SNIPS = re.compile(r"^type: (?:intent|entity)\b", re.MULTILINE)
_USERSAYS = re.compile(r"(?:^|/)intents/.*_usersays_[a-z-]+\.json$")
_WIT = re.compile(r"(?:^|/)utterances(?:/[^/]+|-\d+)?\.json$")


def told(path: Path) -> tuple[str, str]:
    """(format, "") of a file or folder, or ("", what to do instead)."""
    if path.is_dir():
        return _of_folder(path), "give a folder whose files hold utterances of one of the formats"
    suffix = path.suffix.lower()
    if suffix in _TABLES:
        return _TABLES[suffix], ""
    if suffix in (".json", ".yml", ".yaml", ".md", ".markdown", ".txt"):
        text = sources.text(path)
        if suffix == ".json":
            return _of_json(text), ""
        if suffix in (".yml", ".yaml"):
            return ("snips" if _SNIPS.search(text) and not _NLU.search(text) else "rasa"), ""
        found = _of_text(path, text)
        if found:
            return found, ""
    if suffix in (".md", ".markdown"):
        return "", "of Markdown only Rasa's is taken, with headings such as '## intent:greet'"
    return "", _ELSE.get(suffix, "")


def _of_json(text: str) -> str:
    """The format of a .json file; "alexa" where nothing tells, so that its reader says more."""
    lines = [line for line in sources.cut_lines(text) if line.strip()]
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return "jsonl" if _begins_rows(lines) else "alexa"
    known = foreign.format_of(content)
    if known:
        return known
    return "jsonl" if isinstance(content, list) else "alexa"


def _begins_rows(lines: list[str]) -> bool:
    """Whether a text that is not one JSON value holds rows one a line, or an array cut short."""
    if lines and lines[0].lstrip().startswith("["):
        return True
    try:
        return len(lines) > 1 and isinstance(json.loads(lines[0]), dict)
    except (ValueError, RecursionError):
        return False


def _of_text(path: Path, text: str) -> str:
    if _HEADING.search(text):
        return "rasa-markdown"
    lines = [line for line in sources.cut_lines(text) if line.strip()]
    words = [line for line in lines if not line.startswith(("#", "-DOCSTART-"))]
    if words and all(_TAGGED.fullmatch(line) for line in words):
        return "conll"
    return "alexa-schema" if path.with_name(path.name).stem.lower() == "sampleutterances" else ""


def _of_folder(folder: Path) -> str:
    """The format of a folder: the export whose layout it has, else what most of its files are."""
    names = [p.relative_to(folder) for p in sorted(folder.rglob("*")) if p.is_file()]
    lower = [p.as_posix().lower() for p in names]
    if {"train.jsonl", "test.jsonl"} <= set(lower) and folder.name.count("@") == 1:
        remedy = "give the folder that holds it to --data"
        raise DataError(folder, None, "is a skill in the neutral format already", remedy)
    layouts: tuple[tuple[str, bool], ...] = (
        ("ovos", any(name.endswith(".intent") for name in lower)),
        ("lex", any(_LEX.search(name) for name in lower)),
        ("alexa-schema", any(name.rpartition("/")[2] == "sampleutterances.txt" for name in lower)),
        ("dialogflow", any(_USERSAYS.search(name) for name in lower)),
        ("wit", any(_WIT.search(name) for name in lower)),
        ("dialogflow", any(_old_dialogflow(folder / p) for p in names)),
    )
    for format, fits in layouts:
        if fits:
            return format
    found = {format for p in names if (format := _part(folder / p))}
    if len(found) > 1:
        listed = ", ".join(sorted(found))
        raise DataError(folder, None, f"holds files of {listed}", "choose one by --format")
    return found.pop() if found else ""


def _old_dialogflow(path: Path) -> bool:
    """Whether a file is an intent of an older export, which holds its utterances itself."""
    if path.suffix != ".json" or path.parent.name != "intents":
        return False
    try:
        return _known_json(path) == "dialogflow"
    except DataError:
        return False


def _part(path: Path) -> str:
    """The format of one of a folder's files, "" where it holds no utterances of a skill."""
    if not any(path.suffix.lower() in suffixes for suffixes in SUFFIXES.values()):
        return ""
    try:
        if path.suffix.lower() == ".json":
            return _known_json(path)
        format, _ = told(path)
        return format if format in SUFFIXES and holds(path, format) else ""
    except DataError:
        return ""


def _known_json(path: Path) -> str:
    """The format of a .json file in a folder, "" for one of settings."""
    try:
        content = json.loads(sources.text(path))
    except (ValueError, RecursionError):
        return ""
    return foreign.format_of(content) or ("alexa" if _is_model(content) else "")


def _is_model(content: Any) -> bool:
    model = content.get("interactionModel", content) if isinstance(content, dict) else None
    return isinstance(model, dict) and ("languageModel" in model or "invocationName" in model)


def holds(path: Path, format: str) -> bool:
    """Whether a file beside others is of the format: a domain file of Rasa holds no examples."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES.get(format, (".json",)) or path.name.startswith("."):
        return False
    if suffix == ".json":
        return _known_json(path) == format
    if format in ("csv", "jsonl", "lu"):
        return True
    text = sources.text(path)
    if format in ("rasa", "snips"):
        return bool((_NLU if format == "rasa" else _SNIPS).search(text))
    return suffix not in (".txt", ".md", ".markdown") or _of_text(path, text) == format


def files_of(path: Path, format: str) -> list[Path]:
    """The files of a format in a folder, by name; the file itself where it is one."""
    if not path.is_dir():
        return [path]
    found = [p for p in sorted(path.rglob("*")) if p.is_file() and holds(p, format)]
    if not found:
        suffixes = ", ".join(SUFFIXES.get(format, (".json",)))
        raise DataError(path, None, f"holds no {format} file ({suffixes})", "name another format")
    if format in ALONE and len(found) > 1:
        listed = ", ".join(p.relative_to(path).as_posix() for p in found[:5])
        raise DataError(path, None, f"holds {len(found)} {format} files: {listed}", "give one")
    return found
