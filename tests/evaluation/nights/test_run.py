"""Whole nights on toy systems: the reference, the codes, resuming, the pages and the XML."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest
from toy_nights import command, data, settings
from toy_skills import music

from data_cards.errors import DataError, SkillwiseError
from data_cards.jsonl import write_skill
from data_cards.records import Skill
from evaluation.nights import run as nights
from evaluation.nights.evidence import NightRun, judge_night, night_run
from evaluation.nights.history import finished, read_night, write_night
from evaluation.nights.junit import render_junit
from evaluation.nights.pages import render_html, render_markdown
from evaluation.nights.run import night_plan, nightly, set_reference
from evaluation.nights.verdicts import NightRule
from evaluation.results.rows import Failure


def test_no_two_nights_share_a_seed(tmp_path: Path) -> None:
    asked = settings(tmp_path)
    seeds = [{c.seed for c in night_plan(asked, n, times).cells()} for n, times in ((1, 3), (2, 1))]
    assert seeds == [{1000, 1001, 1002, 1003, 1004, 1005}, {2000, 2001}]
    with pytest.raises(SkillwiseError, match="at most 333"):
        night_plan(settings(tmp_path, seeds=400), 1, 3)


def test_a_reference_comes_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(tmp_path) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "--accept" in error
    assert not (tmp_path / "nightly").exists()


def test_nights_against_the_reference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = tmp_path / "nightly"
    assert command(tmp_path, "--accept") == 0
    assert command(tmp_path) == 0
    assert command(tmp_path) == 0
    first, second, third = finished(history)
    assert (first.accepted, first.reference, second.reference, third.reference) == (
        True, None, 1, 1,
    )  # fmt: skip
    assert {cell.nights for cell in third.cells} == {2}
    assert {cell.points for cell in third.cells} == {0.0}
    assert "Night 3 against reference 1" in capsys.readouterr().out
    text = (history / "history.md").read_text("utf-8")
    assert text.count("| toys/music@en-US |") == 1
    page = (history / "history.html").read_text("utf-8")
    assert "toys/music@en-US" in page
    assert "http" not in page
    cases = xml.parse(history / "junit.xml").getroot().findall(".//testcase")
    assert len(cases) == 3 + 1


def test_a_loss_fails_and_acceptance_ends_it(tmp_path: Path) -> None:
    """Every answer of a large skill is lost: the system is replaced under the same name."""
    skill = music()
    test = tuple(replace(skill.test[i % 7], id=f"u{i}") for i in range(80))
    folder = tmp_path / "toys"
    write_skill(Skill("music", "en-US", skill.train, (), test), folder)
    module = tmp_path / "shifting.py"
    text = "from toy_systems import {0}\n\n\nclass Engine({0}):\n    pass\n"
    module.write_text(text.format("Memory"), "utf-8")
    sys.path.insert(0, str(tmp_path))
    try:
        assert command(tmp_path, "--accept", system="shifting:Engine") == 0
        module.write_text(text.format("Majority"), "utf-8")
        sys.modules.pop("shifting", None)
        from evaluation.planning.code_digest import code_digest

        code_digest.cache_clear()
        assert command(tmp_path, system="shifting:Engine") == 1
        last = read_night(tmp_path / "nightly" / "0002")
        (cell,) = last.cells
        assert cell.verdict == "regression"
        assert xml.fromstring(render_junit(last)).findall(".//failure")
        assert command(tmp_path, "--accept", system="shifting:Engine") == 0
        assert command(tmp_path, system="shifting:Engine") == 0
    finally:
        sys.path.remove(str(tmp_path))
        sys.modules.pop("shifting", None)


def test_other_data_are_not_comparable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(tmp_path, "--accept") == 0
    test = data(tmp_path) / "music@en-US" / "test.jsonl"
    test.write_text("".join(test.read_text("utf-8").splitlines(keepends=True)[1:]), "utf-8")
    capsys.readouterr()
    assert command(tmp_path) == 2
    assert "its data changed" in capsys.readouterr().err
    assert command(tmp_path, "--skills", "shopping*") == 2
    assert "was not run tonight" in capsys.readouterr().err


def test_a_cell_that_fails_is_a_regression(tmp_path: Path) -> None:
    history = tmp_path / "nightly"
    nightly(settings(tmp_path), history, accept=True, jobs=1)
    reference = read_night(history / "reference")
    assert not reference.regressed
    # the same name, other settings: the system is not in the reference, and it fails in one skill
    night = nightly(settings(tmp_path, "toy_systems:Buggy"), history, jobs=1)
    reasons = {(c.key.system, c.key.skill): c.reason for c in night.cells}
    assert reasons["toy_systems:Memory", "music"] == "it was not run tonight"
    with pytest.raises(SkillwiseError, match="--accept: 6 cells failed"):
        nightly(settings(tmp_path, "toy_systems:Buggy"), history, accept=True, jobs=1)


def test_a_night_that_was_cut_short_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = tmp_path / "nightly"
    nightly(settings(tmp_path), history, accept=True, jobs=1)

    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(nights, "judge_night", killed)
        with pytest.raises(KeyboardInterrupt):
            nightly(settings(tmp_path), history, jobs=1)
    night = nightly(settings(tmp_path), history, jobs=1)
    assert night.number == 2
    content = json.loads((history / "0002" / "summary.json").read_text("utf-8"))
    assert {cell["seed"] for cell in content["cells"]} == {2000, 2001}


def test_the_reference_is_whole_or_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = tmp_path / "nightly"
    night = nightly(settings(tmp_path), history, accept=True, jobs=1)
    (history / "reference").rename(history / ".reference.old")  # a kill between the two renames
    again = nightly(settings(tmp_path), history, jobs=1)
    assert again.reference == night.number

    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(nights.shutil, "copytree", full)
        with pytest.raises(OSError, match="No space"):
            set_reference(history, history / "0002", again)
    assert read_night(history / "reference").number == night.number


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    history = tmp_path / "nightly"
    night = nightly(settings(tmp_path), history, accept=True, jobs=1)
    evil = "<script>alert(1)</script>\x00|"
    cells = tuple(replace(c, key=replace(c.key, skill=evil), reason=evil) for c in night.cells)
    night = replace(night, cells=cells, reference=1)
    assert "<script>" not in render_html([night])
    assert "<script>alert(1)</script>" in render_markdown([night])
    (case, *_) = xml.fromstring(render_junit(night)).findall(".//testcase")
    assert "<script>alert(1)</script>" in (case.get("name") or "")


def test_a_damaged_record_is_refused(tmp_path: Path) -> None:
    history = tmp_path / "nightly"
    night = nightly(settings(tmp_path), history, accept=True, jobs=1)
    assert read_night(history / "0001") == night
    path = history / "0001" / "night.json"
    path.write_text(path.read_text("utf-8")[:200], "utf-8")
    with pytest.raises(DataError, match="no record of a night"):
        read_night(history / "0001")
    path.write_text('{"schema": 9}', "utf-8")
    with pytest.raises(DataError, match="schema 9"):
        read_night(history / "0001")
    write_night(history / "0001", night)
    assert read_night(history / "0001") == night


def test_what_fails_and_what_is_new(tmp_path: Path) -> None:
    history = tmp_path / "nightly"
    nightly(settings(tmp_path), history, accept=True, jobs=1)
    whole = night_run(history / "reference")
    key, *others = whole.cells
    trace = "Traceback (most recent call last):\nKeyError: planted"
    failure = Failure(key.suite, key.skill, key.locale, key.system, None, 2000, trace)
    broken = NightRun(whole.folder, {k: whole.cells[k] for k in others}, (failure,))
    cells, _ = judge_night(whole, broken, [], NightRule())
    found = {cell.key: (cell.verdict, cell.reason) for cell in cells}
    assert found[key] == ("regression", "it failed: KeyError: planted")
    cells, _ = judge_night(replace(broken, failures=()), whole, [], NightRule())
    found = {cell.key: (cell.verdict, cell.reason) for cell in cells}
    assert found[key] == ("not comparable", "it is not in the reference")
