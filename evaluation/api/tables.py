"""Records as pandas tables: the same columns and types, whatever rows there are."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, get_type_hints

import pandas as pd

Columns = Mapping[str, Any]
"""The names of a table's columns, in order, each with its Python type."""

DTYPES: Mapping[Any, str] = {
    int: "int64", bool: "bool", float: "float64", float | None: "float64", int | None: "Int64",
}  # fmt: skip
"""A number that may be missing is NaN; a whole one is pandas' nullable integer."""


def columns(record: type, *left_out: str) -> dict[str, Any]:
    """The columns that a dataclass makes, less some of its fields."""
    hints = get_type_hints(record)
    return {f.name: hints[f.name] for f in fields(record) if f.name not in left_out}


def table(rows: Iterable[Mapping[str, Any]], of: Columns) -> pd.DataFrame:
    """The rows as a table with these columns."""
    found = pd.DataFrame([[row[name] for name in of] for row in rows], columns=list(of))
    return found.astype({name: DTYPES[kind] for name, kind in of.items() if kind in DTYPES})
