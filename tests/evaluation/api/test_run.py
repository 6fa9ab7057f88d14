"""The tables of a run: their columns, their types, and that they hold what the run holds."""

from pathlib import Path

import pandas as pd
import pytest
from toy_skills import write_skills

import evaluation as ev

TABLES = (
    "cells",
    "comparisons",
    "verdicts",
    "tests",
    "slices",
    "levels",
    "predictions",
    "failures",
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> ev.Run:
    base = tmp_path_factory.mktemp("run")
    return ev.compare(
        ["toy_systems:Dice", "toy_systems:Memory"], data=write_skills(base / "toys"),
        shots=(2, "all"), seeds=2, out=base / "run", jobs=1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> ev.Run:
    """A run of one system, which has nothing to compare."""
    base = tmp_path_factory.mktemp("lonely")
    data = write_skills(base / "toys")
    return ev.compare("toy_systems:Memory", data=data, out=base / "run", jobs=1)


@pytest.mark.parametrize("name", TABLES)
def test_each_column_is_documented(run: ev.Run, name: str) -> None:
    told = getattr(ev.Run, name).__doc__
    columns = list(getattr(run, name)().columns)
    assert columns
    assert [c for c in columns if f"`{c}`" not in told] == []


@pytest.mark.parametrize("name", TABLES)
def test_an_empty_table_has_the_same_columns(run: ev.Run, lonely: ev.Run, name: str) -> None:
    full, empty = getattr(run, name)(), getattr(lonely, name)()
    assert list(full.columns) == list(empty.columns)
    numbers = {c for c in full.columns if pd.api.types.is_numeric_dtype(full[c])}
    assert numbers == {c for c in empty.columns if pd.api.types.is_numeric_dtype(empty[c])}


def test_cells_are_those_of_the_run(run: ev.Run) -> None:
    cells = run.cells()
    assert len(cells) == 3 * 2 * 2 * 2
    assert cells["shots"].isna().sum() == 12
    assert cells["frame_accuracy"].between(0, 1).all()
    assert cells["key"].is_unique


def test_comparisons_follow_from_cells(run: ev.Run) -> None:
    rows = run.comparisons()
    (row,) = rows[
        (rows["metric"] == "frame_accuracy") & (rows["shots"] == 2) & rows["locale"].isna()
    ].itertuples()
    cells = run.cells()
    means = cells[cells["shots"] == 2].groupby("system")["frame_accuracy"].mean()
    assert row.points == pytest.approx(means[row.candidate] - means[row.baseline])


def test_predictions_are_right_where_the_whole_frame_is(run: ev.Run) -> None:
    answers = run.predictions()
    assert len(answers) == 24 * 7
    equal = [
        (a.intent, list(a.slots)) == (a.gold_intent, list(a.gold_slots))
        for a in answers.itertuples()
    ]
    assert list(answers["right"]) == equal
    by_cell = answers.groupby("key")["right"].mean()
    cells = run.cells().set_index("key")["frame_accuracy"]
    assert by_cell.to_dict() == pytest.approx(cells.to_dict())


def test_verdicts_and_their_tests_go_together(run: ev.Run) -> None:
    pair = ["suite", "skill", "locale", "shots", "baseline", "candidate"]
    verdicts, tests = run.verdicts(), run.tests()
    assert len(verdicts) == 6
    joined = tests.merge(verdicts, on=pair)
    assert len(joined) == len(tests)
    assert set(verdicts["verdict"]) <= {"move", "keep", "undecided"}


def test_slices_are_those_of_the_report(run: ev.Run) -> None:
    slices = run.slices()
    assert {"length", "words"} <= set(slices["kind"])
    lengths = slices[(slices["kind"] == "length") & (slices["shots"] == 2)]
    assert lengths["count"].sum() == 3 * 7 * 2


def test_a_run_is_opened_again(run: ev.Run) -> None:
    again = ev.open(str(run.folder))
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(run, name)(), getattr(again, name)())
    assert (again.headline, again.notes, str(again)) == (run.headline, (), str(run))


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ev.DataError):
        ev.open(tmp_path)
