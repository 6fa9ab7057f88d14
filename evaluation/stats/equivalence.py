"""Showing that nothing is lost, or that nothing is to be gained, by more than a margin.

A test that finds no difference has not shown that there is none; these do.
"""

from dataclasses import dataclass, replace

from evaluation.stats.paired_error import PairedError, padded

MARGIN = 0.02
"""Two points: less is not worth a change of a skill's models."""


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two one-sided p-values; small `p_no_worse`: the candidate loses less than the margin.

    Small `p_no_gain`: it gains less than the margin.
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
    added, so that ten equal answers in a row do not pass for proof. Over several seeds the
    variance between them is added, as in `crossed`.
    """
    rise = padded(found if higher_is_better else replace(found, points=-found.points))
    fall = replace(rise, points=-rise.points)
    return Equivalence(margin, p_no_worse=rise.tail(-margin), p_no_gain=fall.tail(-margin))
