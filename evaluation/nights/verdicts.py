"""The verdict of a night: did a system get worse or better than its reference, skill by skill.

Pure: from counts to verdicts. docs/NIGHTLY.md says why each step is as it is, and with which error
rates. Under the null hypothesis tonight's code draws its fitted models from the same distribution
as the reference's code. Then their seeds are exchangeable: no seed is paired with another one, for
every night has its own; the test utterances are paired, for all nights answer the same ones.
Two things must be unlikely before a night blocks: that the seeds alone did it, and that a few
utterances did.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from evaluation.scoring.metrics import COLUMNS, Counts
from evaluation.scoring.names import SkillRef
from evaluation.stats.multiplicity import adjusted
from evaluation.stats.paired_error import PairedError, moderated, padded
from evaluation.stats.significance import exact_sign_flip

Verdict = Literal[
    "regression", "improvement", "no change", "insufficient data", "not comparable"
]  # fmt: skip
Floats = NDArray[np.float64]
Right = NDArray[np.int64]

FRAME = COLUMNS.index("frame")
ASKED_BELOW = 0.05
"""p-value over seeds above which the costlier test over utterances is left out."""


@dataclass(frozen=True, slots=True)
class NightRule:
    """When a night blocks.

    `alpha` bounds the false discoveries of the test over seeds among the night's cells, and again
    among its suites: it alone keeps nights without a change quiet. `alpha_utterances` does so for
    the test over utterances among the cells that the seeds speak against, and no others are asked:
    it is there so that a handful of utterances, changed for good, does not block.
    `window` is how many nights, this one included, are pooled; `stands` is the one-sided p-value
    that tonight alone must reach too, so that a mended loss stops blocking at once;
    `too_coarse` is the effect in points that a cell must be able to show to pass as "no change".
    """

    alpha: float = 0.0005
    alpha_utterances: float = 0.05
    window: int = 3
    stands: float = 0.25
    too_coarse: float = 0.15
    power: float = 0.8


@dataclass(frozen=True, slots=True)
class CellKey:
    """One skill under one system and number of shots, over all its seeds."""

    suite: str
    skill: str
    locale: str
    shots: int | None
    system: str

    @property
    def label(self) -> str:
        """Suite, skill and locale."""
        return SkillRef(self.suite, self.skill, self.locale).label


@dataclass(frozen=True, slots=True)
class CellEvidence:
    """Counts (seeds, utterances, columns) of the reference and of the window's nights, tonight's
    last; all of them over the same test utterances."""

    key: CellKey
    reference: Counts
    nights: tuple[Counts, ...]


@dataclass(frozen=True, slots=True)
class CellVerdict:
    """What a night says of one cell. `points` is tonight's frame accuracy less the reference's;
    `pooled` the same over the window, with its standard error over seeds. The p-values stand on
    the window, over seeds and over utterances: one-sided in the direction of `pooled`, adjusted.
    """

    key: CellKey
    verdict: Verdict
    reason: str
    reference: float | None = None
    tonight: float | None = None
    points: float | None = None
    pooled: float | None = None
    error: float | None = None
    p_seeds: float | None = None
    p_utterances: float | None = None
    nights: int = 0
    utterances: int = 0


@dataclass(frozen=True, slots=True)
class SuiteVerdict:
    """What a night says of the mean over all comparable skills of one system."""

    system: str
    shots: int | None
    skills: int
    verdict: Verdict
    points: float
    pooled: float
    error: float
    p_seeds: float
    p_utterances: float


@dataclass(frozen=True, slots=True)
class _Tests:
    """Adjusted one-sided p-values of one change, and tonight's own p-value of a loss."""

    loss: tuple[float, float]
    gain: tuple[float, float]
    tonight: float

    def of(self, points: float) -> tuple[float, float]:
        return self.loss if points < 0 else self.gain


def judge(
    evidence: Sequence[CellEvidence], rule: NightRule | None = None
) -> tuple[list[CellVerdict], list[SuiteVerdict]]:
    """The verdicts on the night's cells, in the order given, and on its suites."""
    rule = rule or NightRule()
    pooled = [night_error(cell.reference, cell.nights) for cell in evidence]
    alone = [night_error(cell.reference, cell.nights[-1:]) for cell in evidence]
    for rows in _by_suite(evidence).values():
        for errors in (pooled, alone):
            calmed = moderated([errors[i] for i in rows])
            for i, error in zip(rows, calmed, strict=True):
                errors[i] = error
    losses, gains = (
        [_exact(*row, s) for row in zip(evidence, pooled, strict=True)] for s in (-1, 1)
    )
    tests = _tests(pooled, alone, losses, gains, rule)
    cells = [
        _cell(*row, rule, len(evidence)) for row in zip(evidence, pooled, alone, tests, strict=True)
    ]
    return cells, _suites(evidence, pooled, alone, rule)


def night_error(reference: Counts, nights: Sequence[Counts]) -> PairedError:
    """Frame accuracy of the nights together less the reference's, with its two variances.

    Over utterances the difference is paired. Over seeds the two sides are independent samples:
    s^2 (1 / k + 1 / m) with s^2 pooled within the reference and within each night, as in Student's
    two-sample test; what differs between nights may be the very change that is looked for.
    """
    before = reference[..., FRAME].astype(np.float64)  # (k, utterances)
    parts = [night[..., FRAME].astype(np.float64) for night in nights]
    after = np.concatenate(parts)  # (m, utterances)
    each = after.mean(axis=0) - before.mean(axis=0)
    n = len(each)
    squares, freedom = 0.0, 0
    for side in (before, *parts):
        means = side.mean(axis=1)
        squares += float(((means - means.mean()) ** 2).sum())
        freedom += len(means) - 1
    between = squares / freedom * (1 / len(before) + 1 / len(after)) if freedom else 0.0
    over_utterances = float(each.var(ddof=1) / n) if n > 1 else 0.0
    return PairedError(float(each.mean()), n, over_utterances, 1, between, freedom)


def _by_suite(evidence: Iterable[CellEvidence]) -> dict[tuple[str, int | None], list[int]]:
    found: dict[tuple[str, int | None], list[int]] = {}
    for i, cell in enumerate(evidence):
        found.setdefault((cell.key.system, cell.key.shots), []).append(i)
    return found


def over_seeds(error: PairedError, sign: int) -> float:
    """One-sided p-value that seeds alone make so large a difference of this sign."""
    return replace(error, points=sign * error.points, over_utterances=0.0).tail(0.0)


def over_utterances(error: PairedError, sign: int) -> float:
    """The same of utterances alone."""
    return replace(error, points=sign * error.points, over_seeds=0.0).tail(0.0)


def _exact(cell: CellEvidence, error: PairedError, sign: int) -> float:
    """One-sided randomisation test over utterances of the sums of right answers, each side weighted
    by the other's seeds so that they are whole numbers; where nothing depends on the seed it is
    McNemar's exact test. It is 1, unasked, where the seeds alone already speak against a claim."""
    if over_seeds(error, sign) > ASKED_BELOW:
        return 1.0
    before = cell.reference[..., FRAME]
    after = np.concatenate([night[..., FRAME] for night in cell.nights])
    differences: Right = len(before) * after.sum(axis=0) - len(after) * before.sum(axis=0)
    if sign * int(differences.sum()) <= 0:
        return 1.0
    step = int(np.gcd.reduce(differences))
    return exact_sign_flip(differences // step) / 2


def _tests(
    pooled: Sequence[PairedError], alone: Sequence[PairedError],
    losses: Sequence[float], gains: Sequence[float], rule: NightRule,
) -> list[_Tests]:  # fmt: skip
    """The p-values of each direction, those over seeds adjusted over all, those over utterances
    over the ones that the seeds speak against."""
    ways = []
    for sign, utterances in ((-1, losses), (1, gains)):
        seeds = adjusted([over_seeds(error, sign) for error in pooled])
        asked = [i for i, p_value in enumerate(seeds) if p_value <= rule.alpha]
        own = list(utterances)
        for i, p_value in zip(asked, adjusted([own[i] for i in asked]), strict=True):
            own[i] = p_value
        ways.append(list(zip(seeds, own, strict=True)))
    return [
        _Tests(down, up, over_seeds(error, -1))
        for down, up, error in zip(*ways, alone, strict=True)
    ]


def _cell(
    cell: CellEvidence, pooled: PairedError, alone: PairedError, tests: _Tests,
    rule: NightRule, family: int,
) -> CellVerdict:  # fmt: skip
    verdict = _verdict(tests, rule)
    effect = _smallest_effect(pooled, rule, family)
    if verdict == "no change" and effect > rule.too_coarse:
        verdict = "insufficient data"
    p_seeds, p_utterances = tests.of(pooled.points)
    return CellVerdict(
        key=cell.key,
        verdict=verdict,
        reason=_reason(verdict, pooled, len(cell.nights), max(p_seeds, p_utterances), effect),
        reference=float(cell.reference[..., FRAME].mean()),
        tonight=float(cell.nights[-1][..., FRAME].mean()),
        points=alone.points,
        pooled=pooled.points,
        error=math.sqrt(pooled.over_seeds),
        p_seeds=p_seeds,
        p_utterances=p_utterances,
        nights=len(cell.nights),
        utterances=pooled.utterances,
    )


def _verdict(tests: _Tests, rule: NightRule) -> Verdict:
    levels = (rule.alpha, rule.alpha_utterances)
    if all(p <= a for p, a in zip(tests.loss, levels, strict=True)):
        return "regression" if tests.tonight <= rule.stands else "no change"
    if all(p <= a for p, a in zip(tests.gain, levels, strict=True)):
        return "improvement" if 1 - tests.tonight <= rule.stands else "no change"
    return "no change"


def _smallest_effect(error: PairedError, rule: NightRule, family: int) -> float:
    """What this cell, were it the only one changed, would show with the rule's power."""
    strict = float(norm.isf(rule.alpha / family) + norm.ppf(rule.power))
    loose = float(norm.isf(rule.alpha_utterances) + norm.ppf(rule.power))
    shown = padded(replace(error, over_seeds=0.0)).error
    return max(strict * math.sqrt(error.over_seeds), loose * shown)


def _reason(
    verdict: Verdict, pooled: PairedError, nights: int, p_value: float, effect: float
) -> str:
    over = "tonight" if nights == 1 else f"over {nights} nights"
    change = f"{100 * pooled.points:+.1f} points {over}"
    if verdict == "insufficient data":
        return f"{change}; only a change of {100 * effect:.0f} points could be shown"
    if verdict == "no change":
        return f"{change}; a change of {100 * effect:.1f} points would be shown"
    return f"{change}, adjusted p {p_value:.2g}"


def _suites(
    evidence: Sequence[CellEvidence],
    pooled: Sequence[PairedError],
    alone: Sequence[PairedError],
    rule: NightRule,
) -> list[SuiteVerdict]:
    groups = {key: rows for key, rows in _by_suite(evidence).items() if len(rows) > 1}
    names = {key: [evidence[i].key.skill for i in rows] for key, rows in groups.items()}
    window = [suite_error([pooled[i] for i in rows], names[k]) for k, rows in groups.items()]
    tonight = [suite_error([alone[i] for i in rows], names[k]) for k, rows in groups.items()]
    losses, gains = ([over_utterances(e, sign) for e in window] for sign in (-1, 1))
    found = []
    for key, error, own, tests in zip(
        groups, window, tonight, _tests(window, tonight, losses, gains, rule), strict=True
    ):
        p_seeds, p_utterances = tests.of(error.points)
        found.append(
            SuiteVerdict(
                system=key[0], shots=key[1], skills=len(groups[key]),
                verdict=_verdict(tests, rule), points=own.points, pooled=error.points,
                error=math.sqrt(error.over_seeds), p_seeds=p_seeds, p_utterances=p_utterances,
            )
        )  # fmt: skip
    return found


def suite_error(errors: Sequence[PairedError], names: Sequence[str]) -> PairedError:
    """The mean of skills' differences. The skills are these and no sample: only utterances and
    seeds vary, so the variances add. Locales of one name may share their sentences: their standard
    errors add, as if their noise were one and the same."""
    size = len(errors)
    order = sorted(range(size), key=lambda i: names[i])
    utterances, seeds, below = 0.0, 0.0, 0.0
    for _, members in groupby(order, key=lambda i: names[i]):
        own = [errors[i] for i in members]
        utterances += math.fsum(math.sqrt(e.over_utterances) for e in own) ** 2
        luck = math.fsum(math.sqrt(e.over_seeds) for e in own) ** 2
        freedom = min(e.seed_freedom for e in own)
        seeds += luck
        below += luck**2 / freedom if freedom else 0.0
    return PairedError(
        points=math.fsum(e.points for e in errors) / size,
        utterances=sum(e.utterances for e in errors),
        over_utterances=utterances / size**2,
        over_seeds=seeds / size**2,
        seed_freedom=seeds**2 / below if below else 0.0,
    )
