"""Whole comparisons on toy systems: the summary's contract, caching, kills, failures, locks."""

import contextlib
import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import toy_systems
from toy_runs import SYSTEMS, settings, summary
from toy_skills import write_skills
from waiting import until

from data_cards.errors import SkillwiseError
from evaluation.cli import main
from evaluation.driver import compare as comparing
from evaluation.driver.compare import compare
from evaluation.planning.plan import plan
from evaluation.results.folder import owned


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("finished")
    compare(plan(settings(base, shots=(2, None), seeds=2)), base / "runs" / "a", jobs=1)
    return base


def test_the_contract(finished: Path) -> None:
    content = json.loads((finished / "runs/a/summary.json").read_text("utf-8"))
    assert content["schema"] == 1
    assert {"commit", "settings_digest", "seconds", "cells", "comparisons"} <= content.keys()
    assert len(content["cells"]) == 3 * 2 * 2 * 2
    for cell in content["cells"]:
        assert {
            "skill", "locale", "system", "seed", "shots", "n_train", "n_test", "intent_accuracy",
            "slot_f1", "frame_accuracy", "semer", "train_seconds", "predict_ms", "model_bytes",
        } <= cell.keys()  # fmt: skip
        assert cell["n_train"] == (4 if cell["shots"] == 2 else 6)
        assert cell["n_test"] == 7
    rows = content["comparisons"]
    assert {(r["metric"], r["shots"], r["locale"]) for r in rows} == {
        (metric, shots, locale)
        for metric in ("frame_accuracy", "intent_accuracy", "slot_f1", "semer")
        for shots in (2, None)
        for locale in (None, "en-US", "en-GB")
    }
    for row in rows:
        assert {
            "baseline", "candidate", "metric", "shots", "locale", "skills", "points",
            "relative_gain", "relative_error_reduction", "ci_low", "ci_high", "wins", "ties",
            "losses",
        } <= row.keys()  # fmt: skip
        assert row["skills"] == row["wins"] + row["ties"] + row["losses"]


def test_the_headline_is_the_ratio_of_means(finished: Path) -> None:
    content = json.loads((finished / "runs/a/summary.json").read_text("utf-8"))

    def mean(system: str) -> float:
        own = [c for c in content["cells"] if c["system"] == system and c["shots"] is None]
        skills = sorted({(c["skill"], c["locale"]) for c in own})
        each = [
            [c["frame_accuracy"] for c in own if (c["skill"], c["locale"]) == s] for s in skills
        ]
        return sum(sum(v) / len(v) for v in each) / len(skills)

    (row,) = [
        r
        for r in content["comparisons"]
        if (r["metric"], r["shots"], r["locale"]) == ("frame_accuracy", None, None)
    ]
    before, after = (mean(name) for name in SYSTEMS)
    assert row["relative_gain"] == pytest.approx(after / before - 1)
    assert row["points"] == pytest.approx(after - before)
    assert row["relative_error_reduction"] == pytest.approx((after - before) / (1 - before))
    assert row["ci_low"] <= row["relative_gain"] <= row["ci_high"]


def test_semer_wins_are_by_goodness(finished: Path) -> None:
    content = json.loads((finished / "runs/a/summary.json").read_text("utf-8"))
    (row,) = [
        r
        for r in content["comparisons"]
        if (r["metric"], r["shots"], r["locale"]) == ("semer", None, None)
    ]
    assert row["points"] < 0 < row["relative_error_reduction"]
    assert row["wins"] == 3


def test_a_second_call_computes_nothing(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("a finished cell was computed again")

    monkeypatch.setattr(comparing, "compute_missing", refuse)
    again = plan(settings(finished, shots=(2, None), seeds=2))
    before = summary(finished / "runs/a")
    compare(again, finished / "runs/a")
    assert summary(finished / "runs/a") == before
    compare(again, finished / "runs/b")  # another folder beside it takes the cells over
    assert summary(finished / "runs/b") == before


def test_a_part_of_a_run_is_a_run_of_its_own(finished: Path) -> None:
    part = plan(settings(finished, shots=(None,), skills="music@*"))
    compare(part, finished / "runs/a")
    assert {c["skill"] for c in summary(finished / "runs/a")["cells"]} == {"music"}
    compare(plan(settings(finished, shots=(2, None), seeds=2)), finished / "runs/a")
    assert len(summary(finished / "runs/a")["cells"]) == 24


def test_same_seed_same_numbers_twice(tmp_path: Path) -> None:
    for name in ("one", "two"):
        compare(plan(settings(tmp_path, seeds=3)), tmp_path / name / "run", jobs=2)
    assert summary(tmp_path / "one/run") == summary(tmp_path / "two/run")


def test_a_damaged_neighbour_costs_time_and_no_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = plan(settings(tmp_path))
    compare(wanted, tmp_path / "runs/a", jobs=1)
    before = summary(tmp_path / "runs/a")
    path = tmp_path / "runs/a/results.sqlite"
    path.write_bytes(path.read_bytes()[:9000])
    compare(wanted, tmp_path / "runs/b", jobs=1)
    assert "neighbour" in capsys.readouterr().err
    assert summary(tmp_path / "runs/b") == before
    with pytest.raises(SkillwiseError, match="damaged"):
        compare(wanted, tmp_path / "runs/a", jobs=1)


def test_a_bug_in_one_cell_fails_it_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_skills(tmp_path / "toys")
    folder = tmp_path / "runs/a"
    systems = "toy_systems:Majority,toy_systems:Buggy"
    with pytest.raises(SystemExit) as ended:
        main(["compare", "--data", str(tmp_path / "toys"), "--systems", systems,
              "--jobs", "1", "--out", str(folder)])  # fmt: skip
    assert ended.value.code == 1
    assert "toys/music@en-US toy_systems:Buggy shots all seed 0 failed" in capsys.readouterr().err
    content = summary(folder)
    assert len(content["cells"]) == 5
    (failure,) = content["failures"]
    assert "planted bug" in failure["traceback"]
    assert "planted bug" in (folder / "report.md").read_text("utf-8")
    (row,) = [
        r for r in content["comparisons"] if r["metric"] == "frame_accuracy" and r["locale"] is None
    ]
    assert row["skills"] == 2  # the failed one stands in no mean


def test_a_user_error_in_a_cell_stops_the_run(tmp_path: Path) -> None:
    wanted = plan(settings(tmp_path, ("toy_systems:Majority", "toy_systems:Refusing")))
    with pytest.raises(SkillwiseError, match="music.*Refusing.*planted fault"):
        compare(wanted, tmp_path / "runs/a", jobs=1)
    assert not (tmp_path / "runs/a/summary.json").exists()


def test_two_runs_in_one_folder(tmp_path: Path) -> None:
    wanted = plan(settings(tmp_path))
    with owned(tmp_path / "run"), pytest.raises(SkillwiseError, match="another run"):
        compare(wanted, tmp_path / "run")
    compare(wanted, tmp_path / "run", jobs=1)


def command(tmp_path: Path, out: Path) -> list[str]:
    systems = "toy_systems:SlowDice,toy_systems:Memory"
    return [
        sys.executable, "-c", "from evaluation.cli import main; main()", "compare",
        "--data", str(tmp_path / "toys"), "--systems", systems, "--seeds", "6", "--jobs", "2",
        "--out", str(out),
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc of Linux")
def test_workers_end_with_their_driver(tmp_path: Path) -> None:
    """Nobody else would end them: a killed driver cannot."""
    write_skills(tmp_path / "toys")
    mark = f"SKILLWISE_TEST_MARK={tmp_path}".encode()

    def marked() -> int:
        count = 0
        for path in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                count += mark in path.read_bytes().split(b"\0")
        return count

    where = {
        "PYTHONPATH": str(Path(toy_systems.__file__).parent), "PATH": "/usr/bin:/bin",
        "SKILLWISE_TEST_MARK": str(tmp_path),
    }  # fmt: skip
    process = subprocess.Popen(
        command(tmp_path, tmp_path / "run"), env=where, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    while not process.stderr.readline().startswith("cells "):
        pass  # what comes before: what the run will do; then a cell is finished, workers are there
    assert marked() >= 3
    process.kill()
    process.wait()
    process.stderr.close()
    until(lambda: not marked())


@pytest.mark.slow
def test_killed_at_any_point_and_started_again(tmp_path: Path) -> None:
    write_skills(tmp_path / "toys")
    where = {"PYTHONPATH": str(Path(toy_systems.__file__).parent), "PATH": "/usr/bin:/bin"}
    alone = tmp_path / "alone/run"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": where}
    subprocess.run(command(tmp_path, alone), check=True, timeout=120, **quiet)
    dice = random.Random(7)
    killed = tmp_path / "killed/run"
    kills = 0
    for _ in range(5):  # of 36 cells: at most 30 are told before the last kill
        process = subprocess.Popen(
            command(tmp_path, killed), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=where
        )
        assert process.stderr is not None
        for _ in range(dice.randrange(7)):  # a line for each finished cell
            process.stderr.readline()
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL  # else it was done before the signal came
        process.stderr.close()
    subprocess.run(command(tmp_path, killed), check=True, timeout=120, **quiet)
    assert kills
    assert summary(killed) == summary(alone)
    assert not list(killed.glob(".*.tmp"))
