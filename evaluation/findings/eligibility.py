"""Which skills are eligible for a candidate: move, keep, or undecided, each with its reason.

Frame accuracy decides, for it is what a user meets. A skill moves where its gain stands after
Benjamini-Hochberg over the list; it keeps its baseline where its loss stands so, or where a gain
beyond the margin is ruled out so; else nothing is shown, and how much more testing would is said.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.results.rows import MetricTest, SkillVerdict
from evaluation.scoring.metrics import METRICS
from evaluation.stats.equivalence import MARGIN, equivalence
from evaluation.stats.multiplicity import adjusted
from evaluation.stats.paired_error import PairedError, min_f_prime, moderated
from evaluation.stats.paired_interval import interval
from evaluation.stats.power import (
    LARGEST,
    smallest_effect,
    utterances_to_rule_out,
    utterances_to_show,
)

MOVE, KEEP, UNDECIDED = "move", "keep", "undecided"
DECIDING = "frame_accuracy"


@dataclass(frozen=True, slots=True)
class Rule:
    """How sure a verdict must be: error rate, what gain matters, and the power that is planned."""

    alpha: float = 0.05
    margin: float = MARGIN
    power: float = 0.8


@dataclass(frozen=True, slots=True)
class Evidence:
    """One skill in one metric, before the list is looked at: a test over its utterances, and the
    difference with its errors."""

    p_utterances: float
    difference: PairedError


@dataclass(frozen=True, slots=True)
class SkillEvidence:
    """One skill's tests of one pair. `discordance` is the mean squared difference an utterance."""

    suite: str
    skill: str
    locale: str
    shots: int | None
    baseline: str
    candidate: str
    n_test: int
    seeds: int
    discordance: float
    metrics: Mapping[str, Evidence]

    @property
    def planned(self) -> float:
        """The discordance with one utterance won and one lost added, so that it is never 0."""
        return (self.discordance * self.n_test + 2) / (self.n_test + 2)

    @property
    def widening(self) -> float:
        """What the variance over utterances is multiplied by; more than 1 where it was
        cross-validated, so that its utterances are worth fewer."""
        return self.metrics[DECIDING].difference.widening

    @property
    def told(self) -> str:
        """Its test utterances in words."""
        kind = "cross-validated" if self.widening > 1 else "test"
        return f"{self.n_test} {kind} utterances"


def decide(skills: Sequence[SkillEvidence], rule: Rule | None = None) -> list[SkillVerdict]:
    """The verdicts of one list: the skills of one pair and one number of shots."""
    rule = rule if rule is not None else Rule()
    tests = adjusted_tests(skills, rule)
    rejected = sum(each[DECIDING].p_adjusted <= rule.alpha for each in tests)
    reach = rule.alpha * min(len(skills), rejected + 1) / max(1, len(skills))
    return [_verdict(s, t, reach, rule) for s, t in zip(skills, tests, strict=True)]


def adjusted_tests(skills: Sequence[SkillEvidence], rule: Rule) -> list[dict[str, MetricTest]]:
    """Each skill's tests, metric by metric over the skills that have it.

    Both p-values must be small for a claim about the systems (intersection-union; Berger 1982).
    """
    out: list[dict[str, MetricTest]] = [{} for _ in skills]
    for metric in dict.fromkeys(name for s in skills for name in s.metrics):
        having = [i for i, s in enumerate(skills) if metric in s.metrics]
        found = [skills[i].metrics[metric] for i in having]
        errors = moderated([e.difference for e in found])
        p_seeds = [min_f_prime(error) for error in errors]
        p_values = [max(e.p_utterances, p or 0.0) for e, p in zip(found, p_seeds, strict=True)]
        better = METRICS[metric].higher_is_better
        bounds = [equivalence(e, higher_is_better=better, margin=rule.margin) for e in errors]
        p_adjusted, no_gain = adjusted(p_values), adjusted([b.p_no_gain for b in bounds])
        for k, i in enumerate(having):
            low, high = interval(errors[k])
            out[i][metric] = MetricTest(
                metric=metric,
                points=errors[k].points,
                p_value=p_values[k],
                p_utterances=found[k].p_utterances,
                p_seeds=p_seeds[k],
                p_adjusted=p_adjusted[k],
                p_no_worse=bounds[k].p_no_worse,
                p_no_gain=bounds[k].p_no_gain,
                p_no_gain_adjusted=no_gain[k],
                ci_low=low,
                ci_high=high,
            )
    return out


def _verdict(
    skill: SkillEvidence, tests: Mapping[str, MetricTest], reach: float, rule: Rule
) -> SkillVerdict:
    test = tests[DECIDING]
    worth = int(skill.n_test / skill.widening)
    smallest = smallest_effect(worth, skill.planned, reach, rule.power)
    needed = None
    measured = f"{100 * test.points:+.1f} points"
    if test.p_adjusted <= rule.alpha and test.points > 0:
        verdict, reason = MOVE, f"{measured}, adjusted p {p_value(test.p_adjusted)}"
        if test.points < rule.margin:
            reason += f"; sure, yet under the {100 * rule.margin:g} points that matter"
    elif test.p_adjusted <= rule.alpha and test.points < 0:
        verdict, reason = (
            KEEP,
            f"{measured}, adjusted p {p_value(test.p_adjusted)}: the candidate loses",
        )
    elif test.p_no_gain_adjusted <= rule.alpha:
        verdict = KEEP
        reason = (
            f"{measured}; a gain of {100 * rule.margin:g} points or more is ruled out, "
            f"adjusted p {p_value(test.p_no_gain_adjusted)}"
        )
    else:
        verdict = UNDECIDED
        reason = f"{measured}, adjusted p {p_value(test.p_adjusted)}; "
        if test.p_utterances <= reach and skill.widening == 1:
            reason += (
                f"these models differ, but {skill.seeds} seeds do not yet show that the systems "
                f"do (p {p_value(test.p_value)}): run more seeds"
            )
        else:
            needed = _needed(skill, test.points, reach, rule)
            reason += f"{_shown(skill.told, smallest)}; {_more(needed)}"
    if verdict != UNDECIDED and skill.seeds == 1 and skill.widening == 1:
        reason += "; one seed: said of these two models, not yet of the systems"
    return SkillVerdict(
        suite=skill.suite,
        skill=skill.skill,
        locale=skill.locale,
        shots=skill.shots,
        baseline=skill.baseline,
        candidate=skill.candidate,
        n_test=skill.n_test,
        seeds=skill.seeds,
        verdict=verdict,
        reason=reason,
        margin=rule.margin,
        alpha=reach,
        discordance=skill.discordance,
        smallest_effect=smallest,
        utterances_needed=needed,
        tests=tuple(tests.values()),
    )


def _needed(skill: SkillEvidence, points: float, alpha: float, rule: Rule) -> int | None:
    """How many more utterances the nearer verdict takes, if what was measured is the truth."""
    ways = []
    if points > 0:
        ways.append(utterances_to_show(points, skill.planned, alpha, rule.power))
    if points < rule.margin:
        gap = rule.margin - points
        ways.append(utterances_to_rule_out(gap, skill.planned, alpha, rule.power))
    more = max(1, math.ceil(min(ways) * skill.widening) - skill.n_test)
    return _rounded(more) if more < LARGEST // 2 else None


def _rounded(count: int) -> int:
    """Two digits: what hangs on a measured difference is not known better."""
    step = int(10 ** max(0, len(str(count)) - 2))
    return -(-count // step) * step


def _shown(utterances: str, smallest: float | None) -> str:
    if smallest is None:
        return f"{utterances} can show nothing, however they fall"
    return f"{utterances} show a gain from {100 * smallest:.1f} points"


def _more(needed: int | None) -> str:
    if needed is None:
        return "no number of test utterances would decide it"
    return f"needs about {needed:,} more"


def p_value(value: float) -> str:
    """A p-value as it is written."""
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")
