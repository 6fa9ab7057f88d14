"""Records of a run as its reports get them, written by hand."""

from dataclasses import replace
from typing import Any

from evaluation.results.rows import (
    CellRow,
    Comparison,
    MetricTest,
    PlannedCell,
    RunResult,
    SkillVerdict,
)


def cell(skill: str, system: str, frame: float, **more: Any) -> PlannedCell:
    row = CellRow(
        key=f"{skill}{system}", skill=skill, locale="en-US", system=system, seed=0, shots=None,
        data_digest="d", settings_digest="s", code_digest="c", vectors_digest="", n_train=20,
        n_test=10, intents=2, intent_accuracy=0.9, slot_f1=None, frame_accuracy=frame, semer=0.2,
        slot_precision=None, slot_recall=None, slot_f1_macro=None, train_seconds=1.25,
        predict_ms=0.5, model_bytes=12_000, finished=1.0,
    )  # fmt: skip
    return PlannedCell("toys", replace(row, **more))


COMPARISON = Comparison(
    baseline="old", candidate="new", metric="frame_accuracy", shots=None, locale=None, skills=2,
    points=0.1, relative_gain=0.2, relative_error_reduction=0.2, ci_low=0.05, ci_high=0.35,
    wins=2, ties=0, losses=0, baseline_mean=0.5, candidate_mean=0.6, points_ci_low=0.02,
    points_ci_high=0.18, error_reduction_ci_low=0.05, error_reduction_ci_high=0.3,
    mean_skill_relative_gain=0.22, mean_skill_relative_gain_skills=2,
    mean_skill_error_reduction=0.21, mean_skill_error_reduction_skills=2,
)  # fmt: skip


RUN = RunResult(
    commit="abc",
    settings_digest="f" * 64,
    settings={
        "suites": ["starter"], "data": [], "skills": {}, "pattern": "*", "slots_only": False,
        "systems": {"old": {}, "new": {}}, "changes": ["new.rate=1"], "shots": [None], "seeds": 1,
        "vectors": {}, "notes": ["suite starter: 2 faulty entries left out"],
    },
    seconds=12.0,
    cells=(
        cell("a", "old", 0.4), cell("a", "new", 0.45), cell("b", "old", 0.6),
        cell("b", "new", 0.75),
    ),
    comparisons=(COMPARISON,),
    failures=(),
)  # fmt: skip


def judged(locale: str, points: float, p_value: float, p_adjusted: float) -> SkillVerdict:
    tests = tuple(
        MetricTest(metric, sign * points, p_value, p_value, None, p_adjusted, 0.5, 0.5, 0.5)
        for metric, sign in (("frame_accuracy", 1), ("semer", -1))
    )
    return SkillVerdict(
        suite="toys", skill="s", locale=locale, shots=None, baseline="old", candidate="new",
        n_test=100, seeds=1, verdict="undecided", reason="", margin=0.02, alpha=0.05,
        discordance=0.2, smallest_effect=0.1, utterances_needed=10, tests=tests,
    )  # fmt: skip
