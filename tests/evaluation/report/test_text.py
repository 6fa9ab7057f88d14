"""report.md and summary.json are pure functions of a run."""

import json
from dataclasses import asdict, replace

import pytest
from toy_results import COMPARISON, RUN, cell

from evaluation.report.summary import render_summary, summary
from evaluation.report.text import headline, render_report, table
from evaluation.results.rows import (
    Failure,
    MetricTest,
    RunResult,
    SkillVerdict,
    Slice,
)


def test_the_headline_says_how_much_and_how_surely() -> None:
    assert headline(RUN) == (
        "**new** over old (all training utterances): frame accuracy .500 -> .600, +20.0% relative "
        "(95% interval +5.0% to +35.0%), +20.0% of errors removed; better on 2, equal on 0, worse "
        "on 0 of 2 skills."
    )


def test_a_baseline_of_zero_is_told_in_points() -> None:
    zero = replace(COMPARISON, relative_gain=None, ci_low=None, ci_high=None, baseline_mean=0.0)
    text = headline(replace(RUN, comparisons=(zero,)))
    assert "+10.0 points (95% interval +2.0 to +18.0)" in text


def test_tables_hold_means_ladder_and_cost() -> None:
    text = render_report(RUN)
    assert "| en-US | 2 | old | .500 | .900 | – | .200 |" in text
    assert text.index("| b@en-US | 20 | 10 | .600 | .750 | +15.0 |") < text.index("| a@en-US |")
    assert "| new | 1.25 | 0.500 | 12 |" in text
    assert "- suite starter: 2 faulty entries left out" in text
    again = "skillwise compare --suite starter --systems old,new --set new.rate=1 --shots all"
    assert again in text


def test_failures_are_shown() -> None:
    failed = replace(
        RUN, failures=(Failure("toys", "a", "en-US", "new", None, 0, "Traceback\nKeyError: x"),)
    )
    said = "toys/a@en-US new shots all seed 0\n\n```\nTraceback\nKeyError: x"
    assert said in render_report(failed)


def test_a_cell_of_a_table_stays_one_cell() -> None:
    assert table(["x"], [["a|b\nc"]]).splitlines()[-1] == r"| a\|b c |"


def test_one_system_has_nothing_to_compare() -> None:
    assert "nothing to compare" in headline(replace(RUN, comparisons=()))


def test_summary_is_strict_json() -> None:
    nan = replace(RUN, cells=(cell("a", "old", 0.4, slot_f1=float("nan")),))
    assert json.loads("".join(render_summary(nan)))["cells"][0]["slot_f1"] is None
    broken = replace(RUN, comparisons=(replace(COMPARISON, points=float("nan")),))
    with pytest.raises(ValueError, match="JSON"):
        list(render_summary(broken))


TEST = MetricTest("frame_accuracy", 0.1, 0.5, 0.5, None, 0.5, 0.1, 0.9, 0.9)
VERDICT = SkillVerdict(
    suite="toys", skill="a", locale="en-US", shots=None, baseline="old", candidate="new",
    n_test=10, seeds=1, verdict="undecided", reason="+10.0 points\n", margin=0.01, alpha=0.05,
    discordance=0.2, smallest_effect=None, utterances_needed=None, tests=(TEST, TEST),
)  # fmt: skip
SLICE = Slice(
    shots=None, baseline="old", candidate="new", unit="slots", kind="value", label="never seen",
    skills=2, count=9, baseline_right=0.1, candidate_right=0.2, points=0.1, ci_low=None,
    ci_high=None, won=1, lost=0,
)  # fmt: skip
ODD = cell('"ä"\n,  {', "old", 0.4, slot_f1=float("nan"), predict_ms=1e-7, train_seconds=3.0)


@pytest.mark.parametrize(
    "run",
    [
        RUN,
        replace(RUN, cells=(), comparisons=(), commit=None),
        replace(
            RUN, cells=(*RUN.cells, ODD), skills=(VERDICT, VERDICT), slices=(SLICE,),
            failures=(Failure("toys", "a", "en-US", "new", None, 0, "Traceback\n  KeyError: 'x'"),),
        ),
    ],
    ids=["plain", "empty", "whole"],
)  # fmt: skip
def test_summary_in_pieces_is_the_summary_in_one(run: RunResult) -> None:
    """The contract's text, byte by byte, though no list of it is ever held."""
    whole = json.dumps(summary(run), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    assert "".join(render_summary(run)) == whole
    content = json.loads(whole)
    assert list(content) == [
        "schema", "commit", "settings_digest", "seconds", "cells", "comparisons", "skills",
        "slices", "levels", "settings", "failures",
    ]  # fmt: skip
    assert content["comparisons"] == [asdict(each) for each in run.comparisons]
    assert len(content["cells"]) == len(run.cells)
