"""Novelty is noted by whoever has the drawn skill: the worker, the neighbour's file, the driver."""

import sqlite3
from pathlib import Path

import pytest
from toy_runs import settings

from evaluation.driver import compare as driver
from evaluation.driver import novelty as noting_driver
from evaluation.driver.compare import compare
from evaluation.driver.novelty import note_the_rest, with_notings
from evaluation.planning.cell import Cell, run_cell
from evaluation.planning.novelty import draw_key
from evaluation.planning.plan import Plan, plan
from evaluation.planning.skill_block import unpack
from evaluation.planning.vectors import Vectors
from evaluation.results.reader import FILE, Results
from evaluation.results.writer import Recorder
from pretrain.store.vector_store import default_store, digest

SHOTS = (2, None)


def draws(wanted: Plan) -> set[str]:
    return {
        draw_key(c.skill.digest, c.shots, c.seed, wanted.vectors[c.skill.language].digest)
        for c in wanted.cells()
    }


@pytest.fixture
def wanted(tmp_path: Path) -> Plan:
    store = default_store("en")
    assert store is not None
    return plan(settings(tmp_path, seeds=2, shots=SHOTS, vectors=(store,)))


def forbid(*_: object) -> None:
    raise AssertionError("the driver decoded a skill for what a worker should have noted")


def notes(folder: Path) -> dict[str, tuple[bytes, str]]:
    database = sqlite3.connect(folder / FILE)
    found = {draw: (block, check) for draw, block, check in database.execute(
        "SELECT draw, utterances, utterances_sum FROM novelty")}  # fmt: skip
    database.close()
    return found


def test_the_first_cell_of_each_draw_notes_it(wanted: Plan) -> None:
    cells = list(with_notings(wanted.cells(), wanted.vectors, set()))
    assert [c.key for c in cells] == [c.key for c in wanted.cells()]  # no number depends on it
    noting = [c for c in cells if c.noting is not None]
    assert {c.noting.draw for c in noting if c.noting} == draws(wanted)
    assert len(noting) == len(draws(wanted)) == 3 * (2 + 1)  # all utterances are one draw
    known = {c.noting.draw for c in noting if c.noting}
    assert not any(c.noting for c in with_notings(wanted.cells(), wanted.vectors, known))


def test_a_cell_that_notes_nothing_sends_nothing(wanted: Plan) -> None:
    first, *_ = with_notings(wanted.cells(), wanted.vectors, set())
    assert run_cell(first).novelty is not None
    (plain, *_) = wanted.cells()
    assert run_cell(plain).novelty is None


def test_the_workers_note_all_of_a_run(
    wanted: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noting_driver, "noted", forbid)
    compare(wanted, tmp_path / "runs/a", jobs=2)
    assert notes(tmp_path / "runs/a").keys() == draws(wanted)


def test_notes_are_taken_with_the_cells_and_no_others(
    wanted: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare(wanted, tmp_path / "runs/a", jobs=1)
    monkeypatch.setattr(noting_driver, "noted", forbid)
    monkeypatch.setattr(driver, "compute_missing", forbid)
    part = plan(wanted.settings.model_copy(update={"skills": "music@*", "shots": (2,)}))
    compare(part, tmp_path / "runs/b", jobs=1)
    found = notes(tmp_path / "runs/b")
    assert found.keys() == draws(part)
    assert found.items() <= notes(tmp_path / "runs/a").items()


def test_the_driver_notes_what_nobody_did(wanted: Plan, tmp_path: Path) -> None:
    """A file of an earlier release, or of which the first cell of a draw failed."""
    compare(wanted, tmp_path / "runs/a", jobs=1)
    before = notes(tmp_path / "runs/a")
    database = sqlite3.connect(tmp_path / "runs/a" / FILE)
    database.execute("DROP TABLE novelty")
    database.close()
    compare(wanted, tmp_path / "runs/a", jobs=1)
    assert notes(tmp_path / "runs/a") == before
    with Recorder(tmp_path / "runs/a" / FILE) as recorder:
        assert note_the_rest(recorder, wanted.cells(), wanted.vectors) == 0


def test_a_failed_cell_leaves_its_draw_to_the_driver(tmp_path: Path) -> None:
    asked = settings(tmp_path, ("toy_systems:Buggy", "toy_systems:Memory"))
    wanted = plan(asked)
    compare(wanted, tmp_path / "runs/a", jobs=1)
    with Results(tmp_path / "runs/a" / FILE) as results:
        assert results.run().failures
        for cell in wanted.cells():
            key = draw_key(cell.skill.digest, cell.shots, cell.seed, "")
            found = results.novelty(key)
            assert found is not None
            assert len(found[0]) == len(unpack(cell.skill).test)


def test_a_machine_without_the_store_leaves_the_note_to_the_driver(wanted: Plan) -> None:
    pytest.importorskip("distributed")
    from evaluation.workers.cluster import _noting_here

    cell: Cell = next(with_notings(wanted.cells(), wanted.vectors, set()))
    assert cell.noting is not None and cell.noting.vectors is not None
    store = default_store("en")
    assert store is not None
    assert _noting_here(cell.noting, "en") is not None
    lost = type(cell.noting)(cell.noting.draw, Vectors(Path("/nowhere"), "0" * 64))
    assert _noting_here(lost, "en") is None
    moved = type(cell.noting)(cell.noting.draw, Vectors(Path("/nowhere"), digest(store)))
    found = _noting_here(moved, "en")
    assert found is not None and found.vectors is not None
    assert found.vectors.path == store
