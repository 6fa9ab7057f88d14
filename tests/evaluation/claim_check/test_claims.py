"""`skillwise claims`: each rule at its edge, what is left out, growth, the record, the figures."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import simulated_run
from simulated_run import skill, write_run
from toy_skills import music

from data_cards.errors import DataError
from data_cards.jsonl import write_skill
from evaluation.claim_check.conclude import conclude, measure, read_convergence, read_runs
from evaluation.claim_check.record import broken, read_held, write_held
from evaluation.claim_check.rules import CLAIMS, CONVERGENCE, LOCALES, Claim, Measured, judge
from evaluation.claim_check.text import figures, render
from evaluation.cli import main
from evaluation.planning.plan import DEFAULT_SYSTEMS as SYSTEMS
from evaluation.planning.plan import CompareSettings, plan, without_development
from evaluation.planning.tuned_on import TUNED, development, drawn
from evaluation.stats.shelf import Shelf

GAIN = CLAIMS[0]
ALL = dict.fromkeys(LOCALES, 50)


@pytest.mark.parametrize(
    ("value", "low", "skills", "locales", "verdict", "reason"),
    [
        (0.15, 0.101, 200, ALL, "reproduced", "at least 15%, all above 10%"),
        (0.149, 0.14, 200, ALL, "not reproduced", "the figure is below 15%"),
        (0.30, 0.10, 200, ALL, "not reproduced", "reaches down to 10%"),
        (0.30, 0.20, 199, ALL, "not comparable", "199 skills, 200 are needed"),
        (0.30, 0.20, 200, {"en-US": 200}, "not comparable", "no skill in de-DE, en-GB, en-IN"),
        (None, None, 200, ALL, "not comparable", "no value"),
    ],
)
def test_the_rule_at_its_edges(
    value: float | None, low: float | None, skills: int, locales: dict[str, int], verdict: str,
    reason: str,
) -> None:  # fmt: skip
    found = judge(GAIN, 10, Measured(value, low, 1.0, skills, locales, 3), "")
    assert found.verdict == verdict
    assert reason in found.reason


def test_nothing_measured_says_what_is_missing() -> None:
    found = conclude({}).findings
    assert {f.verdict for f in found} == {"not comparable"}
    assert found[0].reason == "no run has both maxent-crf and dnn on one skill"
    assert figures(conclude({})) == dict.fromkeys(
        ["skills", "dnn_relative_gain", "dnn_relative_gain_ci_low", "intent_gain_at_5",
         "dnn_over_strong_relative_gain", "dnn_over_strong_ci_low", "transfer_error_reduction",
         "transfer_error_reduction_ci_low", "convergence_ratio"]
    )  # fmt: skip


def test_what_was_tuned_on_was_drawn_and_is_left_out_with_its_versions_and_locales() -> None:
    assert all(drawn(name) for names in TUNED.values() for name in names)
    assert sum(drawn(f"name {n}") for n in range(11_000)) == pytest.approx(1000, abs=100)
    assert development("sgd/Buses_1@en-US")
    assert development("sgd/Buses_3@en-US")
    assert development("home-assistant/information@en-US")
    assert not development("home-assistant/media@en-US")
    assert not development("hwu64/audio@en-GB")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine skills in three locales at 5 and 10 shots, two seeds."""
    folder = tmp_path_factory.mktemp("run")
    skills = [skill(n, locale=("en-US", "en-GB", "de-DE")[n % 3]) for n in range(9)]
    write_run(
        folder / "results.sqlite",
        skills,
        SYSTEMS,
        (5, 10),
        2,
        failed=["simulated/skill 004@en-GB"],
        judged=False,
    )
    return folder


def test_figures_are_those_of_the_cells(run: Path) -> None:
    """The mean over skills of the mean over seeds, by hand from the rows; the failed cell out."""
    from evaluation.results.reader import Results

    claimed = conclude(read_runs([run], Shelf(), 200))
    with Results(run / "results.sqlite") as results:
        rows = [c.row for c in results.run().cells if c.row.shots == 10]
    means = {
        (name, system): sum(own) / 2
        for name in {r.skill for r in rows}
        for system in ("maxent-crf", "dnn")
        if len(own := [r.frame_accuracy for r in rows if (r.skill, r.system) == (name, system)]) > 1
    }
    names = [n for n, system in means if system == "dnn"]
    before = sum(means[n, "maxent-crf"] for n in names)
    after = sum(means[n, "dnn"] for n in names)
    found = figures(claimed)
    assert found["skills"] == len(names) == 8
    assert found["dnn_relative_gain"] == pytest.approx(after / before - 1)
    assert found["dnn_relative_gain_ci_low"] < found["dnn_relative_gain"]
    ratios = [means[n, "dnn"] / means[n, "maxent-crf"] - 1 for n in names]
    at_10 = next(f for f in claimed.findings if f.key == "dnn-gain@10")
    assert at_10.measured is not None
    assert at_10.measured.mean_of_skills == pytest.approx(sum(ratios) / 8)
    assert at_10.measured.locales == {"de-DE": 3, "en-GB": 2, "en-US": 3}
    by_locale = [p for p in claimed.parts if (p.claim, p.shots) == (GAIN, 10)]
    assert [p.name for p in by_locale] == ["de-DE", "en-GB", "en-US"]
    text = render(claimed)
    assert "8 skills, 200 are needed" in text
    assert "nothing was run at 20 utterances per intent" in text


def test_a_skill_in_two_runs_counts_once(run: Path) -> None:
    once, twice = (figures(conclude(read_runs([run] * n, Shelf(), 50))) for n in (1, 2))
    assert once == twice


def test_tuned_on_skills_are_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four skills, one of which settings were chosen on."""
    monkeypatch.setattr(
        "evaluation.claim_check.conclude.development",
        lambda label: label == "simulated/skill 001@en-US",
    )
    write_run(
        tmp_path / "results.sqlite", [skill(n) for n in range(4)], SYSTEMS, (10,), judged=False
    )
    claimed = conclude(read_runs([tmp_path], Shelf(), 50))
    assert claimed.excluded == ("simulated/skill 001@en-US",)
    assert claimed.counted == 3
    assert "of them: 1 (simulated/skill 001@en-US)." in render(claimed)


def test_tuned_on_skills_are_not_run(tmp_path: Path) -> None:
    """One skill of a suite that has the name of a real one, tuned on; one that is not."""
    folder = tmp_path / "sgd"
    folder.mkdir()
    for each in (replace(music(), name="Buses_1"), music()):
        write_skill(each, folder)
    settings = CompareSettings(suites=(), data=(folder,), systems=("maxent-crf",))
    whole = plan(settings, tmp_path)
    left, unrun = without_development(whole)
    assert len(whole.skills) == 2
    assert [s.label for s in left.skills] == ["sgd/music@en-US"]
    assert unrun == ("sgd/Buses_1@en-US",)
    assert "1 skills that settings were chosen on were not run" in left.notes
    assert without_development(left) == (left, ())


def test_where_the_candidate_stops_winning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A candidate far ahead at 5, and equal to the baseline at 10 and with everything."""
    answered = simulated_run._answered

    def planted(cell, asked, level):  # type: ignore[no-untyped-def]
        return answered(cell, asked, 0.9 if (cell.spec.name, cell.shots) == ("dnn", 5) else 0.5)

    monkeypatch.setattr(simulated_run, "_answered", planted)
    write_run(
        tmp_path / "results.sqlite", [skill(n) for n in range(8)], ("maxent-crf", "dnn"),
        (10, None, 5), judged=False,
    )  # fmt: skip
    claimed = conclude(read_runs([tmp_path], Shelf(), 300))
    (growth,) = claimed.growth
    assert [r.shots for r in growth.rungs] == [5, 10, None]
    assert growth.stops == 10
    assert "from 10 per intent on its interval is not above zero" in render(claimed)


def test_the_record_keeps_what_held(tmp_path: Path) -> None:
    good = judge(GAIN, 10, Measured(0.3, 0.2, 0.4, 200, ALL), "")
    bad = judge(GAIN, 10, Measured(0.1, 0.0, 0.2, 200, ALL), "")
    few = judge(GAIN, 10, Measured(0.1, 0.0, 0.2, 5, ALL), "")
    path = tmp_path / "claims.json"
    write_held(path, frozenset(), [good])
    held = read_held(path)
    assert held == {"dnn-gain@10"}
    assert broken(held, [bad]) == ["dnn-gain@10"]
    assert broken(held, [few]) == broken(held, [good]) == broken(frozenset(), [bad]) == []
    write_held(path, held, [bad])
    assert read_held(path) == held
    path.write_text('{"schema": 1}', "utf-8")
    with pytest.raises(DataError, match=r"claims\.json: is no record"):
        read_held(path)


def test_convergence_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "meter.json"
    report = {"convergence_ratio": 6.0, "convergence_ratio_ci_low": 4.0,
              "convergence_ratio_ci_high": 8.0, "skills": 12}  # fmt: skip
    path.write_text(json.dumps({"figures": report}), "utf-8")
    claimed = conclude({}, read_convergence(path))
    assert claimed.findings[-1].verdict == "reproduced"
    assert figures(claimed)["convergence_ratio"] == 6.0
    assert "| 6.00 |" in render(claimed)
    path.write_text("[]", "utf-8")
    with pytest.raises(DataError, match="no report of the meter"):
        read_convergence(path)


def test_every_claim_names_systems_that_are_run() -> None:
    def known(claim: Claim) -> bool:
        return set(claim.pair) <= set(SYSTEMS)

    assert all(known(claim) for claim in (*CLAIMS, CONVERGENCE))
    assert measure(GAIN, 10, []) is None


def test_the_command(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reads a run, writes the figures; exit 1 with a record of a claim that fails now, else 0."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def ended(*argv: str) -> int:
        with pytest.raises(SystemExit) as error:
            main(["claims", "--run", str(run), "--out", "out", *argv])
        assert isinstance(error.value.code, int)
        return error.value.code

    assert ended("--json", "figures.json") == 0
    content = json.loads(Path("figures.json").read_text("utf-8"))
    assert content["schema"] == 1
    assert content["figures"]["skills"] == 8
    assert "not comparable" in capsys.readouterr().out
    meter = {"convergence_ratio": 2.0, "convergence_ratio_ci_low": 1.5,
             "convergence_ratio_ci_high": 3.0, "skills": 12}  # fmt: skip
    Path("meter.json").write_text(json.dumps({"figures": meter}), "utf-8")
    Path("held.json").write_text('{"schema": 1, "held": ["convergence"]}', "utf-8")
    assert ended("--convergence", "meter.json") == 0
    assert ended("--convergence", "meter.json", "--reference", "held.json") == 1
    assert "convergence held before and fails now" in capsys.readouterr().out
    assert ended("--convergence", "meter.json") == 1
    for option in ("--convergence", "--reference"):
        assert ended(option, "nowhere.json") == 2
        assert capsys.readouterr().err.count("\n") == 1
