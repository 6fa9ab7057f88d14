"""A run's cells by skill and shots: what a row of the ladder and its panel are made from."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from evaluation.findings.grouping import by_skill, comparable
from evaluation.findings.scores import RunScores
from evaluation.results.rows import CellRow, Comparison, PlannedCell, RunResult


@dataclass(slots=True)
class SkillCells:
    """The finished cells of one skill at one number of shots: system -> seed -> row."""

    label: str
    suite: str
    name: str
    locale: str
    shots: int | None
    rows: dict[str, dict[int, CellRow]] = field(default_factory=dict)

    @property
    def some(self) -> CellRow:
        """Any of them, for what they have in common."""
        return next(iter(next(iter(self.rows.values())).values()))

    def comparable(self, system: str, metric: str) -> bool:
        """Whether the metric can tell this system from others here, under every seed."""
        return all(comparable(row, metric) for row in self.rows[system].values())

    def seed(self) -> int:
        """The lowest of the seeds that most systems have finished."""
        seeds = [seed for by_seed in self.rows.values() for seed in by_seed]
        return max(sorted(set(seeds)), key=seeds.count)


def grouped(cells: Iterable[PlannedCell]) -> Iterator[SkillCells]:
    """Skill by skill, in the order of the plan; one is held at a time."""
    for (label, shots), own in by_skill(cells):
        group = SkillCells(label, own[0].suite, own[0].row.skill, own[0].row.locale, shots)
        for cell in own:
            group.rows.setdefault(cell.row.system, {})[cell.row.seed] = cell.row
        yield group


def system_names(run: RunResult, scores: RunScores) -> list[str]:
    """The systems in the order they were asked for."""
    asked = [str(name) for name in run.settings.get("systems", ())]
    return list(dict.fromkeys([*asked, *scores.code]))


def pair_names(run: RunResult, systems: Sequence[str]) -> list[tuple[str, str]]:
    """The pairs that were compared; the last system over the first comes first, as the headline."""
    found = dict.fromkeys((c.baseline, c.candidate) for c in run.comparisons)
    return sorted(found, key=lambda pair: pair != (systems[0], systems[-1]))


def headlines(
    run: RunResult, pairs: Sequence[tuple[str, str]], metric: str = "frame_accuracy"
) -> list[Comparison]:
    """The comparisons over all locales, pair by pair, in the order of `pair_names`."""
    order = {pair: number for number, pair in enumerate(pairs)}
    chosen = [c for c in run.comparisons if c.metric == metric and c.locale is None]
    return sorted(chosen, key=lambda c: order[c.baseline, c.candidate])


def known(value: float | None) -> float | None:
    """None for what is no number: NaN is no JSON."""
    return None if value is None or math.isnan(value) else value
