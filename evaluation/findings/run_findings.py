"""All that a run's finished cells come to, in one pass: each cell's counts are read once.

A run may have a million cells. One skill's are held at a time; what is kept of them are sums,
tests, means and replicates, the last on a shelf that goes to disk.
"""

from collections.abc import Sequence

from evaluation.findings.comparisons import Sides, add_sides, compared
from evaluation.findings.grouping import pairs, tallied
from evaluation.findings.levels import levels
from evaluation.findings.scores import SkillScores, skill_scores
from evaluation.findings.slices import Slicing
from evaluation.findings.verdicts import Lists, add_evidence, judged, with_claims
from evaluation.results.reader import Results
from evaluation.results.rows import Findings
from evaluation.stats.bootstrap import RESAMPLES
from evaluation.stats.shelf import Shelf


def run_findings(
    results: Results, run: int, systems: Sequence[str], resamples: int = RESAMPLES
) -> Findings:
    """Compare and judge a run's systems, the first of which is the baseline."""
    wanted = pairs(systems)
    measured: Sides = {}
    lists: Lists = {}
    slicing = Slicing(wanted, results.settings(run).get("vectors", {}))
    scores: list[SkillScores] = []
    shelf = Shelf()
    try:
        for skill in tallied(results, run):
            add_sides(measured, skill, wanted, shelf, resamples)
            add_evidence(lists, skill, wanted)
            slicing.add(skill, results)
            scores.append(skill_scores(skill.cells))
        verdicts = judged(lists)
        comparisons = with_claims(compared(measured), verdicts)
    finally:
        shelf.close()
    every = dict.fromkeys([*systems, *(name for skill in scores for name in skill.means)])
    return Findings(
        tuple(comparisons), tuple(verdicts), slicing.slices(), tuple(levels(scores, list(every)))
    )
