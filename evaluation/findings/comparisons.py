"""From a run's finished cells to its comparisons: means over skills, gains, intervals, wins."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from data_cards.folds import number
from evaluation.findings.grouping import Pair, Tallied, comparable, tallied
from evaluation.results.reader import Results
from evaluation.results.rows import Comparison, PlannedCell
from evaluation.scoring.gains import gain
from evaluation.scoring.metrics import METRICS, Metric
from evaluation.scoring.names import SkillRef
from evaluation.stats.bootstrap import RESAMPLES, skill_replicates, wins
from evaluation.stats.cross_validated import deals_errors, stretched
from evaluation.stats.shelf import Rows, Shelf
from evaluation.stats.significance import wilcoxon_signed_rank
from evaluation.stats.suite_interval import family_means, suite_interval, suite_replicates

Floats = NDArray[np.float64]


class Side:
    """One skill under one pair, shots and metric: both scores and their replicates."""

    __slots__ = ("baseline", "candidate", "locale", "name", "replicates", "seeds", "suite")

    def __init__(
        self, cell: PlannedCell, baseline: float, candidate: float, seeds: int, replicates: Rows
    ) -> None:
        self.suite, self.name, self.locale = cell.suite, cell.row.skill, cell.row.locale
        self.baseline, self.candidate, self.seeds = baseline, candidate, seeds
        self.replicates = replicates  # (resamples, 2)

    @property
    def label(self) -> str:
        """Suite and skill: unique within a run."""
        return SkillRef(self.suite, self.name, self.locale).label


Sides = dict[tuple[int | None, Pair, str], list[Side]]
"""By shots, pair and metric: every skill that was measured so."""


def sides(
    results: Results, run: int, wanted: Sequence[Pair], shelf: Shelf, resamples: int = RESAMPLES
) -> Sides:
    """Every skill of a run under each wanted pair, for each number of shots and metric; their
    replicates are on the shelf."""
    measured: Sides = {}
    for skill in tallied(results, run) if wanted else ():
        add_sides(measured, skill, wanted, shelf, resamples)
    return measured


def add_sides(
    measured: Sides, skill: Tallied, wanted: Sequence[Pair], shelf: Shelf, resamples: int
) -> None:
    """Add one skill under each wanted pair and metric."""
    if not wanted:
        return
    rng = np.random.default_rng(number(f"{skill.label}|{skill.shots}"))
    for pair, by_metric in skill_replicates(skill.counts, wanted, rng, resamples).items():
        for metric, replicates in by_metric.items():
            scores = _scores(skill.cells, pair, metric)
            if scores is not None and skill.folds is not None:
                (error,) = deals_errors(skill.counts, [pair], METRICS[metric])
                replicates = stretched(replicates, scores[:2], error)
            if scores is not None:
                side = Side(skill.cells[0], *scores, shelf.keep(replicates))
                measured.setdefault((skill.shots, pair, metric), []).append(side)


def _scores(
    cells: Sequence[PlannedCell], pair: Pair, metric: str
) -> tuple[float, float, int] | None:
    """Means over the seeds that both have, and how many; None where the metric tells nothing."""
    found: list[dict[int, float]] = []
    for system in pair:
        rows = [c.row for c in cells if c.row.system == system]
        found.append({row.seed: getattr(row, metric) for row in rows if comparable(row, metric)})
    seeds = found[0].keys() & found[1].keys()
    if not seeds:
        return None
    first, second = (math.fsum(values[s] for s in sorted(seeds)) / len(seeds) for values in found)
    return first, second, len(seeds)


def compared(measured: Sides) -> Iterator[Comparison]:
    """All comparisons, by shots, pair, metric, and locale (first all locales as one)."""
    for (shots, pair, metric), found in measured.items():
        yield comparison(shots, pair, METRICS[metric], None, found)
        for locale in sorted({side.locale for side in found}):
            chosen = [side for side in found if side.locale == locale]
            yield comparison(shots, pair, METRICS[metric], locale, chosen)


def comparison(
    shots: int | None, pair: Pair, metric: Metric, locale: str | None, sides: Sequence[Side]
) -> Comparison:
    """What some skills come to; `locale` says of which they are, None = of several."""
    better = metric.higher_is_better
    before, after = (_mean([getattr(s, name) for s in sides]) for name in ("baseline", "candidate"))
    of_means = gain(before, after, higher_is_better=better)
    each = [gain(s.baseline, s.candidate, higher_is_better=better) for s in sides]
    ratios = [g.relative_gain for g in each if g.relative_gain is not None]
    cuts = [g.relative_error_reduction for g in each if g.relative_error_reduction is not None]
    sign = 1 if better else -1
    rises = [sign * (s.candidate - s.baseline) for s in sides]
    ahead, even, behind = wins(rises)
    names = [s.name for s in sides]
    rng = np.random.default_rng(number(f"{locale}|{shots}"))
    drawn = suite_replicates(
        [(s.baseline, s.candidate) for s in sides], [s.replicates for s in sides], names, rng
    )  # (resamples, 2)
    low, high = drawn[:, 0], drawn[:, 1]
    errors = (1 - low, 1 - high) if better else (low, high)
    ratio_ci = suite_interval(_ratio(high - low, low), names)
    points_ci = suite_interval(high - low, names)
    cut_ci = suite_interval(_ratio(errors[0] - errors[1], errors[0]), names)
    return Comparison(
        baseline=pair[0],
        candidate=pair[1],
        metric=metric.name,
        shots=shots,
        locale=locale,
        skills=len(sides),
        points=of_means.points,
        relative_gain=of_means.relative_gain,
        relative_error_reduction=of_means.relative_error_reduction,
        ci_low=ratio_ci[0] if of_means.relative_gain is not None else None,
        ci_high=ratio_ci[1] if of_means.relative_gain is not None else None,
        wins=ahead,
        ties=even,
        losses=behind,
        baseline_mean=before,
        candidate_mean=after,
        points_ci_low=points_ci[0],
        points_ci_high=points_ci[1],
        error_reduction_ci_low=cut_ci[0],
        error_reduction_ci_high=cut_ci[1],
        mean_skill_relative_gain=_mean(ratios) if ratios else None,
        mean_skill_relative_gain_skills=len(ratios),
        mean_skill_error_reduction=_mean(cuts) if cuts else None,
        mean_skill_error_reduction_skills=len(cuts),
        wilcoxon_p=wilcoxon_signed_rank(family_means(rises, names)),
    )


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _ratio(above: Floats, below: Floats) -> Floats:
    out = np.full(len(below), np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out
