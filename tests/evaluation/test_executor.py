"""Workers that answer, fail, die: every cell comes back once."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import pytest
from toy_skills import music, shopping

from evaluation.cells import Cell, Outcome, run_cell
from evaluation.executor import WORKER_ENVIRONMENT, process_pool, run_cells, worker_environment
from evaluation.packed import pack
from evaluation.systems import system_specs


def cells(system: str, seeds: int = 2) -> list[Cell]:
    (spec,) = system_specs([system])
    skills = [pack(s, "toys") for s in (music(), shopping())]
    return [Cell(skill, spec, seed, None, "s", "c") for skill in skills for seed in range(seeds)]


def outcomes(wanted: list[Cell]) -> dict[str, Outcome]:
    with worker_environment():
        found = list(run_cells(wanted, lambda: process_pool(2), 3))
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


def test_a_dying_worker_fails_its_own_cells_only() -> None:
    wanted = cells("toy_systems:Dying")
    found = outcomes(wanted)
    for cell in wanted:
        outcome = found[cell.key]
        if cell.skill.name == "music":
            assert outcome.measurement is None
            assert "worker process died" in outcome.traceback
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

    for _ in run_cells(source(), lambda: ThreadPoolExecutor(2), 4):
        done += 1
    assert done == 40


def test_a_failing_transport_is_a_failed_cell() -> None:
    class Lossy(Executor):
        def submit(self, function: Callable[..., Outcome], /, *args: object) -> Future[Outcome]:
            future: Future[Outcome] = Future()
            future.set_exception(RuntimeError("scheduler gave up"))
            return future

    found = list(run_cells(cells("toy_systems:Majority", 1), Lossy, 2))
    assert [o.traceback for o in found] == ["RuntimeError: scheduler gave up"] * 2


def test_a_worker_computes_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with worker_environment(), process_pool(1) as pool:
        assert pool.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ
    assert set(WORKER_ENVIRONMENT) >= {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}


def test_errors_come_back_as_outcomes() -> None:
    (refused, *_) = (run_cell(c) for c in cells("toy_systems:Refusing", 1))
    assert refused.error is not None and "planted fault" in str(refused.error)
    (malformed, *_) = (run_cell(c) for c in cells("toy_systems:Malformed", 1))
    assert "spans [0, 99)" in malformed.traceback


def test_systems_see_no_gold() -> None:
    for cell in cells("toy_systems:Spy"):
        assert run_cell(cell).measurement is not None
