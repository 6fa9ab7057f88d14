"""results.sqlite: whole cells only, damage refused, many cells still quick."""

import shutil
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import toy_systems
from toy_runs import cells, filled
from toy_skills import music

from data_cards.errors import DataError
from evaluation.planning.cell import Outcome, run_cell
from evaluation.results import schema
from evaluation.results.reader import Results
from evaluation.results.rows import Findings, MetricTest, SkillVerdict
from evaluation.results.writer import Recorder


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path, wanted = tmp_path / "results.sqlite", cells()
    run = filled(path, wanted)
    with Results(path) as results:
        found = list(results.cells(run))
        assert [c.row.key for c in found] == [c.key for c in wanted]
        for cell in wanted:
            measured = run_cell(cell).measurement
            assert measured is not None
            assert results.predictions(cell.key) == list(measured.predictions)
            assert (results.counts(cell.key) == measured.counts).all()
            assert results.tally(cell.key)[1] == measured.slots
        assert results.test(wanted[0].skill.digest) == music().test
        assert results.run().seconds == 2.0
        assert not results.missing(run)


def test_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    path, wanted = tmp_path / "results.sqlite", cells()
    first = filled(path, wanted, done=2)
    with Recorder(path) as recorder:
        again = recorder.begin({"shots": [None]}, "digest", None, wanted, 3.0)
        assert again == first
        assert list(recorder.missing(again)) == [2, 3, 4, 5]
        other = recorder.begin({"shots": [None]}, "digest", None, wanted[:3], 4.0)
        assert other != first
        assert list(recorder.missing(other)) == [2]
        assert recorder.last_run() == other


def test_the_same_cell_twice_is_planned_once(tmp_path: Path) -> None:
    wanted = cells(1)
    with Recorder(tmp_path / "results.sqlite") as recorder:
        run = recorder.begin({}, "digest", None, [*wanted, *wanted], 1.0)
        assert list(recorder.missing(run)) == [0, 1]


def test_failures_are_kept_until_the_cell_is_finished(tmp_path: Path) -> None:
    path, (cell, *_) = tmp_path / "results.sqlite", cells()
    with Recorder(path) as recorder:
        run = recorder.begin({"shots": [None]}, "digest", None, [cell], 1.0)
        recorder.add(cell, Outcome(cell.key, traceback="KeyError: planted"))
        recorder.finish(run, 1.0, Findings())
        (failure,) = recorder.run(run).failures
        assert failure.traceback == "KeyError: planted"
        assert failure.name == cell.name
        assert (failure.label, failure.system) == (cell.skill.label, cell.spec.name)
        assert (failure.shots, failure.seed) == (cell.shots, cell.seed)
        assert list(recorder.missing(run)) == [0]
        recorder.add(cell, run_cell(cell))
        assert recorder.run(run).failures == ()


def test_a_failure_that_was_kept_by_its_name_alone(tmp_path: Path) -> None:
    """Earlier releases kept no fields of it."""
    path, (cell, *_) = tmp_path / "results.sqlite", cells()
    cell = replace(cell, shots=5, seed=12)
    with Recorder(path) as recorder:
        run = recorder.begin({"shots": [5]}, "digest", None, [cell], 1.0)
        recorder.add(cell, Outcome(cell.key, traceback="KeyError: planted"))
        recorder.finish(run, 1.0, Findings())
        (kept,) = recorder.run(run).failures
    database = sqlite3.connect(path)
    for name in ("skill", "locale", "system", "shots", "seed"):
        database.execute(f"ALTER TABLE failures DROP COLUMN {name}")
    database.close()
    with Results(path) as results:
        assert results.run(run).failures == (kept,)
    with Recorder(path) as recorder:  # it gains the columns
        assert recorder.run(run).failures == (kept,)
        recorder.add(cell, Outcome(cell.key, traceback="KeyError: again"))
        assert recorder.run(run).failures[0].seed == 12


def test_finished_cells_are_taken_over(tmp_path: Path) -> None:
    wanted = cells()
    filled(tmp_path / "old.sqlite", wanted, done=4)
    with Recorder(tmp_path / "new.sqlite") as recorder:
        run = recorder.begin({"shots": [None]}, "digest", None, wanted, 1.0)
        recorder.add(wanted[0], run_cell(wanted[0]))
        assert recorder.take(tmp_path / "old.sqlite", run) == 3
        assert list(recorder.missing(run)) == [4, 5]
        assert recorder.predictions(wanted[3].key)
        assert recorder.test(wanted[3].skill.digest)
        assert recorder.take(tmp_path / "old.sqlite", run) == 0


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_cut_file_is_refused(tmp_path: Path, part: float) -> None:
    path = tmp_path / "results.sqlite"
    filled(path, cells())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    for write in (False, True):
        with pytest.raises(DataError, match=r"results\.sqlite: .*remove it"), Results(
            path, write=write
        ) as results:  # fmt: skip
            results.run()


def test_a_cut_at_a_page_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    filled(path, cells())
    size = path.stat().st_size
    for pages in range(1, size // 4096):
        cut = tmp_path / f"cut-{pages}.sqlite"
        cut.write_bytes(path.read_bytes()[: 4096 * pages])
        with pytest.raises(DataError):
            Results(cut)


def test_flipped_bytes_never_pass_as_other_answers(tmp_path: Path) -> None:
    path, wanted = tmp_path / "results.sqlite", cells(1)
    filled(path, wanted)
    blob = sqlite3.connect(path).execute("SELECT answers FROM predictions").fetchone()[0]
    content = bytearray(path.read_bytes())
    at = content.index(blob[:40]) + 20
    content[at] ^= 0xFF
    path.write_bytes(content)
    with Results(path) as results, pytest.raises(DataError, match="damaged"):
        for cell in wanted:
            results.predictions(cell.key)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    with pytest.raises(DataError, match="no such results file"):
        Results(path)
    path.write_text("skill,score\nmusic,1\n" * 500)
    with pytest.raises(DataError, match="damaged"):
        Results(path)
    path.unlink()
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE t (x)")
    database.close()
    with pytest.raises(DataError, match="no results file of skillwise"):
        Results(path)
    path.unlink()
    filled(path, cells(1))
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(DataError, match="schema 99"):
        Results(path)


def test_a_file_made_before_verdicts(tmp_path: Path) -> None:
    """It is read without them, and gains the column when it is next written."""
    path = tmp_path / "results.sqlite"
    filled(path, cells(1))
    database = sqlite3.connect(path)
    database.execute("ALTER TABLE runs DROP COLUMN skills")
    database.close()
    with Results(path) as results:
        assert results.run().skills == ()
        assert results.run().seconds == 2.0
    run = filled(path, cells(1))
    with Results(path) as results:
        assert results.run(run).skills == ()


def test_verdicts_are_read_as_they_were_written(tmp_path: Path) -> None:
    test = MetricTest("frame_accuracy", 0.1, 0.2, 0.2, None, 0.3, 0.01, 0.9, 0.9)
    verdict = SkillVerdict(
        suite="toys", skill="music", locale="en-US", shots=None, baseline="old", candidate="new",
        n_test=7, seeds=1, verdict="undecided", reason="why", margin=0.02, alpha=0.05,
        discordance=0.2, smallest_effect=None, utterances_needed=30, tests=(test,),
    )  # fmt: skip
    with Recorder(tmp_path / "results.sqlite") as recorder:
        run = recorder.begin({"shots": [None]}, "digest", None, cells(1), 1.0)
        recorder.finish(run, 2.0, Findings(skills=(verdict,)))
        assert recorder.run(run).skills == (verdict,)


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    filled(path, cells(1))
    with Results(path) as results, pytest.raises(sqlite3.OperationalError, match="readonly"):
        results.query("DELETE FROM cells")


def test_creating_is_whole_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "TABLES", schema.TABLES + "CREATE TABLE broken (;")
    with pytest.raises(sqlite3.OperationalError):
        Recorder(tmp_path / "results.sqlite")
    assert not (tmp_path / "results.sqlite").exists()


WRITER = """
import sys
from pathlib import Path
import toy_runs
from evaluation.planning.cell import run_cell
from evaluation.results.writer import Recorder
with Recorder(Path(sys.argv[1])) as recorder:
    for cell in toy_runs.cells(20)[int(sys.argv[2])::2]:
        recorder.add(cell, run_cell(cell))
"""


@pytest.mark.slow
def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    with Recorder(path) as recorder:
        run = recorder.begin({}, "digest", None, cells(20), 1.0)
        where = {"PYTHONPATH": str(Path(toy_systems.__file__).parent)}
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(i)], env=where)
            for i in (0, 1)
        ]
        assert [w.wait(60) for w in writers] == [0, 0]
        assert not recorder.missing(run)
        assert len(list(recorder.cells(run))) == 40


def test_the_resume_check_of_many_cells_is_quick(tmp_path: Path) -> None:
    """100,000 finished cells; the whole million is a benchmark's affair."""
    path, (cell, *_) = tmp_path / "results.sqlite", cells()
    with Recorder(path) as recorder:
        recorder.add(cell, run_cell(cell))
        run = recorder.begin({}, "digest", None, [cell], 1.0)
    database = sqlite3.connect(path)
    columns = [row[1] for row in database.execute("PRAGMA table_info(cells)")][1:]
    names = ", ".join(columns)
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)"
    database.execute(
        f"{numbers} INSERT INTO cells (key, {names}) SELECT hex(randomblob(32)), {names}"
        " FROM n, cells"
    )
    database.execute(
        "INSERT INTO plan SELECT ?, row_number() OVER (), key, 's', 'n' FROM cells"
        " WHERE key <> ?", (run, cell.key),
    )  # fmt: skip
    database.commit()
    database.close()
    started = time.process_time()  # a busy machine does not count
    with Results(path) as results:
        assert not results.missing(run)
    assert time.process_time() - started < 4


def test_a_copy_in_a_closed_folder_can_be_read(tmp_path: Path) -> None:
    filled(tmp_path / "results.sqlite", cells(1))
    closed = tmp_path / "closed"
    closed.mkdir()
    shutil.copy(tmp_path / "results.sqlite", closed)
    closed.chmod(0o555)
    try:
        with Results(closed / "results.sqlite") as results:
            assert results.run().seconds == 2.0
    finally:
        closed.chmod(0o755)
