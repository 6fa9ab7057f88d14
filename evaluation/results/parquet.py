"""A run's results as Parquet files, for whoever reads tables with pandas, DuckDB or `datasets`."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

from data_cards.records import Frame, Utterance
from data_cards.scratch import unwritable, written_whole
from evaluation.results.reader import FILE, Results
from evaluation.results.rows import Comparison, Level, RunResult, SkillVerdict, Slice

ROWS = 20_000
"""Rows of a group: what is held in memory at once."""

_CELLS = pyarrow.schema(
    [
        *((name, pyarrow.string()) for name in ("suite", "key", "skill", "locale", "system")),
        ("seed", pyarrow.int64()),
        ("shots", pyarrow.int64()),
        *(
            (f"{name}_digest", pyarrow.string())
            for name in ("data", "settings", "code", "vectors")
        ),
        *((name, pyarrow.int64()) for name in ("n_train", "n_test", "intents")),
        *(
            (name, pyarrow.float64())
            for name in (
                "intent_accuracy", "slot_f1", "frame_accuracy", "semer", "slot_precision",
                "slot_recall", "slot_f1_macro", "train_seconds", "predict_ms",
            )
        ),
        ("model_bytes", pyarrow.int64()),
        ("finished", pyarrow.float64()),
        ("scoring_digest", pyarrow.string()),
    ]
)  # fmt: skip
_SLOTS = pyarrow.list_(
    pyarrow.struct(
        [("name", pyarrow.string()), ("start", pyarrow.int64()), ("end", pyarrow.int64())]
    )
)
_PREDICTIONS = pyarrow.schema(
    [
        *((name, pyarrow.string()) for name in ("key", "suite", "skill", "locale", "system")),
        ("seed", pyarrow.int64()),
        ("shots", pyarrow.int64()),
        ("utterance", pyarrow.string()),
        ("tokens", pyarrow.list_(pyarrow.string())),
        ("gold_intent", pyarrow.string()),
        ("gold_slots", _SLOTS),
        ("intent", pyarrow.string()),
        ("slots", _SLOTS),
        ("confidence", pyarrow.float64()),
    ]
)


def export(run_folder: Path, out: Path) -> list[Path]:
    """Write cells.parquet, predictions.parquet and what the run came to (comparisons, verdicts,
    slices, levels); each carries the commit, the settings and their digest in its metadata."""
    with Results(run_folder / FILE) as results:
        run = results.run()
        about = {
            "commit": run.commit or "",
            "settings_digest": run.settings_digest,
            "settings": json.dumps(run.settings, ensure_ascii=False),
        }
        cells = ({"suite": cell.suite, **asdict(cell.row)} for cell in run.cells)
        tables: dict[str, Sequence[Comparison | SkillVerdict | Slice | Level]] = {
            "comparisons": run.comparisons, "verdicts": run.skills, "slices": run.slices,
            "levels": run.levels,
        }  # fmt: skip
        try:
            out.mkdir(parents=True, exist_ok=True)
            written = [
                _write(out / "cells.parquet", _CELLS, cells, about),
                _write(out / "predictions.parquet", _PREDICTIONS, answers(results, run), about),
            ]
            for name, records in tables.items():
                rows = [asdict(record) for record in records]
                if rows:
                    schema = pyarrow.Table.from_pylist(rows).schema
                    written.append(_write(out / f"{name}.parquet", schema, rows, about))
        except OSError as error:
            raise unwritable(f"--parquet {out}", error, "name another folder") from None
    return written


def answers(results: Results, run: RunResult) -> Iterator[dict[str, Any]]:
    """One row an answer: the utterance, its gold frame and the frame that was given."""
    digest = ""
    asked: tuple[Utterance, ...] = ()
    for cell in run.cells:
        row = cell.row
        head = {
            "key": row.key, "suite": cell.suite, "skill": row.skill, "locale": row.locale,
            "system": row.system, "seed": row.seed, "shots": row.shots,
        }  # fmt: skip
        if row.data_digest != digest:  # one split serves all cells of a skill, which come together
            digest, asked = row.data_digest, results.test(row.data_digest)
        for utterance, answer in zip(asked, results.predictions(row.key), strict=True):
            yield head | {
                "utterance": utterance.id,
                "tokens": list(utterance.tokens),
                "gold_intent": utterance.frame.intent,
                "gold_slots": _slots(utterance.frame),
                "intent": answer.frame.intent,
                "slots": _slots(answer.frame),
                "confidence": answer.confidence,
            }


def _slots(frame: Frame) -> list[dict[str, Any]]:
    return [asdict(slot) for slot in frame.slots]


def _write(path: Path, schema: Any, rows: Iterable[dict[str, Any]], about: dict[str, str]) -> Path:
    """Write rows by groups under a temporary name and rename it."""
    source = iter(rows)
    with (
        written_whole(path, "name another folder") as scratch,
        parquet.ParquetWriter(scratch, schema.with_metadata(about)) as writer,
    ):
        while group := list(islice(source, ROWS)):
            writer.write_table(pyarrow.Table.from_pylist(group, schema=writer.schema))
    return path
