"""A run's findings: one pass over its counts, recorded once, and only read by its reports."""

import gc
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from simulated_run import skill, write_run

from evaluation.cli import main
from evaluation.driver import compare as driver
from evaluation.driver.merge import merge
from evaluation.findings.grouping import by_skill
from evaluation.findings.run_findings import run_findings
from evaluation.report.files import render
from evaluation.results.parquet import export
from evaluation.results.reader import FILE, Results
from evaluation.results.rows import FINDINGS, CellRow, PlannedCell
from evaluation.results.schema import connect
from evaluation.results.writer import Recorder

SYSTEMS = ("maxent-crf", "maxent-crf-strong", "dnn")
STORED = Path(__file__).parents[1] / "results" / "results_files" / "schema-1.sqlite"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    skills = [skill(number, 20) for number in range(6)]
    write_run(tmp_path / "run" / FILE, skills, SYSTEMS, shots=(10, None), seeds=2)
    return tmp_path / "run"


def test_each_cells_counts_are_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[tuple[str, str]] = Counter()
    block = Results._block

    def counted(self: Results, key: str, column: str) -> object:
        read[key, column] += 1
        return block(self, key, column)

    monkeypatch.setattr(Results, "_block", counted)
    with Results(folder / FILE) as results:
        run = results.run()
        found = run_findings(results, results.last_run(), SYSTEMS, 60)
    counts = {key: n for (key, column), n in read.items() if column == "counts"}
    assert set(counts) == {cell.row.key for cell in run.cells}
    assert set(counts.values()) == {1}
    for name in FINDINGS:  # and it is what was recorded
        assert getattr(found, name) == getattr(run, name)
        assert getattr(found, name)


def test_a_report_reads_findings_and_computes_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    render(folder)
    names = ("summary.json", "report.md", "report.html")
    before = {name: (folder / name).read_bytes() for name in names}
    monkeypatch.setattr(driver, "run_findings", None)
    with pytest.raises(SystemExit) as ended:
        main(["report", str(folder)])
    assert ended.value.code == 0
    assert {name: (folder / name).read_bytes() for name in names} == before


def test_a_verdicts_tests_carry_the_intervals_of_the_ladder(folder: Path) -> None:
    with Results(folder / FILE) as results:
        run = results.run()
    tests = [test for verdict in run.skills for test in verdict.tests]
    assert all(
        test.ci_low is not None and test.ci_high is not None and test.ci_low < test.ci_high
        for test in tests
    )
    inside = [test.ci_low <= test.points <= test.ci_high for test in tests]
    assert sum(inside) > 0.95 * len(inside)  # the interval is about the padded difference


def test_levels_are_of_every_system_metric_and_number_of_shots(folder: Path) -> None:
    with Results(folder / FILE) as results:
        found = results.run().levels
    assert {(v.shots, v.system) for v in found} == {(n, s) for n in (10, None) for s in SYSTEMS}
    assert all(v.skills == 6 and v.ci_low <= v.mean <= v.ci_high for v in found)


def test_what_an_earlier_release_concluded_is_concluded_again_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(STORED, tmp_path / FILE)
    with Results(tmp_path / FILE) as results:
        run = results.run()
        assert run.comparisons
        assert run.slices == run.levels == ()
        assert not results.has_all_findings(results.last_run())
    render(tmp_path)  # what is not there is not shown, and nothing fails
    assert '"slices": []' in (tmp_path / "summary.json").read_text("utf-8")
    for _ in range(2):
        with pytest.raises(SystemExit) as ended:
            main(["report", str(tmp_path)])
        assert ended.value.code == 0
        monkeypatch.setattr(driver, "run_findings", None)  # from now on it is only read
    content = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert content["slices"] and content["levels"]
    first = content["comparisons"][0]
    assert (first["metric"], first["points"]) == ("frame_accuracy", run.comparisons[0].points)


def test_an_old_file_joins_a_merge_and_is_concluded_there(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    shutil.copy(STORED, tmp_path / "old" / FILE)
    merge([tmp_path / "old", folder], tmp_path / "all")
    with Results(tmp_path / "all" / FILE) as results:
        assert results.run(1).slices
        assert results.run(2).slices


def test_findings_are_exported(folder: Path, tmp_path: Path) -> None:
    from pyarrow import parquet

    export(folder, tmp_path / "tables")
    with Results(folder / FILE) as results:
        run = results.run()
    for name, rows in (
        ("comparisons", run.comparisons), ("verdicts", run.skills), ("slices", run.slices),
        ("levels", run.levels),
    ):  # fmt: skip
        table = parquet.read_table(tmp_path / "tables" / f"{name}.parquet")
        assert table.num_rows == len(rows)
    first = table.to_pylist()[0]
    assert first["system"] == run.levels[0].system


def test_a_file_gains_its_columns_when_it_is_written(tmp_path: Path) -> None:
    shutil.copy(STORED, tmp_path / FILE)
    Recorder(tmp_path / FILE).close()
    connection = connect(tmp_path / FILE, write=False)
    columns = {row[1] for row in connection.execute("PRAGMA table_info(runs)")}
    connection.close()
    assert set(FINDINGS) <= columns


def test_cells_that_do_not_come_together_are_refused(folder: Path) -> None:
    with Results(folder / FILE) as results:
        cells = list(results.cells(results.last_run()))
    assert len(list(by_skill(cells))) == 12
    with pytest.raises(ValueError, match="do not come together"):
        list(by_skill([*cells, cells[0]]))


def test_no_more_rows_are_held_than_two_skills_have(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run may have a million cells: what is kept of them grows with the skills alone."""
    held = []
    cells_of = Results.cells

    def rows() -> int:
        return sum(type(each) is CellRow for each in gc.get_objects())

    def counted(self: Results, run: int) -> Iterator[PlannedCell]:
        for cell in cells_of(self, run):
            held.append(rows())
            yield cell

    monkeypatch.setattr(Results, "cells", counted)
    gc.collect()
    before = rows()
    with Results(folder / FILE) as results:
        run_findings(results, results.last_run(), SYSTEMS, 20)
    assert max(held) - before <= 2 * 2 * len(SYSTEMS) + 1
