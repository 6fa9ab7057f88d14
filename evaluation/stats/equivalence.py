"""Tests that show that no more than a margin is lost, or that no more than it can be gained.

A test that finds no difference has not shown that there is none. These tests do.
"""

from dataclasses import dataclass, replace

from evaluation.stats.paired_error import PairedError, padded

MARGIN = 0.02
"""Two points: less is not worth a change of a skill's models."""


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two one-sided p-values.

    A small `p_no_worse` says that the candidate loses less than the margin, a small `p_no_gain`
    that it gains less than the margin.
    """

    margin: float
    p_no_worse: float
    p_no_gain: float

    @property
    def p_equivalent(self) -> float:
        """The p-value of "within the margin on both sides" (TOST)."""
        return max(self.p_no_worse, self.p_no_gain)


def equivalence(
    found: PairedError, *, higher_is_better: bool = True, margin: float = MARGIN
) -> Equivalence:
    """Two one-sided tests of a paired difference candidate - baseline (Schuirmann 1987).

    The standard error is Bonett and Price's (2012, "Adjusted Wald confidence interval for a
    difference of binomial proportions based on paired data"): one utterance won and one lost are
    added, so ten equal answers in a row are no proof. With several seeds the variance between
    them is added, as in `paired_error`.
    """
    rise = padded(found if higher_is_better else replace(found, points=-found.points))
    fall = replace(rise, points=-rise.points)
    return Equivalence(margin, p_no_worse=rise.tail(-margin), p_no_gain=fall.tail(-margin))
