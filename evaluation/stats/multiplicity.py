"""Many skills, many tests: what may still be claimed of the whole list.

With 18 skills and no difference anywhere, one test at 5% finds some "win" in 60 of 100 runs.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from scipy.stats import chi2, false_discovery_control

Combination = Literal["bonferroni", "simes", "fisher"]


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Benjamini-Hochberg adjusted p-values, in the order given.

    Claiming every one at or under q keeps the expected share of false claims at q (Benjamini and
    Hochberg 1995), also if the tests depend on each other positively, as those of locales of one
    skill do (Benjamini and Yekutieli 2001). The sign of a claimed difference may be claimed with it
    (Benjamini and Yekutieli 2005).
    """
    return [float(p) for p in false_discovery_control(p_values)] if p_values else []


def partial_conjunction(
    p_values: Sequence[float], u: int, combination: Combination = "bonferroni"
) -> float:
    """p-value of "at least u of the n effects are real" (Benjamini and Heller 2008).

    With p(1) <= ... <= p(n), only the n - u + 1 largest are combined, for the u - 1 smallest might
    be the real ones: Bonferroni (n - u + 1) p(u), under any dependence; Simes
    min over i >= u of (n - u + 1) / (i - u + 1) p(i), under positive dependence; Fisher
    -2 sum ln p(i) against chi-square with 2 (n - u + 1) degrees, under independence.
    """
    ordered = np.sort(np.asarray(p_values, dtype=np.float64))
    n = len(ordered)
    if not 1 <= u <= n:
        raise ValueError(f"u = {u} of {n} p-values")
    rest = ordered[u - 1 :]
    if combination == "bonferroni":
        value = len(rest) * rest[0]
    elif combination == "simes":
        value = (len(rest) / np.arange(1, len(rest) + 1) * rest).min()
    else:
        value = chi2.sf(-2 * np.log(np.maximum(rest, 1e-300)).sum(), 2 * len(rest))
    return min(1.0, float(value))


def claimable(
    p_values: Sequence[float], alpha: float = 0.05, combination: Combination = "bonferroni"
) -> int:
    """In how many of the skills a win may be claimed, from one-sided p-values.

    It is the largest k such that every partial conjunction up to k is at or below alpha. With a
    chance of 1 - alpha no more is claimed than is true, since the hypotheses are nested and tested
    in order (Benjamini, Heller and Yekutieli 2009; for language processing Dror et al. 2017,
    "Replicability analysis for natural language processing").
    """
    n = len(p_values)
    if (
        combination == "bonferroni"
    ):  # every u at once: a list of 10,000 would be sorted 10,000 times
        ordered = np.sort(np.asarray(p_values, dtype=np.float64))
        above = np.flatnonzero(np.arange(n, 0, -1) * ordered > alpha)
        return int(above[0]) if len(above) else n
    for u in range(1, n + 1):
        if partial_conjunction(p_values, u, combination) > alpha:
            return u - 1
    return n
