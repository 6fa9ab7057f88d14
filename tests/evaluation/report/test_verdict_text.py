"""Verdicts as text."""

from dataclasses import replace

from toy_results import COMPARISON, RUN, judged

from evaluation.report.text import render_report
from evaluation.report.verdict_text import claims, eligibility, verdict_table

MOVE = replace(judged("en-US", 0.2, 0.001, 0.004), verdict="move", reason="gains | much")
KEEP = replace(judged("en-GB", 0.3, 0.001, 0.004), verdict="keep", reason="loses")
OPEN = judged("en-IN", 0.1, 0.2, 0.3)


def test_movers_come_first_and_reasons_stay_in_their_cell() -> None:
    lines = verdict_table([KEEP, OPEN, MOVE]).splitlines()[2:]
    assert [line.split(" | ")[0] for line in lines] == ["| s@en-US", "| s@en-IN", "| s@en-GB"]
    assert lines[0] == r"| s@en-US | 100 | move | gains \| much |"
    assert "toys/s@en-US" in verdict_table([MOVE, replace(KEEP, suite="others")])


def test_pairs_are_counted_and_the_last_is_listed() -> None:
    middle = replace(MOVE, candidate="middle")
    text = eligibility([middle, MOVE, KEEP, OPEN])
    assert "| middle | old | 1 | 0 | 0 |" in text
    assert "| new | old | 1 | 1 | 1 |" in text
    assert "From old to new:" in text
    assert text.count("s@en-US") == 1


def test_claims_are_of_all_locales() -> None:
    told = replace(
        COMPARISON, wilcoxon_p=0.0004, significant_wins=2, significant_losses=0, claimable_wins=1
    )
    text = claims([told, replace(told, locale="en-US"), COMPARISON])
    assert text.splitlines()[2:] == ["| new | old | frame accuracy | 2 | 2 | 0 | 1 | < .001 |"]
    assert claims([COMPARISON]) == ""


def test_the_report_holds_them() -> None:
    assert "Which skills should move" not in render_report(RUN)
    text = render_report(replace(RUN, skills=(MOVE, OPEN)))
    assert "### Which skills should move" in text
    assert "| new | old | 1 | 1 | 0 |" in text
