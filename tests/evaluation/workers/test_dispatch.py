"""Workers that answer, fail, die, hang: every cell comes back once."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from toy_skills import music, shopping
from waiting import ended, mark_and_hang, until

from evaluation.planning.cell import Cell, Outcome, run_cell
from evaluation.planning.skill_block import pack
from evaluation.planning.systems import system_specs
from evaluation.workers import dispatch as executor
from evaluation.workers.dispatch import run_cells
from evaluation.workers.pool import ENVIRONMENT, Limits, Pool, WorkerDied


def cells(system: str, seeds: int = 2) -> list[Cell]:
    (spec,) = system_specs([system])
    skills = [pack(s, "toys") for s in (music(), shopping())]
    return [Cell(skill, spec, seed, None, "s", "c") for skill in skills for seed in range(seeds)]


def outcomes(wanted: list[Cell], limits: Limits | None = None) -> dict[str, Outcome]:
    with Pool(2, limits) as pool:
        found = list(run_cells(wanted, pool, lambda: 3))
    assert len(found) == len(wanted)
    return {outcome.key: outcome for outcome in found}


def test_processes_give_what_this_process_gives() -> None:
    wanted = cells("toy_systems:Dice")
    found = outcomes(wanted)
    for cell in wanted:
        there, here = found[cell.key].measurement, run_cell(cell).measurement
        assert there is not None and here is not None
        assert there.predictions == here.predictions
        assert there.scores == here.scores
        assert there.model_bytes == here.model_bytes > 0


@pytest.mark.slow
def test_a_dying_worker_fails_its_own_cells_only() -> None:
    wanted = cells("toy_systems:Dying")
    found = outcomes(wanted)
    for cell in wanted:
        outcome = found[cell.key]
        if cell.skill.name == "music":
            assert outcome.measurement is None
            assert "its worker process died of SIGKILL" in outcome.traceback
            assert outcome.traceback.endswith(f"{executor.ATTEMPTS} times")
        else:
            assert outcome.measurement is not None


def test_the_window_bounds_what_is_under_way() -> None:
    taken = done = 0

    def source() -> Iterator[Cell]:
        nonlocal taken
        for cell in cells("toy_systems:Majority", 20):
            taken += 1
            assert taken - done <= 4
            yield cell

    for _ in run_cells(source(), ThreadPoolExecutor(2), lambda: 4):
        done += 1
    assert done == 40


def test_a_failing_transport_is_a_failed_cell() -> None:
    class Lossy(Executor):
        def submit(self, function: Callable[..., Outcome], /, *args: object) -> Future[Outcome]:
            future: Future[Outcome] = Future()
            future.set_exception(RuntimeError("scheduler gave up"))
            return future

    found = list(run_cells(cells("toy_systems:Majority", 1), Lossy(), lambda: 2))
    assert [o.traceback for o in found] == ["RuntimeError: scheduler gave up"] * 2


def test_a_worker_computes_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    with Pool(1) as pool:
        assert pool.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert set(ENVIRONMENT) >= {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}


@pytest.mark.slow
def test_a_hanging_worker_fails_its_own_cells_only() -> None:
    wanted = cells("toy_systems:Hanging", 1)
    found = outcomes(wanted, Limits(seconds=10))
    for cell in wanted:
        outcome = found[cell.key]
        if cell.skill.name == "music":
            assert "stopped: it took longer than 10 seconds" in outcome.traceback
            assert "about to hang" in outcome.traceback  # what it wrote until then
        else:
            assert outcome.measurement is not None


@pytest.mark.slow
def test_a_cell_beyond_its_memory_fails_and_its_worker_lives() -> None:
    wanted = cells("toy_systems:Greedy", 1)
    found = outcomes(wanted, Limits(memory_mb=512))
    for cell in wanted:
        outcome = found[cell.key]
        if cell.skill.name == "music":
            assert "MemoryError" in outcome.traceback
        else:
            assert outcome.measurement is not None
    assert all(o.measurement is not None for o in outcomes(wanted).values())


def test_a_limit_of_one_call_is_not_the_next_ones() -> None:
    with Pool(1) as pool:
        want = "len(bytearray(2**28))"
        with pytest.raises(MemoryError):
            pool.put(Limits(memory_mb=200), eval, want).result()
        assert pool.put(Limits(), eval, want).result() == 2**28


def test_an_idle_worker_that_died_is_replaced() -> None:
    with Pool(1) as pool:
        first = pool.submit(os.getpid).result()
        os.kill(first, signal.SIGKILL)
        ended(first)
        assert pool.submit(os.getpid).result() != first


def test_a_killed_pool_ends_calls_and_processes(tmp_path: Path) -> None:
    pool = Pool(2)
    number = pool.submit(os.getpid).result()
    marks = [tmp_path / str(number) for number in range(3)]
    calls = [pool.submit(mark_and_hang, mark) for mark in marks]
    until(lambda: marks[0].exists() and marks[1].exists())
    pool.kill()
    with pytest.raises(WorkerDied):
        calls[0].result(5)
    assert calls[2].cancelled()
    assert not Path(f"/proc/{number}").exists()


def test_what_cannot_cross_is_an_error_of_its_call() -> None:
    with Pool(1) as pool:
        with pytest.raises(Exception, match="pickle"):
            pool.submit(lambda: 1).result()
        with pytest.raises(RuntimeError, match="pickle"):
            pool.submit(eval, "(i for i in ())").result()
        assert pool.submit(abs, -1).result() == 1


def test_a_skill_goes_to_a_worker_once() -> None:
    """Its block is sent with the skill's first cell, and again to a worker that asks for it."""
    sent: list[tuple[str, bool]] = []

    class Watched(Pool):
        def submit(self, function: Callable[..., Outcome], /, *args: Cell) -> Future[Outcome]:
            sent.append((args[0].skill.digest, bool(args[0].skill.block)))
            return super().submit(function, *args)

    wanted = cells("toy_systems:Majority", 10)
    with Watched(1) as pool:
        assert len(list(run_cells(wanted, pool, lambda: 3))) == 20
    assert [whole for _, whole in sent].count(True) == 2
    sent.clear()
    with Watched(1) as pool:
        for outcome in run_cells(wanted[:3], pool, lambda: 1):
            assert outcome.measurement is not None
            worker = pool.put(Limits(), os.getpid).result()
            os.kill(worker, signal.SIGKILL)  # so that every cell meets a new one
            ended(worker)
    assert [whole for _, whole in sent] == [True, False, True, False, True]


def test_errors_come_back_as_outcomes() -> None:
    (refused, *_) = (run_cell(c) for c in cells("toy_systems:Refusing", 1))
    assert refused.error is not None and "planted fault" in str(refused.error)
    (malformed, *_) = (run_cell(c) for c in cells("toy_systems:Malformed", 1))
    assert "spans [0, 99)" in malformed.traceback


def test_systems_see_no_gold() -> None:
    for cell in cells("toy_systems:Spy"):
        assert run_cell(cell).measurement is not None
