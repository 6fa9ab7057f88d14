"""From the cells of runs to the findings: what counts, each claim judged, gains by part, growth."""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from evaluation.claim_check.rules import CLAIMS, CONVERGENCE, Claim, Finding, Measured, judge
from evaluation.findings.comparisons import Side, Sides, comparison, sides
from evaluation.findings.grouping import Pair
from evaluation.planning.tuned_on import development
from evaluation.results.reader import FILE, Results
from evaluation.results.rows import Comparison
from evaluation.scoring.metrics import METRICS
from evaluation.stats.bootstrap import RESAMPLES
from evaluation.stats.shelf import Shelf

PAIRS: tuple[Pair, ...] = tuple(dict.fromkeys(claim.pair for claim in CLAIMS))

REPEATING = frozenset({"fb-mtod", "multidogo"})
"""Suites in which more than a quarter of the test texts are also in training."""


@dataclass(frozen=True, slots=True)
class Part:
    """A claim's figure on some of its skills."""

    claim: Claim
    shots: int
    name: str
    measured: Measured


@dataclass(frozen=True, slots=True)
class Growth:
    """The gain of a pair at growing numbers of shots, in points with its interval."""

    pair: Pair
    rungs: tuple[Comparison, ...]

    @property
    def stops(self) -> int | str | None:
        """The smallest number of shots, or "all", at which the candidate no longer surely wins.

        None if it still does at the largest number measured.
        """
        won = [(r.points_ci_low or 0.0) > 0 for r in self.rungs]
        last = max((i for i, each in enumerate(won) if each), default=-1)
        if last + 1 == len(self.rungs):
            return None
        shots = self.rungs[last + 1].shots
        return "all" if shots is None else shots


@dataclass(frozen=True, slots=True)
class Claimed:
    """All that `skillwise claims` says."""

    findings: tuple[Finding, ...]
    parts: tuple[Part, ...]
    growth: tuple[Growth, ...]
    excluded: tuple[str, ...]
    """Labels of the skills that were tuned on."""
    counted: int
    """Skills of the first claim at its primary number of shots."""


def read_runs(folders: Sequence[Path], shelf: Shelf, resamples: int = RESAMPLES) -> Sides:
    """Read every skill under every pair of a claim; if several runs have it, the first counts."""
    merged: Sides = {}
    for folder in folders:
        with Results(folder / FILE) as results:
            number = results.ended_run()
            for key, found in sides(results, number, PAIRS, shelf, resamples).items():
                own = merged.setdefault(key, [])
                known = {side.label for side in own}
                own += [side for side in found if side.label not in known]
    return merged


def conclude(
    measured: Sides, convergence: Measured | None = None, unrun: Sequence[str] = ()
) -> Claimed:
    """Judge every claim on the skills that count; `unrun` were left out before anything ran."""
    labels = {side.label for found in measured.values() for side in found}
    excluded = {label for label in labels if development(label)}
    kept = {
        key: [side for side in found if side.label not in excluded]
        for key, found in measured.items()
    }
    findings: list[Finding] = []
    parts: list[Part] = []
    for claim in CLAIMS:
        for shots in claim.shots:
            found = kept.get((shots, claim.pair, claim.metric), [])
            own = measure(claim, shots, found)
            findings.append(judge(claim, shots, own, _missing(claim, shots, measured)))
            if own is not None:
                parts += _parts(claim, shots, found)
    findings.append(judge(CONVERGENCE, None, convergence, "no --convergence FILE"))
    first = kept.get((CLAIMS[0].primary, CLAIMS[0].pair, CLAIMS[0].metric), [])
    return Claimed(
        tuple(findings),
        tuple(parts),
        tuple(_growth(kept)),
        tuple(sorted(excluded.union(unrun))),
        len(first),
    )


def measure(claim: Claim, shots: int, found: Sequence[Side]) -> Measured | None:
    """A claim's figure on some skills; None if there are none."""
    if not found:
        return None
    c = comparison(shots, claim.pair, METRICS[claim.metric], None, found)
    locales = dict(sorted(Counter(side.locale for side in found).items()))
    seeds = min(side.seeds for side in found)
    if claim.quantity == "relative gain":
        return Measured(c.relative_gain, c.ci_low, c.ci_high, c.skills, locales, seeds,
                        c.mean_skill_relative_gain)  # fmt: skip
    return Measured(
        c.relative_error_reduction, c.error_reduction_ci_low, c.error_reduction_ci_high,
        c.skills, locales, seeds, c.mean_skill_error_reduction,
    )  # fmt: skip


def read_convergence(path: Path) -> Measured:
    """Read what `benchmarks/convergence.py` wrote; any other file is a `DataError`."""
    remedy = "name a JSON report with these figures (docs/BENCHMARKS.md)"
    try:
        figures: Any = json.loads(path.read_text("utf-8"))["figures"]
        names = ("convergence_ratio", "convergence_ratio_ci_low", "convergence_ratio_ci_high")
        value, low, high = (_number(figures[name]) for name in names)
        return Measured(value, low, high, int(figures["skills"]), {}, 1)
    except OSError as error:
        raise DataError(path, None, f"cannot be read ({error.strerror})", remedy) from None
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(path, None, f"is no report of the meter ({error!r})", remedy) from None


def _number(value: Any) -> float | None:
    if value is not None and (isinstance(value, bool) or not math.isfinite(value)):
        raise ValueError(value)
    return None if value is None else float(value)


def _missing(claim: Claim, shots: int, measured: Sides) -> str:
    if any(key[1:] == (claim.pair, claim.metric) for key in measured):
        return f"nothing was run at {shots} utterances per intent"
    baseline, candidate = claim.pair
    return f"no run has both {baseline} and {candidate} on one skill"


def _parts(claim: Claim, shots: int, found: Sequence[Side]) -> Iterator[Part]:
    """By locale, by suite, and without what repeats itself; nothing where there is one part."""
    cuts: list[tuple[str, Callable[[Side], str]]] = [
        ("locale", lambda side: side.locale), ("suite", lambda side: side.suite)
    ]  # fmt: skip
    for _, of in cuts:
        names = sorted({of(side) for side in found})
        for name in names if len(names) > 1 else ():
            own = measure(claim, shots, [side for side in found if of(side) == name])
            if own is not None:
                yield Part(claim, shots, name, own)
    fresh = [side for side in found if side.suite not in REPEATING]
    own = measure(claim, shots, fresh)
    if own is not None and len(fresh) < len(found):
        yield Part(claim, shots, f"without {', '.join(sorted(REPEATING))}", own)


def _growth(kept: Sides) -> Iterator[Growth]:
    metric = "frame_accuracy"
    for pair in PAIRS:
        shots = [n for n, other, name in kept if (other, name) == (pair, metric)]
        shots.sort(key=lambda n: math.inf if n is None else n)
        rungs = [
            comparison(n, pair, METRICS[metric], None, found)
            for n in shots
            if (found := kept[n, pair, metric])
        ]
        if rungs:
            yield Growth(pair, tuple(rungs))
