"""summary.json, schema 1: the contract that scripts read. Keys are added, never changed."""

import json
import math
from dataclasses import asdict
from typing import Any

from evaluation.rows import PlannedCell, RunResult


def summary(run: RunResult) -> dict[str, Any]:
    """The run as plain values; None stands for whatever cannot be measured."""
    return {
        "schema": 1,
        "commit": run.commit,
        "settings_digest": run.settings_digest,
        "seconds": round(run.seconds, 3),
        "cells": [_cell(cell) for cell in run.cells],
        "comparisons": [asdict(comparison) for comparison in run.comparisons],
        "skills": [asdict(verdict) for verdict in run.skills],
        "slices": [asdict(part) for part in run.slices],
        "settings": run.settings,
        "failures": [
            {"suite": f.suite, "cell": f.name, "traceback": f.traceback} for f in run.failures
        ],
    }


def render_summary(run: RunResult) -> str:
    """The text of summary.json; refuses NaN, which is no JSON."""
    return json.dumps(summary(run), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


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
    }
    return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in values.items()}
