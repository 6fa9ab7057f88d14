"""From a run's finished cells to a verdict on each skill, and to what may be claimed of all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from data_cards.folds import number
from evaluation.findings.eligibility import DECIDING, Evidence, Rule, SkillEvidence, decide
from evaluation.findings.grouping import Pair, Tallied, comparable
from evaluation.results.rows import Comparison, MetricTest, PlannedCell, SkillVerdict
from evaluation.scoring.metrics import COLUMNS, METRICS, Counts, Metric
from evaluation.stats.cross_validated import deals_errors
from evaluation.stats.multiplicity import claimable
from evaluation.stats.paired_error import PairedError, paired_errors, utterance_differences
from evaluation.stats.significance import approximate_randomisation, exact_sign_flip

EXACT = {"frame_accuracy": "frame", "intent_accuracy": "intent"}
"""Metrics that count right utterances, with the column that does: these have an exact test."""


Lists = dict[tuple[int | None, Pair], list[SkillEvidence]]
"""By shots and pair: the evidence on every skill, in the plan's order."""


def add_evidence(lists: Lists, skill: Tallied, wanted: Sequence[Pair]) -> None:
    """Add one skill's tests under each wanted pair."""
    errors_of = paired_errors if skill.folds is None else deals_errors
    errors = {
        name: dict(zip(wanted, errors_of(skill.counts, wanted, metric), strict=True))
        for name, metric in METRICS.items()
    }
    for pair in wanted:
        first, second = (skill.counts.get(system, {}) for system in pair)
        seeds = sorted(first.keys() & second.keys())
        if seeds:
            counts = [np.stack([side[seed] for seed in seeds]) for side in (first, second)]
            rng = np.random.default_rng(number(f"{skill.label}|{skill.shots}|{pair}"))
            own = {name: found[pair] for name, found in errors.items()}
            found = _evidence(skill.cells, pair, counts[0], counts[1], own, rng)
            lists.setdefault((skill.shots, pair), []).append(found)


def judged(lists: Lists, rule: Rule | None = None) -> list[SkillVerdict]:
    """The verdict on each skill, for each pair and number of shots."""
    return [verdict for skills in lists.values() for verdict in decide(skills, rule)]


def with_claims(
    comparisons: Iterable[Comparison], verdicts: Sequence[SkillVerdict], alpha: float = 0.05
) -> list[Comparison]:
    """The comparisons with what may be claimed of their skills: how many wins, how many losses."""
    lists: dict[tuple[object, ...], list[tuple[str, MetricTest]]] = {}
    for v in verdicts:
        for test in v.tests:
            key = (v.baseline, v.candidate, v.shots, test.metric)
            lists.setdefault(key, []).append((v.locale, test))
    out = []
    for c in comparisons:
        found = lists.get((c.baseline, c.candidate, c.shots, c.metric), [])
        tests = [test for locale, test in found if c.locale in (None, locale)]
        sign = 1 if METRICS[c.metric].higher_is_better else -1
        sure = [sign * t.points for t in tests if t.p_adjusted <= alpha]
        out.append(
            replace(
                c,
                significant_wins=sum(rise > 0 for rise in sure),
                significant_losses=sum(rise < 0 for rise in sure),
                claimable_wins=claimable([_one_sided(t, sign) for t in tests], alpha),
            )
        )
    return out


def _one_sided(test: MetricTest, sign: int) -> float:
    """The p-value of "better": all tests here are symmetric; 1 where the candidate is not ahead."""
    return test.p_value / 2 if sign * test.points > 0 else 1.0


def _evidence(
    cells: Sequence[PlannedCell],
    pair: Pair,
    first: Counts,
    second: Counts,
    errors: Mapping[str, PairedError | None],
    rng: np.random.Generator,
) -> SkillEvidence:
    """Tests of (seeds, utterances, columns) counts in each metric that the skill can show."""
    row = cells[0].row
    frames = utterance_differences(first, second, METRICS[DECIDING]).mean(axis=0)
    return SkillEvidence(
        suite=cells[0].suite,
        skill=row.skill,
        locale=row.locale,
        shots=row.shots,
        baseline=pair[0],
        candidate=pair[1],
        n_test=first.shape[1],
        seeds=len(first),
        discordance=float((frames**2).mean()),
        metrics={
            name: Evidence(_over_utterances(metric, first, second, rng), error)
            for name, metric in METRICS.items()
            if (error := errors[name]) is not None
            and all(comparable(c.row, name) for c in cells if c.row.system in pair)
        },
    )


def _over_utterances(
    metric: Metric, first: Counts, second: Counts, rng: np.random.Generator
) -> float:
    """The p-value over utterances of (seeds, utterances, columns) counts."""
    if metric.name in EXACT:
        column = COLUMNS.index(EXACT[metric.name])
        return exact_sign_flip((second - first)[:, :, column].sum(axis=0))
    return approximate_randomisation(first, second, metric, rng)
