"""A results file is closed clean: nothing of SQLite's own is left beside it, whoever read it."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from toy_nights import command as night
from toy_runs import cells, filled, settings

from evaluation.ablation.run import ablate
from evaluation.ablation.settings import read
from evaluation.cli import main
from evaluation.driver.compare import compare
from evaluation.driver.merge import merge
from evaluation.planning.plan import plan
from evaluation.results.reader import FILE, Results
from evaluation.results.writer import Recorder


def left(folder: Path) -> list[str]:
    """What SQLite left anywhere in a folder."""
    return sorted(
        str(path.relative_to(folder))
        for end in ("wal", "shm", "journal")
        for path in folder.rglob(f"*-{end}")
    )


def ended(argv: list[str]) -> int:
    with pytest.raises(SystemExit) as found:
        main(argv)
    assert isinstance(found.value.code, int)
    return found.value.code


def test_after_compare_and_every_way_of_reading(tmp_path: Path) -> None:
    for name in ("a", "b"):  # the second takes the cells of the first
        compare(plan(settings(tmp_path)), tmp_path / "runs" / name, jobs=1)
        assert not left(tmp_path)
    run = str(tmp_path / "runs" / "a")
    for argv in (
        ["report", run],
        ["results", "--run", run],
        ["results", "export", "--run", run, "--parquet", str(tmp_path / "tables")],
        ["claims", "--run", run],
    ):
        assert ended(argv) == 0
        assert not left(tmp_path), argv
    merge([tmp_path / "runs" / "a", tmp_path / "runs" / "b"], tmp_path / "all")
    assert not left(tmp_path)


def test_after_nights(tmp_path: Path) -> None:
    assert night(tmp_path, "--accept") == 0
    assert night(tmp_path) == 0
    assert not left(tmp_path)


def test_after_an_ablation(tmp_path: Path) -> None:
    asked = settings(tmp_path)
    path = tmp_path / "toys.toml"
    path.write_text(
        f'[base]\nsystem = "toy_systems:Memory"\ndata = ["{asked.data[0]}"]\n\n'
        '[[change]]\nname = "dice"\nsystem = "toy_systems:Dice"\n'
    )
    ablate(read(path), tmp_path / "ablated", jobs=1)
    assert not left(tmp_path)


def test_a_reader_leaves_a_writers_log_alone(tmp_path: Path) -> None:
    path, wanted = tmp_path / FILE, cells(1)
    run = filled(path, wanted)
    with Recorder(path) as recorder:
        recorder.begin({"shots": [None]}, "other", None, wanted, 2.0)
        log = path.with_name(f"{FILE}-wal")
        size = log.stat().st_size
        assert size
        with Results(path) as results:
            assert len(list(results.cells(run))) == 2
        assert log.stat().st_size == size
        assert recorder.last_run() != run
    assert not left(tmp_path)


def test_a_log_that_a_reader_left_before_goes_too(tmp_path: Path) -> None:
    path = tmp_path / FILE
    filled(path, cells(1))
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    database.execute("SELECT count(*) FROM cells").fetchone()
    database.close()
    assert left(tmp_path)
    Results(path).close()
    assert not left(tmp_path)


def test_a_folder_that_cannot_be_written_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path / FILE, cells(1))
    closed = tmp_path / "closed"
    closed.mkdir()
    shutil.copy(tmp_path / FILE, closed)
    closed.chmod(0o555)
    allowed = os.access
    monkeypatch.setattr(  # a superuser may write anywhere
        os, "access", lambda path, mode: Path(path) != closed and allowed(path, mode)
    )
    try:
        with Results(closed / FILE) as results:
            assert results.run().seconds == 2.0
            assert not left(closed)
        assert [path.name for path in closed.iterdir()] == [FILE]
    finally:
        closed.chmod(0o755)
