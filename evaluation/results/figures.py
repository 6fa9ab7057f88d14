"""What a benchmark measured, as the file that others read (docs/BENCHMARKS.md)."""

import json
from collections.abc import Mapping
from pathlib import Path

from data_cards.scratch import write_whole
from evaluation.planning.code_digest import commit

DIGITS = 6
"""Decimals kept of a figure."""


def write_figures(path: Path, figures: Mapping[str, float | None], seconds: float) -> None:
    """Write named figures, None for what could not be measured, and the seconds they took.

    Raises `ValueError` for a figure that is no finite number: JSON has none.
    """
    kept = {
        name: None if value is None else round(value, DIGITS) for name, value in figures.items()
    }
    content = {
        "schema": 1, "commit": commit(), "seconds": round(seconds, 1), "figures": kept
    }  # fmt: skip
    write_whole(path, json.dumps(content, indent=1, allow_nan=False) + "\n")
