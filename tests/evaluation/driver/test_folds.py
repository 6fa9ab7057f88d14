"""`compare --folds`: from a folder of small skills to reports that say what they can show."""

from pathlib import Path

import pytest
from toy_runs import settings, summary
from toy_skills import TOY, music

from data_cards.jsonl import write_skill
from data_cards.records import Skill
from evaluation.cli import main
from evaluation.driver.compare import compare
from evaluation.planning.plan import CompareSettings, plan
from evaluation.results.reader import FILE, Results

SYSTEMS = ("toy_systems:Majority", "toy_systems:Memory")


@pytest.fixture
def asked(tmp_path: Path) -> CompareSettings:
    """Two deals of one skill that has no test split."""
    (write_skill(TOY, tmp_path / "own") / "test.jsonl").unlink()
    return CompareSettings(
        suites=(), data=(tmp_path / "own",), systems=SYSTEMS, seeds=2, folds=5
    )  # fmt: skip


def test_a_deal_is_one_test_split_of_all_rows(asked: CompareSettings, tmp_path: Path) -> None:
    result = compare(plan(asked), tmp_path / "run", jobs=1)
    assert not result.failures
    with Results(tmp_path / "run" / FILE) as results:
        for cell in result.cells:
            rows = results.test(cell.row.data_digest)
            assert {u.id for u in rows} == {u.id for u in TOY.train}
            said = results.predictions(cell.row.key)
            assert [p.utterance_id for p in said] == [u.id for u in rows]
            assert results.counts(cell.row.key).shape[0] == len(TOY.train) == cell.row.n_test
    verdict = result.skills[0]
    assert verdict.n_test == len(TOY.train)
    assert verdict.tests[0].p_seeds is not None
    assert "seed" not in verdict.reason


def test_reports_say_that_it_was_cross_validated(asked: CompareSettings, tmp_path: Path) -> None:
    compare(plan(asked), tmp_path / "run", jobs=1)
    for name in ("report.md", "report.html"):
        text = (tmp_path / "run" / name).read_text("utf-8")
        assert "Cross-validated in 5 folds" in text
        assert "27 utterances show a gain from" in text
        assert "--folds 5" in text


def test_reports_of_published_splits_say_nothing_of_folds(tmp_path: Path) -> None:
    compare(plan(settings(tmp_path)), tmp_path / "run", jobs=1)
    assert "ross-validated" not in (tmp_path / "run" / "report.md").read_text("utf-8")


def test_equal_systems_differ_by_exactly_zero(asked: CompareSettings, tmp_path: Path) -> None:
    twins = asked.model_copy(update={"systems": ("toy_systems:Memory", "toy_systems:Twin")})
    result = compare(plan(twins), tmp_path / "run", jobs=1)
    for comparison in result.comparisons:
        assert comparison.points == 0.0
        assert comparison.points_ci_low == comparison.points_ci_high == 0.0
    for test in result.skills[0].tests:
        assert (test.points, test.p_value) == (0.0, 1.0)
    assert result.skills[0].verdict == "undecided"


def test_a_run_goes_on_with_what_it_has(
    asked: CompareSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compare(plan(asked.model_copy(update={"seeds": 1})), tmp_path / "run", jobs=1)
    first = {c["key"]: c for c in summary(tmp_path / "run")["cells"]}
    capsys.readouterr()
    compare(plan(asked), tmp_path / "run", jobs=1)
    assert "this run has 4 cells, 2 of them finished before" in capsys.readouterr().err
    both = {c["key"]: c for c in summary(tmp_path / "run")["cells"]}
    assert len(both) == 4
    assert all(both[key] == cell for key, cell in first.items())
    compare(plan(asked), tmp_path / "run", jobs=1)
    assert "finished before" not in capsys.readouterr().err


@pytest.mark.parametrize(("folds", "says"), [("9", "has 6 utterances to deal"), ("1", "--folds 1"),
                                             ("101", "--folds 101")])  # fmt: skip
def test_folds_that_cannot_be_are_refused_in_one_line(
    folds: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (write_skill(Skill("m", "en-US", music().train), tmp_path / "own") / "test.jsonl").unlink()
    with pytest.raises(SystemExit) as left:
        main(["compare", "--data", str(tmp_path / "own"), "--systems", "toy_systems:Majority",
              "--folds", folds, "--out", str(tmp_path / "run")])  # fmt: skip
    assert left.value.code == 2
    said = capsys.readouterr().err.strip()
    assert says in said and "\n" not in said
    assert not (tmp_path / "run").exists()
