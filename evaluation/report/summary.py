"""summary.json, schema 1: the contract that scripts read. Keys are added, never changed."""

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from evaluation.results.rows import PlannedCell, RunResult


def summary(run: RunResult) -> dict[str, Any]:
    """The run as plain values; None stands for whatever cannot be measured."""
    return {
        key: list(value) if isinstance(value, Iterator) else value for key, value in _parts(run)
    }


def render_summary(run: RunResult) -> Iterator[str]:
    """The text of summary.json, piece by piece; refuses NaN, which is no JSON.

    Joined it is what `json.dumps(summary(run), indent=1)` gives; a million cells are never held.
    """
    before = "{\n "
    for key, value in _parts(run):
        yield f"{before}{json.dumps(key)}: "
        if isinstance(value, Iterator):
            yield from _array(value)
        else:
            yield _indented(value, 1)
        before = ",\n "
    yield "\n}\n"


def _parts(run: RunResult) -> Iterator[tuple[str, Any]]:
    """The keys with their values; a list comes as an iterator over its elements."""
    yield "schema", 1
    yield "commit", run.commit
    yield "settings_digest", run.settings_digest
    yield "seconds", round(run.seconds, 3)
    yield "cells", (_cell(cell) for cell in run.cells)
    yield "comparisons", map(asdict, run.comparisons)
    yield "skills", map(asdict, run.skills)
    yield "slices", map(asdict, run.slices)
    yield "levels", map(asdict, run.levels)
    yield "settings", run.settings
    yield (
        "failures",
        ({"suite": f.suite, "cell": f.name, "traceback": f.traceback} for f in run.failures),
    )


def _array(elements: Iterable[dict[str, Any]]) -> Iterator[str]:
    before = "[\n  "
    for element in elements:
        yield before + _element(element)
        before = ",\n  "
    yield "[]" if before[0] == "[" else "\n ]"


def _element(element: dict[str, Any]) -> str:
    """An object two levels deep. Without objects in it, it is written by the encoder that is
    compiled, which knows no indentation but takes any separator: a cell then costs a tenth."""
    if any(isinstance(value, dict | list | tuple) for value in element.values()):
        return _indented(element, 2)
    text = json.dumps(element, ensure_ascii=False, allow_nan=False, separators=(",\n   ", ": "))
    return f"{{\n   {text[1:-1]}\n  }}"


def _indented(value: Any, depth: int) -> str:
    """As `json.dumps` writes a value so deep; line feeds within strings are escaped there."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    return text.replace("\n", "\n" + " " * depth)


def _cell(cell: PlannedCell) -> dict[str, Any]:
    row = cell.row
    values = {
        "skill": row.skill,
        "locale": row.locale,
        "system": row.system,
        "seed": row.seed,
        "shots": row.shots,
        "n_train": row.n_train,
        "n_test": row.n_test,
        "intent_accuracy": row.intent_accuracy,
        "slot_f1": row.slot_f1,
        "frame_accuracy": row.frame_accuracy,
        "semer": row.semer,
        "train_seconds": round(row.train_seconds, 4),
        "predict_ms": round(row.predict_ms, 5),
        "model_bytes": row.model_bytes,
        "suite": cell.suite,
        "intents": row.intents,
        "slot_precision": row.slot_precision,
        "slot_recall": row.slot_recall,
        "slot_f1_macro": row.slot_f1_macro,
        "key": row.key,
        "data_digest": row.data_digest,
        "settings_digest": row.settings_digest,
        "code_digest": row.code_digest,
        "vectors_digest": row.vectors_digest,
        "scoring_digest": row.scoring_digest,
    }
    return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in values.items()}
