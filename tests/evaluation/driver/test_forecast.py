"""What a run says before it starts, held against what it then does."""

from dataclasses import replace
from pathlib import Path

import pytest
from toy_runs import settings

from evaluation.driver.compare import compare
from evaluation.driver.forecast import Forecast, describe, forecast
from evaluation.planning.plan import plan

ALL = Forecast(12, 5, 2, 2, 300.0, (), 4_000_000, 2 * 10**9)


def test_a_first_run_knows_no_time(tmp_path: Path) -> None:
    found = forecast(plan(settings(tmp_path)), tmp_path / "runs" / "a", jobs=1)
    assert (found.cells, found.finished, found.sources) == (6, 0, 0)
    assert found.seconds is None
    assert found.unknown == ("toy_systems:Dice", "toy_systems:Memory")
    assert found.disk > 0
    assert not (tmp_path / "runs").exists(), "a forecast writes nothing"


def test_cells_of_this_folder_and_of_its_neighbours_count(tmp_path: Path) -> None:
    compare(plan(settings(tmp_path, ("toy_systems:Memory",))), tmp_path / "runs" / "a", jobs=1)
    both = plan(settings(tmp_path))
    for folder in ("a", "b"):
        found = forecast(both, tmp_path / "runs" / folder, jobs=1)
        assert (found.cells, found.finished) == (6, 3)
        assert found.unknown == ("toy_systems:Dice",)
        assert found.seconds is not None and found.seconds > 0
    compare(both, tmp_path / "runs" / "b", jobs=1)
    done = forecast(both, tmp_path / "runs" / "c", jobs=1)
    assert (done.finished, done.unknown, done.seconds) == (6, (), 0.0)


def test_more_workers_take_less_time(tmp_path: Path) -> None:
    compare(plan(settings(tmp_path, seeds=1)), tmp_path / "runs" / "a", jobs=1)
    wanted = plan(settings(tmp_path, seeds=3))
    one, three = (forecast(wanted, tmp_path / "runs" / "b", jobs=jobs) for jobs in (1, 3))
    assert one.seconds is not None and three.seconds is not None
    assert three.seconds == pytest.approx(one.seconds / 3)


def test_a_damaged_neighbour_stops_no_forecast(tmp_path: Path) -> None:
    beside = tmp_path / "runs" / "broken"
    beside.mkdir(parents=True)
    (beside / "results.sqlite").write_bytes(b"SQLite format 3\0 and no more")
    assert forecast(plan(settings(tmp_path)), tmp_path / "runs" / "a", jobs=1).finished == 0


def test_the_sentence_tells_each_fact() -> None:
    assert describe(ALL) == (
        "this run has 12 cells, 5 of them finished before; 2 source models are trained first, for "
        "transfer; it takes about 5 minutes on 2 workers, as cells here took; it needs about "
        "4.0 MB of disk, 2.0 GB are free"
    )
    assert describe(replace(ALL, finished=12, sources=0)) == (
        "this run has 12 cells, 12 of them finished before"
    )
    unknown = describe(replace(ALL, seconds=None, unknown=("dnn",)))
    assert "no time is known of dnn, since none was finished here yet" in unknown
    assert "about 5 minutes" not in unknown
