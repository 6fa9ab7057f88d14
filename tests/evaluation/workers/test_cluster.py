"""A Dask cluster on loopback: the same numbers, once-sent skills, lost workers, refusals."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from dask_here import Here, cluster
from toy_runs import settings, summary

from data_cards.errors import SkillwiseError
from evaluation.driver.compare import compare
from evaluation.planning.cell import Cell, Outcome
from evaluation.planning.plan import plan
from evaluation.results.writer import Recorder
from evaluation.workers.cluster import Cluster
from evaluation.workers.dispatch import run_cells
from evaluation.workers.pool import Limits

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def here() -> Iterator[Here]:
    with cluster(2) as running:
        yield running


def pids(address: str) -> list[int]:
    """The Dask workers' processes."""
    with distributed.Client(address, set_as_default=False) as client:
        return list(client.run(os.getpid).values())


def test_the_numbers_are_those_of_this_machine(tmp_path: Path, here: Here) -> None:
    wanted = plan(settings(tmp_path, seeds=3))
    compare(wanted, tmp_path / "one/run", jobs=1)
    compare(wanted, tmp_path / "two/run", cluster=here.address)
    assert summary(tmp_path / "one/run") == summary(tmp_path / "two/run")


def test_a_cell_that_hangs_or_dies_fails_by_name(tmp_path: Path, here: Here) -> None:
    systems = ("toy_systems:Majority", "toy_systems:Dying", "toy_systems:Hanging")
    run = compare(
        plan(settings(tmp_path, systems)), tmp_path / "runs/a", cluster=here.address,
        limits=Limits(seconds=8),
    )  # fmt: skip
    assert len(run.cells) == 7
    dying, hanging = run.failures
    assert "music" in dying.name and "its worker process died of SIGKILL" in dying.traceback
    assert "music" in hanging.name and "longer than 8 seconds" in hanging.traceback
    assert "about to hang" in (tmp_path / "runs/a/report.md").read_text("utf-8")


def test_lost_workers_change_no_number(tmp_path: Path, here: Here) -> None:
    wanted = plan(settings(tmp_path, ("toy_systems:SlowDice", "toy_systems:Memory"), seeds=48))
    compare(wanted, tmp_path / "one/run", jobs=1)
    done, killed = threading.Event(), []

    def kill() -> None:
        while len(killed) < 4 and not done.wait(0.2):
            with contextlib.suppress(OSError, TimeoutError, IndexError):  # none is up just now
                victim = pids(here.address)[0]
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        compare(wanted, tmp_path / "two/run", cluster=here.address)
    finally:
        done.set()
        killer.join()
    assert killed
    assert summary(tmp_path / "one/run") == summary(tmp_path / "two/run")


def test_other_code_on_a_worker_is_refused(tmp_path: Path, here: Here) -> None:
    cells = [replace(cell, code_digest="other") for cell in plan(settings(tmp_path))]
    there = Cluster(here.address)
    (outcome,) = run_cells(cells[:1], there, lambda: 1)
    there.shutdown()
    assert outcome.error is not None
    assert "other code or libraries than the driver" in str(outcome.error)


def test_no_scheduler() -> None:
    import dask

    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(SkillwiseError, match="no scheduler answers"),
    ):
        Cluster("tcp://127.0.0.1:9")
    with pytest.raises(SkillwiseError, match="--cluster nonsense://x: no scheduler answers"):
        Cluster("nonsense://x")


def test_a_scheduler_that_goes_ends_the_run_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = plan(settings(tmp_path, seeds=8))
    add = Recorder.add
    with cluster(1) as going:
        done = 0

        def record_some(*arguments: object) -> None:
            nonlocal done
            add(*arguments)
            done += 1
            if done == 5:
                going.kill_scheduler()

        monkeypatch.setattr(Recorder, "add", record_some)
        with pytest.raises(SkillwiseError, match="the scheduler is gone; .* goes on where"):
            compare(wanted, tmp_path / "runs/a", cluster=going.address)
    assert done < len(wanted)
    monkeypatch.setattr(Recorder, "add", add)
    compare(wanted, tmp_path / "runs/a", jobs=1)
    compare(wanted, tmp_path / "alone/run", jobs=1)
    assert summary(tmp_path / "runs/a") == summary(tmp_path / "alone/run")


def test_a_cell_says_which_store_a_machine_lacks(tmp_path: Path, here: Here) -> None:
    from evaluation.planning.vectors import Vectors

    def lacking() -> Iterator[Cell]:
        for cell in plan(settings(tmp_path)):
            yield replace(cell, vectors=Vectors(tmp_path / "nowhere", "d" * 64))

    there = Cluster(here.address)
    found: list[Outcome] = list(run_cells(lacking(), there, lambda: 2))
    there.shutdown()
    assert all("has no vector store dddddddddddd at" in str(o.error) for o in found)
