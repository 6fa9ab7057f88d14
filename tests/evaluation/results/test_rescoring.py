"""Scores are computed again from stored answers where other code scored them; nothing is fitted."""

import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from toy_nights import command as night
from toy_runs import settings, summary

from data_cards.errors import DataError
from data_cards.records import Frame
from evaluation.driver import compare as driver
from evaluation.driver.compare import compare
from evaluation.planning import code_digest
from evaluation.planning.plan import plan
from evaluation.results import rescoring
from evaluation.results.reader import FILE, Results
from evaluation.results.rescoring import score_again
from evaluation.results.writer import Recorder
from evaluation.scoring.scored import Scored, scored

STORED = Path(__file__).parent / "results_files" / "schema-1.sqlite"


def harsh(gold: Sequence[Frame], answers: Sequence[Frame], intents: int) -> Scored:
    """Another metric: half of every frame accuracy, one error more an utterance."""
    found = scored(gold, answers, intents)
    counts = found.counts.copy()
    counts[:, -1] += 1
    accuracy = found.scores.frame_accuracy / 2
    return replace(found, scores=replace(found.scores, frame_accuracy=accuracy), counts=counts)


@pytest.fixture
def other_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a finished cell was fitted again")

    monkeypatch.setattr(driver, "compute_missing", refuse)
    monkeypatch.setattr(rescoring, "scored", harsh)
    monkeypatch.setattr(rescoring, "scoring_digest", lambda: "other code")


def scores(folder: Path) -> list[float]:
    return [cell["frame_accuracy"] for cell in summary(folder)["cells"]]


@pytest.fixture
def before(tmp_path: Path) -> list[float]:
    compare(plan(settings(tmp_path)), tmp_path / "runs/a", jobs=1)
    return scores(tmp_path / "runs/a")


def test_a_run_that_goes_on_is_scored_again_and_not_fitted(
    tmp_path: Path, before: list[float], other_code: None, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "runs/a"
    keys = [cell["key"] for cell in summary(folder)["cells"]]
    means = summary(folder)["comparisons"][0]["candidate_mean"]
    capsys.readouterr()
    compare(plan(settings(tmp_path)), folder, jobs=1)
    assert "6 cells were scored again from their answers\n" in capsys.readouterr().err
    assert scores(folder) == [score / 2 for score in before]
    assert [cell["key"] for cell in summary(folder)["cells"]] == keys
    assert {cell["scoring_digest"] for cell in summary(folder)["cells"]} == {"other code"}
    assert summary(folder)["comparisons"][0]["candidate_mean"] == pytest.approx(means / 2)
    with Results(folder / FILE) as results:
        assert (results.counts(keys[0])[:, -1] > 0).all()
    compare(plan(settings(tmp_path)), folder, jobs=1)
    assert "scored again" not in capsys.readouterr().err


def test_cells_that_are_taken_over_are_scored_again(
    tmp_path: Path, before: list[float], other_code: None, capsys: pytest.CaptureFixture[str]
) -> None:
    compare(plan(settings(tmp_path)), tmp_path / "runs/b", jobs=1)
    assert "6 cells were scored again" in capsys.readouterr().err
    assert scores(tmp_path / "runs/b") == [score / 2 for score in before]
    with Results(tmp_path / "runs/a" / FILE) as results:  # the neighbour is nobody's business
        assert [cell.row.frame_accuracy for cell in results.run().cells] == before


def test_the_same_code_scores_nothing_again(
    tmp_path: Path, before: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    compare(plan(settings(tmp_path)), tmp_path / "runs/a", jobs=1)
    assert "scored again" not in capsys.readouterr().err
    assert scores(tmp_path / "runs/a") == before


def test_another_run_with_the_same_cells_is_open_again(
    tmp_path: Path, before: list[float], other_code: None
) -> None:
    folder = tmp_path / "runs/a"
    part = plan(settings(tmp_path, skills="music@*"))
    compare(part, folder, jobs=1)
    with Results(folder / FILE) as results:
        assert results.run(2).comparisons
        with pytest.raises(DataError, match="start it again"):
            results.run(1)
    compare(plan(settings(tmp_path)), folder, jobs=1)
    with Results(folder / FILE) as results:
        assert results.run(1).comparisons


def test_a_file_made_before_this_was_kept_is_scored_again(tmp_path: Path) -> None:
    shutil.copy(STORED, tmp_path / FILE)
    with Recorder(tmp_path / FILE) as recorder:
        run = recorder.last_run()
        rows = [cell.row for cell in recorder.cells(run)]
        assert score_again(recorder, run) == len(rows)
        found = [cell.row for cell in recorder.cells(run)]
        assert {row.scoring_digest for row in found} == {code_digest.scoring_digest()}
        assert [replace(row, scoring_digest=None) for row in found] == rows
        assert recorder.run(run).comparisons
        assert score_again(recorder, run) == 0


def test_a_night_scores_its_reference_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a metric that changed would stand there as a loss of every system."""
    assert night(tmp_path, "--accept") == 0
    monkeypatch.setattr(rescoring, "scored", harsh)
    monkeypatch.setattr(rescoring, "scoring_digest", lambda: "other code")
    assert night(tmp_path) == 0
    with Results(tmp_path / "nightly" / "reference" / FILE) as results:
        assert {cell.row.scoring_digest for cell in results.run().cells} == {"other code"}


def test_damaged_answers_are_not_scored(tmp_path: Path, before: list[float]) -> None:
    path = tmp_path / "runs/a" / FILE
    database = sqlite3.connect(path)
    database.execute("UPDATE predictions SET answers_sum = 'x'")
    database.execute("UPDATE cells SET scoring_digest = 'x'")
    database.commit()
    database.close()
    with pytest.raises(DataError, match="answers of cell .* are damaged"):
        compare(plan(settings(tmp_path)), tmp_path / "runs/a", jobs=1)
