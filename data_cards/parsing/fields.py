"""One field of one published row, or a ValueError that says what stands there instead."""

from pathlib import Path
from typing import Any

from data_cards.faults import Faults


def string(row: Any, key: str) -> str:
    """A non-empty string that can be written again."""
    value = row.get(key) if isinstance(row, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key} is {str(value)[:60]!r}, not a text")
    if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
        raise ValueError(f"{key} holds half a surrogate pair: {value[:60]!r}")
    return value


def label(row: Any, key: str) -> str:
    """A name without blanks around it: "hello " is "hello". A class number is its own name."""
    value = row.get(key) if isinstance(row, dict) else None
    return str(value) if type(value) is int and value >= 0 else string(row, key).strip()


def rows(row: Any, key: str) -> list[Any]:
    """A list, empty where the key is missing or null."""
    if not isinstance(row, dict):
        raise ValueError(f"{str(row)[:60]!r} is not an object")
    value = row.get(key)
    if value is not None and not isinstance(value, list):
        raise ValueError(f"{key} is {str(value)[:60]!r}, not a list")
    return value or []


def whole(row: Any, key: str, default: int | None = None) -> int:
    """A whole number."""
    value = row.get(key, default) if isinstance(row, dict) else None
    if type(value) is not int:
        raise ValueError(f"{key} is {str(value)[:60]!r}, not a whole number")
    return value


def section(content: dict[str, Any], key: str, path: Path, faults: Faults) -> list[Any]:
    """A list of a JSON file, empty where it is missing; anything else there is one fault."""
    listed = content.get(key) or []
    if isinstance(listed, list):
        return listed
    faults.add(path, None, f"{key} is no list")
    return []
