"""What a benchmark measured, as the file that others read (docs/BENCHMARKS.md)."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data_cards.scratch import write_whole
from evaluation.planning.code_digest import commit as standing_at
from evaluation.planning.code_digest import source_digest

DIGITS = 6
"""Decimals kept of a figure."""

SCORING = ("evaluation.scoring.metrics", "evaluation.stats.suite_interval")
"""What figures of a comparison depend on besides its systems."""


def write_figures(
    path: Path, figures: Mapping[str, float | None], seconds: float | None,
    measures: Sequence[str] = (), *, commit: str | None = None, day: str | None = None,
) -> None:  # fmt: skip
    """Write named figures, None for what could not be measured, and the seconds they took.

    `measures` names the modules whose code the figures are of; their digest is kept, so that a page
    can tell whether the code has changed since. Leave it empty where that is not known. `commit`
    and `day` (YYYY-MM-DD) are of now, unless the measuring was done before.

    Raises `ValueError` for a figure that is no finite number: JSON has none.
    """
    kept = {
        name: None if value is None else round(value, DIGITS) for name, value in figures.items()
    }
    content = {
        "schema": 1,
        "commit": commit if commit is not None else standing_at(),
        "date": day if day is not None else datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "seconds": None if seconds is None else round(seconds, 1),
        "measures": sorted(measures),
        "code_digest": source_digest(measures) if measures else None,
        "figures": kept,
    }
    write_whole(path, json.dumps(content, indent=1, allow_nan=False) + "\n")


def machine() -> dict[str, Any]:
    """The cores and the processor of this machine; it has no name here."""
    return {"cores": os.cpu_count(), "processor": _processor()}


def _processor() -> str | None:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip() or None
    except (OSError, UnicodeDecodeError):
        pass  # no Linux
    return platform.processor() or None
