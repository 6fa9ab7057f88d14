"""Verdicts and claims as Markdown. Pure: from records to a string."""

from collections.abc import Sequence

from evaluation.findings.eligibility import KEEP, MOVE, UNDECIDED, p_value
from evaluation.report.format import NOTHING
from evaluation.report.markdown import table
from evaluation.results.rows import Comparison, SkillVerdict
from evaluation.scoring.metrics import METRICS

ORDER = (MOVE, UNDECIDED, KEEP)


def eligibility(verdicts: Sequence[SkillVerdict]) -> str:
    """How many skills move, keep or stay undecided for each pair, then the last pair's list.

    The list is of the last candidate over the first baseline, as the ladder; summary.json holds
    every pair.
    """
    pairs = list(dict.fromkeys((v.baseline, v.candidate) for v in verdicts))
    counted = [
        [candidate, baseline, *(str(sum(v.verdict == word for v in own)) for word in ORDER)]
        for baseline, candidate in pairs
        for own in [[v for v in verdicts if (v.baseline, v.candidate) == (baseline, candidate)]]
    ]
    baseline = pairs[0][0]
    candidate = [b for a, b in pairs if a == baseline][-1]
    listed = [v for v in verdicts if (v.baseline, v.candidate) == (baseline, candidate)]
    return "\n\n".join(
        [
            table(["candidate", "over", *ORDER], counted),
            f"From {baseline} to {candidate}:",
            verdict_table(listed),
        ]
    )


def verdict_table(verdicts: Sequence[SkillVerdict]) -> str:
    """One line a skill: those that move first, by gain."""
    several = len({v.suite for v in verdicts}) > 1
    ordered = sorted(verdicts, key=lambda v: (ORDER.index(v.verdict), -v.tests[0].points))
    rows = [
        [v.label if several else v.label.partition("/")[2], str(v.n_test), v.verdict, v.reason]
        for v in ordered
    ]  # fmt: skip
    return table(["skill", "test", "verdict", "reason"], rows)


def claims(comparisons: Sequence[Comparison]) -> str:
    """What may be claimed of the skills together, over all locales; "" for a run without tests."""
    rows = [
        [
            c.candidate, c.baseline, METRICS[c.metric].title, str(c.skills),
            str(c.significant_wins), str(c.significant_losses), str(c.claimable_wins),
            NOTHING if c.wilcoxon_p is None else p_value(c.wilcoxon_p),
        ]
        for c in comparisons
        if c.locale is None and c.claimable_wins is not None
    ]  # fmt: skip
    header = ["candidate", "over", "metric", "skills", "sure wins", "sure losses",
              "truly better in at least", "Wilcoxon p"]  # fmt: skip
    return table(header, rows) if rows else ""
