"""The headline's interval: skills are drawn, then seeds and utterances within a drawn skill.

Names of skills are drawn first, because locales of one skill share their design and often their
sentences, and so go together. Drawing at every level at full strength would count the noise of the
lower levels twice, since a skill's measured gain carries it already: with 18 skills and no
difference such an interval covers zero in 99 of 100 runs and is 30 to 40% too wide (Davison and
Hinkley 1997, section 3.8; Rao and Wu 1988, "Resampling inference with complex survey data", scale
the lower stages for this reason). So the replicates of a skill are drawn towards its measured
scores, by 1 / sqrt(2 f - 1) with f names: the variance is then the right one where skills do not
differ, and with one name what is left is the bootstrap over seeds and utterances.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

from evaluation.stats.bootstrap import LEVEL, interval
from evaluation.stats.shelf import Rows

Floats = NDArray[np.float64]

BLOCK = 2_000_000
"""Resamples times skills that are in memory at once; the draws are the same for any number."""


def suite_replicates(
    scores: Sequence[tuple[float, float]],
    replicates: Sequence[Rows],
    names: Sequence[str],
    rng: np.random.Generator,
) -> Floats:
    """Resample the means over skills of both systems -> (resamples, 2).

    Of each skill its measured (baseline, candidate), its (resamples, 2) of `skill_replicates` and
    its name. A skill whose replicate cannot be measured is left out of that one resample.
    """
    own = np.asarray(scores)  # (skills, 2)
    families, family = np.unique(list(names), return_inverse=True)
    rows = max(1, BLOCK // len(own))
    return np.concatenate(
        [
            _block(own, np.stack([r[at : at + rows] for r in replicates], axis=1), family, rng)
            for at in range(0, len(replicates[0]), rows)
        ]
    )


def _block(own: Floats, pool: Floats, family: NDArray[np.intp], rng: np.random.Generator) -> Floats:
    """Some resamples, (resamples, skills, 2) of them -> (resamples, 2); family: (skills,)."""
    f = int(family.max()) + 1
    drawn = own + (pool - own) / math.sqrt(2 * f - 1)
    times = rng.multinomial(f, np.full(f, 1 / f), size=len(pool))  # (resamples, families)
    known = np.asarray(np.isfinite(drawn).all(axis=2))  # a pair counts whole or not at all
    weights = np.where(known, times[:, family], 0)  # (resamples, skills)
    count = weights.sum(axis=1, keepdims=True)
    total = np.einsum("rs,rsk->rk", weights, np.where(known[:, :, None], drawn, 0.0))
    out = np.full(total.shape, np.nan)
    np.divide(total, count, out=out, where=count > 0)
    return out


def suite_interval(
    values: Floats, names: Sequence[str], level: float = LEVEL
) -> tuple[float | None, float | None]:
    """The expanded percentile interval of replicates over skills; (None, None) as `interval`.

    Percentiles of few skills are too narrow, as the normal law is beside Student's: the tail is
    Phi(-sqrt(f / (f - 1)) t) with f names in place of Phi(-z) (Hesterberg 2015, "What teachers
    should know about the bootstrap", section 5.3).
    """
    f = len(set(names))
    if f < 2:
        return interval(values, level)
    wide = math.sqrt(f / (f - 1)) * float(t.ppf((1 + level) / 2, f - 1))
    return interval(values, 1 - 2 * float(norm.sf(wide)))


def family_means(differences: Sequence[float], names: Sequence[str]) -> list[float]:
    """The mean difference of each name, so that locales of one skill count as one."""
    found: dict[str, list[float]] = {}
    for name, difference in zip(names, differences, strict=True):
        found.setdefault(name, []).append(difference)
    return [math.fsum(values) / len(values) for values in found.values()]
