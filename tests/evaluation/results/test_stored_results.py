"""What becomes of results files later: older schemas, merging, Parquet."""

import gc
import json
import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasets import load_dataset
from pyarrow import parquet
from simulated_run import skill, write_run
from toy_runs import cells

from data_cards.errors import DataError, SkillwiseError
from evaluation.cli import main
from evaluation.driver import merge as merging
from evaluation.driver.merge import merge
from evaluation.planning.cell import run_cell
from evaluation.report.files import render
from evaluation.results import reader as results
from evaluation.results.parquet import export
from evaluation.results.reader import FILE, Results, StoredCells
from evaluation.results.rows import CellRow, PlannedCell
from evaluation.results.schema import SCHEMA
from evaluation.results.writer import Recorder

STORED = Path(__file__).parent / "results_files"
SYSTEMS = ("maxent-crf", "dnn-mlm")


def test_a_file_of_each_schema_is_committed() -> None:
    assert {path.stem for path in STORED.glob("*.sqlite")} == {
        f"schema-{number}" for number in range(1, SCHEMA + 1)
    }


@pytest.mark.parametrize("stored", sorted(STORED.glob("*.sqlite")), ids=lambda path: path.stem)
def test_runs_of_older_schemas_load(stored: Path, tmp_path: Path) -> None:
    shutil.copy(stored, tmp_path / FILE)
    with Results(tmp_path / FILE) as results:
        run = results.run()
        assert len(run.cells) == 2 * 2 * 2
        for cell in run.cells:
            assert len(results.predictions(cell.row.key)) == cell.row.n_test == 8
            assert results.counts(cell.row.key)[:, 2].mean() == cell.row.frame_accuracy
    render(tmp_path)
    content = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert {c["metric"] for c in content["comparisons"]} >= {"frame_accuracy", "semer"}


SETTINGS = {
    "suites": [], "data": ["toys"], "skills": {}, "pattern": "*", "slots_only": False,
    "systems": {"toy_systems:Memory": {}}, "changes": [], "shots": [None], "seeds": 3,
    "vectors": {}, "notes": [],
}  # fmt: skip


def part(folder: Path, begin: int, end: int, seeds: int = 3) -> Path:
    """A run's folder in which only some cells of the plan are finished; the run was cut short."""
    folder.mkdir()
    wanted = cells(seeds)
    with Recorder(folder / FILE) as recorder:
        recorder.begin(SETTINGS, "digest", None, wanted, 1.0)
        for cell in wanted[begin:end]:
            recorder.add(cell, run_cell(cell))
    return folder


def test_a_run_done_in_two_places_becomes_whole(tmp_path: Path) -> None:
    one, two = part(tmp_path / "one", 0, 4), part(tmp_path / "two", 3, 6)
    merged = merge([one, two], tmp_path / "all")
    assert (merged.cells, merged.runs, merged.repeated, merged.differing) == (6, 1, 1, 0)
    with Results(tmp_path / "all" / FILE) as results:
        run = results.run()
        assert [c.row.key for c in run.cells] == [c.key for c in cells()]
        assert all(results.predictions(c.row.key) for c in run.cells)
    assert not list((tmp_path / "all").glob(".results*"))


def test_a_run_with_cells_to_come_stays_open(tmp_path: Path) -> None:
    one, two = part(tmp_path / "one", 0, 2), part(tmp_path / "two", 2, 4)
    assert merge([one, two], tmp_path / "all").cells == 4
    with (
        Results(tmp_path / "all" / FILE) as results,
        pytest.raises(DataError, match="not ended"),
    ):
        results.run()


def test_runs_of_other_plans_stand_side_by_side(tmp_path: Path) -> None:
    for number, name in enumerate(("one", "two")):
        (tmp_path / name).mkdir()
        write_run(tmp_path / name / FILE, [skill(number, 8)], SYSTEMS)
    merged = merge([tmp_path / "one", tmp_path / "two"], tmp_path / "all")
    assert (merged.cells, merged.runs, merged.repeated) == (4, 2, 0)
    with Results(tmp_path / "one" / FILE) as before, Results(tmp_path / "all" / FILE) as after:
        same = {c.row.key: c.row for c in before.run().cells}
        found = {c.row.key: c.row for run in (1, 2) for c in after.cells(run)}
        assert same.items() <= found.items()
    assert (tmp_path / "all" / "summary.json").exists()


def test_other_scores_of_one_cell_are_counted_and_the_first_kept(tmp_path: Path) -> None:
    one, two = part(tmp_path / "one", 0, 6), part(tmp_path / "two", 0, 6)
    database = sqlite3.connect(two / FILE)
    database.execute("UPDATE cells SET frame_accuracy = 0.125 WHERE seed = 0")
    database.commit()
    database.close()
    merged = merge([one, two], tmp_path / "all")
    assert (merged.cells, merged.repeated, merged.differing) == (6, 6, 2)
    with Results(tmp_path / "all" / FILE) as results:
        assert all(c.row.frame_accuracy != 0.125 for c in results.run().cells)


def test_a_merge_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    one, two = part(tmp_path / "one", 0, 6), part(tmp_path / "two", 0, 6)
    with pytest.raises(SkillwiseError, match="at least two"):
        merge([one], tmp_path / "all")
    with pytest.raises(SkillwiseError, match="holds results already"):
        merge([one, two], one)
    path = two / FILE
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match="cut off"):
        merge([one, two], tmp_path / "all")
    assert not (tmp_path / "all").exists()


def test_parquet_holds_what_the_results_hold(tmp_path: Path) -> None:
    write_run(tmp_path / FILE, [skill(1, 8), skill(2, 8)], SYSTEMS, shots=(5, None))
    export(tmp_path, tmp_path / "tables")
    with Results(tmp_path / FILE) as results:
        run = results.run()
        rows = parquet.read_table(tmp_path / "tables" / "cells.parquet").to_pylist()
        assert [row["key"] for row in rows] == [c.row.key for c in run.cells]
        assert [row["shots"] for row in rows] == [c.row.shots for c in run.cells]
        assert [row["slot_f1"] for row in rows] == [c.row.slot_f1 for c in run.cells]
        table = parquet.read_table(tmp_path / "tables" / "predictions.parquet")
        assert table.schema.metadata[b"settings_digest"].decode() == run.settings_digest
        answers = table.to_pylist()
        assert len(answers) == sum(c.row.n_test for c in run.cells)
        first = run.cells[0].row
        for row, said in zip(answers, results.predictions(first.key), strict=False):
            assert row["intent"] == said.frame.intent
            assert [(s["name"], s["start"], s["end"]) for s in row["slots"]] == [
                (s.name, s.start, s.end) for s in said.frame.slots
            ]
    compared = parquet.read_table(tmp_path / "tables" / "comparisons.parquet")
    assert compared.num_rows == len(run.comparisons)
    files = str(tmp_path / "tables" / "cells.parquet")
    loaded = load_dataset("parquet", data_files=files, cache_dir=str(tmp_path / "cache"))
    assert loaded["train"].num_rows == len(run.cells)


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        part(tmp_path / name, 0, 2, seeds=1)
    one, two, out = (str(tmp_path / name) for name in ("one", "two", "all"))
    for argv in (
        ["results", "merge", one, two, "--out", out],
        ["results", "export", "--run", out, "--parquet", str(tmp_path / "tables")],
    ):
        with pytest.raises(SystemExit) as ended:
            main(argv)
        assert ended.value.code == 0
    captured = capsys.readouterr()
    assert "2 cells of 1 runs" in captured.out
    assert "2 cells stood in several files, 0 of them" in captured.err
    assert (tmp_path / "tables" / "cells.parquet").exists()


RENDERED = ("summary.json", "report.md", "report.html")


@pytest.mark.slow
def test_a_large_run_is_rendered_skill_by_skill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files are the same, and of the rows no more are held than two skills have."""
    seeds, skills = 3, 12
    write_run(tmp_path / FILE, [skill(i, 8) for i in range(skills)], SYSTEMS, seeds=seeds)
    render(tmp_path)
    whole = {name: (tmp_path / name).read_bytes() for name in RENDERED}
    monkeypatch.setattr(results, "HELD_CELLS", 10)
    held = []
    cells_of = Results.cells

    def counted(self: Results, run: int) -> Iterator[PlannedCell]:
        for cell in cells_of(self, run):
            held.append(sum(type(each) is CellRow for each in gc.get_objects()))
            yield cell

    gc.collect()
    before = sum(type(each) is CellRow for each in gc.get_objects())
    monkeypatch.setattr(Results, "cells", counted)
    run = render(tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in RENDERED} == whole
    cells_a_skill = seeds * len(SYSTEMS)
    assert max(held) - before <= 2 * cells_a_skill + 1
    assert isinstance(run.cells, StoredCells)
    assert len(run.cells) == cells_a_skill * skills == len(list(run.cells))  # its file is closed
    assert next(iter(run.cells)) in run.cells


def test_parquet_of_a_large_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path / FILE, [skill(1, 8), skill(2, 8)], SYSTEMS)
    export(tmp_path, tmp_path / "whole")
    monkeypatch.setattr(results, "HELD_CELLS", 0)
    export(tmp_path, tmp_path / "walked")
    for path in (tmp_path / "whole").iterdir():
        assert parquet.read_table(path) == parquet.read_table(tmp_path / "walked" / path.name)


def test_what_one_file_concluded_is_not_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("one", "two")):
        (tmp_path / name).mkdir()
        write_run(tmp_path / name / FILE, [skill(number, 8)], SYSTEMS)
    with monkeypatch.context() as patch:
        patch.setattr(merging, "run_findings", None)
        merge([tmp_path / "one", tmp_path / "two"], tmp_path / "all")
    with Results(tmp_path / "two" / FILE) as before, Results(tmp_path / "all" / FILE) as after:
        assert after.run(2).comparisons == before.run().comparisons
        assert after.run(2).skills == before.run().skills
        assert after.run(2).slices == before.run().slices
        assert after.run(2).levels == before.run().levels


def test_a_cell_that_another_file_finished_reopens_a_run(tmp_path: Path) -> None:
    """The run ended with a failed cell; the other file's run of another plan has that very cell."""
    for name, failed in (("one", ["simulated/skill 000@en-US"]), ("two", [])):
        (tmp_path / name).mkdir()
        skills = [skill(0, 8), skill(1, 8)][: 2 if failed else 1]
        write_run(tmp_path / name / FILE, skills, SYSTEMS, failed=failed)
    merge([tmp_path / "one", tmp_path / "two"], tmp_path / "all")
    with Results(tmp_path / "one" / FILE) as before, Results(tmp_path / "all" / FILE) as after:
        assert len(before.run().failures) == 1
        assert after.run(1).failures == ()
        assert {c.skills for c in before.run().comparisons if c.locale is None} == {1}
        assert {c.skills for c in after.run(1).comparisons if c.locale is None} == {2}


def test_a_merge_that_breaks_off_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = part(tmp_path / "one", 0, 4), part(tmp_path / "two", 3, 6)

    def broken(path: Path) -> None:
        assert path.exists()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(merging, "_conclude", broken)
        with pytest.raises(KeyboardInterrupt):
            merge([one, two], tmp_path / "all")
    assert [path.name for path in (tmp_path / "all").iterdir()] == [".lock"]
    assert merge([one, two], tmp_path / "all").cells == 6


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_file_is_one_line_or_read(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bytes changed inside a page, which SQLite's own check lets pass."""
    write_run(tmp_path / FILE, [skill(0, 4)], judged=False)
    content = bytearray((tmp_path / FILE).read_bytes())
    draw = random.Random(seed)
    for _ in range(20):
        content[draw.randrange(4096, len(content))] = draw.randrange(256)
    (tmp_path / FILE).write_bytes(content)
    run = str(tmp_path)
    for call in (
        ["report", run],
        ["results", "--run", run, "--sql", "SELECT * FROM runs JOIN cells"],
        ["results", "export", "--run", run, "--parquet", str(tmp_path / "new")],
    ):
        with pytest.raises(SystemExit) as ended:  # any other error would be a traceback
            main(call)
        assert ended.value.code in (0, 2)
        if ended.value.code:
            assert capsys.readouterr().err.startswith("skillwise: ")
