"""Changes of settings as text: `key=value`, dotted keys, and nested tables of the same."""

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any


def value_of(text: str) -> Any:
    """The value that a text writes: JSON where it is some, else the text itself, unquoted."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # also numbers of too many digits, nested too deeply
        return text


def written(key: str, value: Any) -> str:
    """`key=value`, such that `value_of` gives the value back."""
    return f"{key}={json.dumps(value)}"


def nested(changes: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Dotted keys as nested tables: ("token.shape", False) -> {"token": {"shape": False}}.

    The last of two changes of one key counts; the values given are left as they are.
    """
    out: dict[str, Any] = {}
    for path, value in changes:
        *parents, key = path.split(".")
        at = out
        for parent in parents:
            if not isinstance(at.get(parent), dict):
                at[parent] = {}
            at = at[parent]
        at[key] = deepcopy(value)  # what is laid into it later must not reach the giver's own
    return out


def flat(values: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Nested tables as dotted keys: {"token": {"shape": False}} -> {"token.shape": False}."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{above}.{key}" if above else str(key)
        found |= flat(value, name) if isinstance(value, Mapping) else {name: value}
    return found
