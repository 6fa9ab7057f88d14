"""Verdicts on toy systems' cells, and what is claimed of them together."""

from dataclasses import replace
from pathlib import Path

import pytest
from scipy.stats import binomtest
from toy_results import COMPARISON, judged
from toy_runs import settings, summary
from toy_skills import music
from toy_systems import Memory

from data_cards.jsonl import write_skill
from data_cards.records import Frame, Skill
from evaluation.driver.compare import compare
from evaluation.findings.verdicts import with_claims
from evaluation.planning.plan import CompareSettings, plan
from evaluation.scoring.measure import measure

SYSTEMS = ("toy_systems:Majority", "toy_systems:Memory")


def test_verdicts_stand_in_the_summary(tmp_path: Path) -> None:
    compare(plan(settings(tmp_path, SYSTEMS, seeds=2)), tmp_path / "runs/a", jobs=1)
    content = summary(tmp_path / "runs/a")
    rows = content["skills"]
    assert [(r["skill"], r["locale"]) for r in rows] == [
        ("music", "en-US"), ("shopping", "en-GB"), ("shopping", "en-US"),
    ]  # fmt: skip
    for row in rows:
        cells = [c for c in content["cells"] if c["skill"] == row["skill"] and c["seed"] == 0]
        scores = {c["system"]: c for c in cells if c["locale"] == row["locale"]}
        for test in row["tests"]:
            first, second = (scores[s][test["metric"]] for s in SYSTEMS)
            assert test["points"] == pytest.approx(second - first)
        assert (row["n_test"], row["seeds"]) == (7, 2)
        (frame,) = [t for t in row["tests"] if t["metric"] == "frame_accuracy"]
        won = round(7 * frame["points"])  # both toys know no chance, and Memory loses nowhere
        assert frame["p_utterances"] == pytest.approx(binomtest(won, won).pvalue)
        assert frame["p_adjusted"] >= frame["p_value"] >= frame["p_utterances"]
        assert row["verdict"] == ("move" if frame["p_adjusted"] <= 0.05 else "undecided")
    assert {r["skill"]: r["verdict"] for r in rows} == {"music": "undecided", "shopping": "move"}
    report = (tmp_path / "runs/a/report.md").read_text("utf-8")
    assert "| toy_systems:Memory | toy_systems:Majority | 2 | 1 | 0 |" in report
    assert "| music@en-US | 7 | undecided |" in report
    frame_rows = [c for c in content["comparisons"] if c["metric"] == "frame_accuracy"]
    # one-sided, and all three ahead: 3 x .0156, 2 x .0156, .0313
    assert {c["locale"]: c["claimable_wins"] for c in frame_rows} == {
        None: 3, "en-GB": 1, "en-US": 2,
    }  # fmt: skip
    assert {c["locale"]: c["wilcoxon_p"] for c in frame_rows} == {
        None: 0.5, "en-GB": 1.0, "en-US": 0.5,
    }  # fmt: skip


def one_intent(skill: Skill) -> Skill:
    def part(split: str) -> tuple[object, ...]:
        return tuple(u for u in getattr(skill, split) if u.frame.slots)

    return replace(skill, name="single", train=part("train"), test=part("test"))


def test_one_intent_is_recorded_and_not_compared(tmp_path: Path) -> None:
    folder = tmp_path / "toys"
    for skill in (music(), one_intent(music())):
        write_skill(skill, folder)
    asked = CompareSettings(suites=(), data=(folder,), systems=SYSTEMS, slots_only=True)
    compare(plan(asked), tmp_path / "runs/a", jobs=1)
    content = summary(tmp_path / "runs/a")
    single = [c for c in content["cells"] if c["skill"] == "single"]
    assert [c["intent_accuracy"] for c in single] == [1, 1]
    skills = {c["metric"]: c["skills"] for c in content["comparisons"] if c["locale"] is None}
    assert skills == {"frame_accuracy": 2, "intent_accuracy": 1, "slot_f1": 2, "semer": 2}
    tested = {r["skill"]: [t["metric"] for t in r["tests"]] for r in content["skills"]}
    assert "intent_accuracy" in tested["music"]
    assert "intent_accuracy" not in tested["single"]


def test_no_intents_at_all_cannot_be_measured() -> None:
    blank = [replace(u, frame=Frame("", u.frame.slots)) for u in one_intent(music()).train]
    skill = replace(music(), train=tuple(blank), test=tuple(blank))
    measured = measure(Memory(), skill, 0, None)
    assert (measured.intents, measured.scores.intent_accuracy) == (0, None)
    assert measured.scores.slot_f1 == 1


@pytest.mark.parametrize("metric", ["frame_accuracy", "semer"])
def test_claims_of_a_list(metric: str) -> None:
    verdicts = [
        judged("en-US", 0.2, 0.001, 0.004), judged("en-US", 0.1, 0.02, 0.04),
        judged("de-DE", 0.1, 0.03, 0.06), judged("de-DE", -0.2, 0.001, 0.004),
    ]  # fmt: skip
    rows = [
        replace(COMPARISON, metric=metric, locale=locale) for locale in (None, "en-US", "de-DE")
    ]
    every, english, german = with_claims(rows, verdicts)
    assert (every.significant_wins, every.significant_losses) == (2, 1)
    # one-sided .0005 x 4, then .01 x 3, then .015 x 2, and 1 for the loss
    assert every.claimable_wins == 3
    assert (english.significant_wins, english.claimable_wins) == (2, 2)
    assert (german.significant_losses, german.claimable_wins) == (1, 1)
    (none,) = with_claims([replace(COMPARISON, metric="slot_f1")], verdicts)
    assert (none.significant_wins, none.claimable_wins) == (0, 0)
