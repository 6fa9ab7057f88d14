"""The headline: who answers how many utterances right, and by how much more, how surely."""

from dataclasses import dataclass

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
        f"{c.candidate} answers {_share(c.candidate_mean)} of utterances fully right, "
        f"{c.baseline} {_share(c.baseline_mean)}"
    )
    if c.relative_gain is None:
        gain = f"{_signed(c.points)} points"
        low, high, unit = c.points_ci_low, c.points_ci_high, ""
    else:
        gain, low, high, unit = f"{_signed(c.relative_gain)}% relative", c.ci_low, c.ci_high, "%"
    if low is not None and high is not None:
        gain += f" (95% CI {_signed(low)} to {_signed(high)}{unit})"
    skills = "1 skill" if c.skills == 1 else f"{c.skills} skills"
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


def shots_words(shots: int | None) -> str:
    """How much was learnt from."""
    if shots is None:
        return "all training utterances"
    return "1 utterance an intent" if shots == 1 else f"{shots} utterances an intent"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}%"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:+.1f}".replace("-", "\N{MINUS SIGN}")
