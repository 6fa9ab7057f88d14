"""A drill of the gate on answers that are on record: how often does it alarm where nothing changed,
and does it find a loss that is planted?

The seeds of all nights since the reference are one pool. Where no night changed anything they are
exchangeable, so a series is drawn by dealing them anew to a reference and to nights; every skill is
dealt alike, so that whatever one seed does to several skills at once stays together. A loss breaks
a share of the utterances for good, under every seed of the nights.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_cards.errors import SkillwiseError
from evaluation.nights.verdicts import (
    CellEvidence,
    CellKey,
    CellVerdict,
    NightRule,
    SuiteVerdict,
    judge,
)
from evaluation.scoring.metrics import COLUMNS, Counts

Pools = Mapping[CellKey, Counts]
"""Of each cell all seeds on record: (seeds, utterances, columns)."""
Judged = tuple[list[CellVerdict], list[SuiteVerdict]]
Broken = Mapping[CellKey, NDArray[np.bool_]]
"""Of some cells the utterances that a planted loss breaks: (utterances,)."""

EVERYWHERE, IN_ONE = 0.03, 0.08
"""The losses that are planted: in all skills of a system, in one skill of it."""


@dataclass(frozen=True, slots=True)
class Drill:
    """What `series` dealt series came to, of `nights` nights each; counts of nights or series."""

    series: int
    nights: int
    alarms: int
    series_with_alarm: int
    series_with_more: int
    found_everywhere: int
    found_in_one: int


def drill(
    pools: Pools, seeds: int, series: int, rng: np.random.Generator, rule: NightRule | None = None
) -> Drill:
    """Deal `series` series of nights with `seeds` seeds each; plant each loss once in every one."""
    rule = rule or NightRule()
    held = {len(counts) for counts in pools.values()}
    nights = (min(held, default=0) - rule.window * seeds) // seeds
    if nights < 1 or len(held) > 1:
        raise SkillwiseError(
            f"--drill: the nights since the reference hold {min(held, default=0)} seeds of a cell, "
            f"a reference and a night take {(rule.window + 1) * seeds}; let more nights pass"
        )
    (size,) = held
    alarms = noisy = often = everywhere = one = 0
    systems = sorted({(key.system, key.shots or 0) for key in pools})
    for number in range(series):
        order = rng.permutation(size)
        quiet = [_alarmed(night) for night in _nights(pools, order, seeds, nights, rule, {})]
        alarms, noisy, often = alarms + sum(quiet), noisy + any(quiet), often + (sum(quiet) > 1)
        system, shots = systems[number % len(systems)]
        own = [key for key in pools if (key.system, key.shots or 0) == (system, shots)]
        broken = {key: _breaks(pools[key], EVERYWHERE, rng) for key in own}
        dealt = _nights(pools, order, seeds, nights, rule, broken)
        everywhere += any(
            s.verdict == "regression" and s.system == system for _, suites in dealt for s in suites
        )
        key = own[int(rng.integers(len(own)))]
        dealt = _nights(pools, order, seeds, nights, rule, {key: _breaks(pools[key], IN_ONE, rng)})
        one += any(c.verdict == "regression" and c.key == key for cells, _ in dealt for c in cells)
    return Drill(series, nights, alarms, noisy, often, everywhere, one)


def _nights(
    pools: Pools, order: NDArray[np.int64], seeds: int, nights: int, rule: NightRule, broken: Broken
) -> Iterator[Judged]:
    """The verdicts of a series, night after night, each over its window."""
    first = rule.window * seeds
    for night in range(nights):
        window = range(max(0, night - rule.window + 1), night + 1)
        yield judge(
            [
                CellEvidence(
                    key,
                    counts[order[:first]],
                    tuple(
                        _with(counts[order[first + seeds * n : first + seeds * (n + 1)]],
                              broken.get(key))
                        for n in window
                    ),
                )
                for key, counts in pools.items()
            ],
            rule,
        )  # fmt: skip


def _breaks(counts: Counts, loss: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Utterances to break so that frame accuracy falls by `loss`: whole utterances, so that it
    falls by that much in this very sample, and not only in expectation."""
    right = counts[..., COLUMNS.index("frame")].mean(axis=0)  # (utterances,)
    order = rng.permutation(len(right))
    fallen = np.cumsum(right[order]) / len(right)
    broken = np.zeros(len(right), dtype=bool)
    broken[order[: int(np.searchsorted(fallen, loss)) + 1]] = True
    return broken


def _with(counts: Counts, broken: NDArray[np.bool_] | None) -> Counts:
    if broken is None:
        return counts
    out = counts.copy()
    out[:, broken, COLUMNS.index("frame")] = 0
    return out


def _alarmed(verdicts: tuple[Sequence[CellVerdict], Sequence[SuiteVerdict]]) -> bool:
    return any(v.verdict == "regression" for part in verdicts for v in part)
