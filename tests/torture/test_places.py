"""Places that refuse: a full disk, a read-only one, a clock that jumps, a folder in use."""

import contextlib
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pretrain_toys
import pytest
from toy_skills import write_skills
from victims import SYSTEMS, scores

from evaluation.cli import main
from evaluation.driver.compare import compare
from evaluation.planning.plan import CompareSettings, Plan, plan
from evaluation.results.reader import FILE, Results
from evaluation.results.writer import Recorder

pytestmark = pytest.mark.slow


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of three megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"no file system may be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def read_only(folder: Path, on: bool = True) -> None:
    mode = "remount,ro" if on else "remount,rw"
    subprocess.run(["mount", "-o", mode, str(folder)], check=True)


def filled(folder: Path, left: int) -> Path:
    """A file that leaves so many bytes of the file system."""
    path = folder / "filler"
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    with path.open("r+b") as file:
        file.truncate(max(0, path.stat().st_size - left))
    return path


def planned(tmp_path: Path, seeds: int = 3) -> Plan:
    toys = tmp_path / "toys"
    if not toys.exists():
        write_skills(toys)
    return plan(CompareSettings(suites=(), data=(toys,), systems=SYSTEMS, seeds=seeds))


def arguments(tmp_path: Path, out: Path) -> list[str]:
    planned(tmp_path)
    return ["compare", "--data", str(tmp_path / "toys"), "--systems", ",".join(SYSTEMS),
            "--seeds", "3", "--jobs", "1", "--out", str(out)]  # fmt: skip


def refused(argv: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line with which a command refuses."""
    with pytest.raises(SystemExit) as ended:
        main(argv)
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("skillwise:")]
    assert ended.value.code == 2
    assert len(said) == 1
    return said[0]


@pytest.mark.parametrize("left", [0, 8_192, 90_112, 131_072, 200_704, 262_144])
def test_a_full_disk_ends_a_run_with_a_line_and_loses_nothing(
    tmp_path: Path, small: Path, left: int, capsys: pytest.CaptureFixture[str]
) -> None:
    filler = filled(small, left)
    line = refused(arguments(tmp_path, small / "run"), capsys)
    assert "cannot be written" in line
    filler.unlink()
    compare(planned(tmp_path), small / "run", jobs=1)
    compare(planned(tmp_path), tmp_path / "alone/run", jobs=1)
    assert scores(small / "run") == scores(tmp_path / "alone/run")
    assert not list(small.rglob("*.tmp*"))


def test_a_full_disk_and_the_report(
    tmp_path: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compare(planned(tmp_path), small / "run", jobs=1)
    before = (small / "run/report.html").read_bytes()
    filler = filled(small, 20_000)
    assert "cannot be written" in refused(["report", str(small / "run")], capsys)
    assert (small / "run/report.html").read_bytes() == before
    filler.unlink()
    main_ok(["report", str(small / "run")])


def test_a_full_disk_and_the_vectors(
    tmp_path: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = pretrain_toys.write_text(tmp_path / "a.txt")
    small_model = ["--set", "width=16", "--set", "heads=2", "--set", "min_count=1"]
    argv = ["pretrain", "--text", str(text), "--steps", "3", *small_model, "--resume"]
    argv += ["--stop-list", "none"]
    argv += ["--out", str(small / "store")]
    filler = filled(small, 40_000)
    refused(argv, capsys)
    assert not (small / "store/vectors.safetensors").exists()
    filler.unlink()
    main_ok(argv)


def main_ok(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 0


def test_a_read_only_folder(
    tmp_path: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compare(planned(tmp_path), small / "run", jobs=1)
    read_only(small)
    try:
        run = str(small / "run")
        assert "cannot be written" in refused(arguments(tmp_path, small / "run"), capsys)
        assert "cannot be written" in refused(arguments(tmp_path, small / "new"), capsys)
        assert "cannot be written" in refused(["report", run], capsys)
        refused(["results", "export", "--run", run, "--parquet", f"{run}/tables"], capsys)
        refused(["results", "merge", run, run, "--out", str(small / "all")], capsys)
        main_ok(["results", "--run", run, "--sql", "SELECT count(*) FROM cells"])
        assert "18" in capsys.readouterr().out
    finally:
        read_only(small, on=False)


def test_a_clock_that_jumps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last run is the one that began last, whatever the clock said."""
    compare(planned(tmp_path, seeds=1), tmp_path / "alone/run", jobs=1)
    jumps = itertools.cycle((2e9, -5.0, 86_400.0, 0.0))
    monkeypatch.setattr(time, "time", lambda: next(jumps))
    for seeds in (3, 2, 1):
        compare(planned(tmp_path, seeds), tmp_path / "jumpy/run", jobs=1)
        with Results(tmp_path / "jumpy/run" / FILE) as results:
            run = results.run()
        assert run.settings["seeds"] == seeds
        assert run.seconds >= 0
    assert scores(tmp_path / "jumpy/run") == scores(tmp_path / "alone/run")


def test_two_runs_in_one_folder_at_once(tmp_path: Path) -> None:
    argv = arguments(tmp_path, tmp_path / "run")
    code = "import sys; from evaluation.cli import main; main(sys.argv[1:])"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, *argv], text=True, stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL, env={"PYTHONPATH": ":".join(sys.path)},
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [process.communicate(timeout=200)[1] for process in both]
    codes = [process.returncode for process in both]
    assert 0 in codes
    for code, text in zip(codes, said, strict=True):
        assert code == 0 or (code == 2 and "another run is at work" in text)
    assert len(json.loads((tmp_path / "run/summary.json").read_text("utf-8"))["cells"]) == 18


def test_cells_that_die_hang_and_want_too_much_fail_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(tmp_path)
    systems = [f"toy_systems:{name}" for name in ("Majority", "Dying", "Hanging", "Greedy")]
    with pytest.raises(SystemExit) as ended:
        main(["compare", "--data", str(tmp_path / "toys"), "--systems", ",".join(systems),
              "--jobs", "2", "--cell-seconds", "15", "--cell-memory", "512",
              "--out", str(tmp_path / "run")])  # fmt: skip
    assert ended.value.code == 1
    content = scores(tmp_path / "run")
    assert len(content["cells"]) == 3 * 4 - 3
    reasons = {f["cell"].split()[1].partition(":")[2]: f["traceback"] for f in content["failures"]}
    assert "died of SIGKILL" in reasons["Dying"]
    assert "longer than 15 seconds" in reasons["Hanging"]
    assert "MemoryError" in reasons["Greedy"]


def test_only_the_driver_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error while a cell is recorded ends the run; all cells before it are there."""
    add, done = Recorder.add, 0

    def fail_at_five(*given: object) -> None:
        nonlocal done
        if done == 5:
            raise OSError("planted")
        add(*given)
        done += 1

    monkeypatch.setattr(Recorder, "add", fail_at_five)
    with pytest.raises(OSError, match="planted"):
        compare(planned(tmp_path), tmp_path / "run", jobs=1)
    with Results(tmp_path / "run" / FILE) as results:
        assert len(list(results.cells(results.last_run()))) == 5
