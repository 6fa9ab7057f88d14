"""What a cross-validated run says of itself: how it was tested, and what its skills' sizes show."""

import statistics
from collections.abc import Sequence

from evaluation.report.format import plural
from evaluation.results.rows import RunResult, SkillVerdict
from evaluation.stats.cross_validated import WIDENING

COVERED, LEAST = 97, 90
"""Of 100 simulated skills of 40 utterances, those whose interval covers the true difference: the
mean over pairs of learners, and the worst pair."""


def cross_validation(run: RunResult) -> list[str]:
    """Sentences for the reports; none where test splits were published."""
    folds = run.settings.get("folds")
    if folds is None:
        return []
    return [
        f"Cross-validated in {folds} folds: each utterance was answered by a system that was "
        f"fitted on the other {folds - 1} {plural('fold', folds - 1)} of its skill, so scores are "
        f"of systems that learnt from {100 * (folds - 1) / folds:.0f}% of the utterances.",
        f"Folds share training utterances, so intervals are {WIDENING**0.5:.2f} times as wide as "
        f"without; on simulated skills of 40 utterances they cover the true difference in "
        f"{COVERED} of 100 on average, and in {LEAST} for the worst pair of learners.",
        *_sizes(_last_pair(run.skills)),
    ]


def _last_pair(verdicts: Sequence[SkillVerdict]) -> list[SkillVerdict]:
    """The verdicts of the last candidate over the first baseline, as the reports list them."""
    if not verdicts:
        return []
    baseline = verdicts[0].baseline
    candidate = [v.candidate for v in verdicts if v.baseline == baseline][-1]
    return [v for v in verdicts if (v.baseline, v.candidate) == (baseline, candidate)]


def _sizes(verdicts: Sequence[SkillVerdict]) -> list[str]:
    """Which gain the skills' utterances show, and how many more would decide."""
    if not verdicts:
        return []
    said = []
    found = [v.smallest_effect for v in verdicts if v.smallest_effect is not None]
    utterances = _span([v.n_test for v in verdicts])
    if found:
        gains = _span([round(100 * effect, 1) for effect in found])
        said.append(f"{utterances} utterances show a gain from {gains} points.")
    if len(found) < len(verdicts):
        none = len(verdicts) - len(found)
        said.append(
            f"On {none} {plural('skill', none)} nothing can be shown, however answers fall."
        )
    needed = [v.utterances_needed for v in verdicts if v.utterances_needed is not None]
    if needed:
        usual = f"{statistics.median_low(needed):,}"
        each = "it" if len(verdicts) == 1 else f"a skill ({len(needed)} are undecided; the median)"
        said.append(f"About {usual} more utterances would decide {each}.")
    return said


def _span(values: Sequence[float]) -> str:
    """The least and the greatest, or the one that there is."""
    low, high = f"{min(values):,}", f"{max(values):,}"
    return low if low == high else f"{low} to {high}"
