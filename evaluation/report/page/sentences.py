"""The headline: who answers how many utterances right, and by how much more, how surely."""

from dataclasses import dataclass

from evaluation.report.format import plural, share, shots_words, signed
from evaluation.results.rows import Comparison


@dataclass(frozen=True, slots=True)
class Sentence:
    """One comparison in words: what was scored, the gain, and over what."""

    scores: str
    gain: str
    scope: str
    verdict: str

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.scores}: {self.gain}, {self.scope}."


def sentence(c: Comparison) -> Sentence:
    """Say a comparison of frame accuracy; in points where the baseline is zero."""
    scores = (
        f"{c.candidate} answers {share(c.candidate_mean)} of utterances fully right, "
        f"{c.baseline} {share(c.baseline_mean)}"
    )
    if c.relative_gain is None:
        gain = f"{signed(c.points)} points"
        low, high, unit = c.points_ci_low, c.points_ci_high, ""
    else:
        gain, low, high, unit = f"{signed(c.relative_gain)}% relative", c.ci_low, c.ci_high, "%"
    if low is not None and high is not None:
        gain += f" (95% CI {signed(low)} to {signed(high)}{unit})"
    skills = f"{c.skills} {plural('skill', c.skills)}"
    return Sentence(scores, gain, f"{skills}, {shots_words(c.shots)}", verdict(low, high))


def verdict(low: float | None, high: float | None) -> str:
    """What an interval of a gain allows to say."""
    if low is None or high is None:
        return "no interval could be drawn"
    if low > 0:
        return "a gain: the interval leaves zero out"
    if high < 0:
        return "a loss: the interval leaves zero out"
    return "no difference shown: the interval includes zero"
