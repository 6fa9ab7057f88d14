"""What a skill's test split could have shown, and how many utterances it would take.

Effects and discordances are shares: .05 is 5 points. `discordance` is the share of utterances that
exactly one of the two systems has right. Two systems that answer alike need fewer utterances.
"""

import math

import numpy as np
from scipy.special import bdtr, bdtrik
from scipy.stats import binom, norm

POWER = 0.8
LARGEST = 10_000_000
"""No answer beyond this many utterances is looked for."""


def mcnemar_power(n: int, effect: float, discordance: float, alpha: float = 0.05) -> float:
    """Chance that the two-sided exact McNemar test finds an effect, in its right direction.

    The number of discordant utterances is binomial(n, discordance), the won ones among them are
    binomial with chance (1 + effect / discordance) / 2: summed exactly, save for numbers of
    discordant utterances rarer than 1e-7 (Miettinen 1968; Duffy 1984, "Asymptotic and exact power
    for the McNemar test").
    """
    if not 0 <= effect <= discordance <= 1:
        raise ValueError(f"effect {effect} of discordance {discordance}")
    if not discordance:
        return 0.0
    low, high = binom.ppf((1e-7, 1 - 1e-7), n, discordance)
    m = np.arange(max(1, int(low)), int(high) + 1)
    lost = np.floor(bdtrik(alpha / 2, m, 0.5) + 1e-9)  # the most lost ones that still reject
    rejects = bdtr(lost, m, 0.5) <= alpha / 2 * (1 + 1e-9)  # with m < 6 none does at .05
    found = np.where(rejects, bdtr(lost, m, (1 - effect / discordance) / 2), 0.0)
    return float((binom.pmf(m, n, discordance) * found).sum())


def smallest_effect(
    n: int, discordance: float, alpha: float = 0.05, power: float = POWER
) -> float | None:
    """The smallest effect that the exact McNemar test of n utterances finds with this power.

    If even a discordance made of wins alone is too small, the discordance is taken to grow with the
    effect. The result is None if n utterances can show nothing, however they fall.
    """

    def reached(effect: float) -> bool:
        return mcnemar_power(n, effect, max(discordance, effect), alpha) >= power

    if n < 1 or not reached(1.0):
        return None
    low, high = 0.0, 1.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def utterances_to_show(
    effect: float, discordance: float, alpha: float = 0.05, power: float = POWER
) -> int:
    """How many utterances the exact McNemar test needs to find an effect.

    The number is searched by the exact power, to 2 %, beginning at (z_a sqrt(d) + z_b sqrt(d -
    e^2))^2 / e^2, which is mostly a little too small (Connor 1987, "Sample size for testing
    differences in proportions for the paired-sample design").
    """
    spread = max(discordance, effect)
    start = _z(alpha / 2) * math.sqrt(spread) + _z(1 - power) * math.sqrt(spread - effect**2)
    if start >= effect * math.sqrt(LARGEST):
        return LARGEST
    n = max(1, math.ceil((start / effect) ** 2))
    while n < LARGEST and mcnemar_power(n, effect, spread, alpha) < power:
        n += max(1, n // 50)
    while n > 1 and mcnemar_power(n - max(1, n // 50), effect, spread, alpha) >= power:
        n -= max(1, n // 50)
    return min(n, LARGEST)


def utterances_to_rule_out(
    gap: float, discordance: float, alpha: float = 0.05, power: float = POWER
) -> int:
    """How many utterances a one-sided test needs to rule out an effect `gap` above the true one.

    d (z_a + z_b)^2 / gap^2, the paired form of the usual size of a non-inferiority test (Lu and
    Bean 1995, "On the sample size for one-sided equivalence of sensitivities").
    """
    return min(LARGEST, math.ceil(discordance * ((_z(alpha) + _z(1 - power)) / gap) ** 2))


def _z(tail: float) -> float:
    return float(norm.isf(tail))
