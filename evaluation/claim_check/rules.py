"""The claims as data, and the rule by which a measured figure holds or fails against each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evaluation.findings.grouping import Pair

Quantity = Literal["relative gain", "error reduction", "ratio"]
Verdict = Literal["reproduced", "not reproduced", "not comparable"]

SKILLS = 200
"""Skills that a claim needs, so that it is about as broad as what was claimed."""

OF_INTENTS = 150
"""Skills that a claim about intents alone needs. Every eighth collected skill has a single intent,
so nothing to tell apart, and is in no comparison of intents."""

LOCALES = ("de-DE", "en-GB", "en-IN", "en-US")


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: who over whom, on what, and what the figure must reach.

    It is judged at each of `shots` that was measured. The figure at `primary` shots is written to
    the JSON under the name `figure`. The figure must be at least `target`, and the lower end of its
    interval must be above `low_above`.
    """

    name: str
    said: str
    pair: Pair
    metric: str
    quantity: Quantity
    target: float
    low_above: float
    shots: tuple[int, ...]
    primary: int
    figure: str = ""
    low_figure: str = ""
    skills: int = SKILLS
    locales: tuple[str, ...] = ()


CLAIMS = (
    Claim(
        "dnn-gain", "+15% accuracy on average over MaxEnt-CRF on custom skills, four locales",
        ("maxent-crf", "dnn"), "frame_accuracy", "relative gain", 0.15, 0.10, (5, 10, 20), 10,
        "dnn_relative_gain", "dnn_relative_gain_ci_low", locales=LOCALES,
    ),
    Claim(
        "intent-gain", "the same of intents alone, at 5 utterances per intent",
        ("maxent-crf", "dnn"), "intent_accuracy", "relative gain", 0.15, 0.0, (5,), 5,
        "intent_gain_at_5", skills=OF_INTENTS, locales=LOCALES,
    ),
    Claim(
        "dnn-over-strong", "still +5% over the baseline that a good engineer would ship",
        ("maxent-crf-strong", "dnn"), "frame_accuracy", "relative gain", 0.05, 0.0, (5, 10, 20), 10,
        "dnn_over_strong_relative_gain", "dnn_over_strong_ci_low", locales=LOCALES,
    ),
    Claim(
        "transfer", "14% mean relative error reduction by two-stage transfer, 200 skills",
        ("dnn-mlm", "dnn"), "frame_accuracy", "error reduction", 0.14, 0.0, (5, 10, 20), 10,
        "transfer_error_reduction", "transfer_error_reduction_ci_low",
    ),
    Claim(
        "early-transfer", "up to 7% on combined intent and slot error at the earliest stages",
        ("dnn-mlm", "dnn"), "semer", "error reduction", 0.07, 0.0, (5,), 5,
    ),
)  # fmt: skip

CONVERGENCE = Claim(
    "convergence", "about 5x faster convergence by two-stage transfer",
    ("dnn-mlm", "dnn"), "frame_accuracy", "ratio", 5.0, 1.0, (), 0,
    "convergence_ratio", skills=5,
)  # fmt: skip
"""The one claim that is read from a meter's report; the others are read from cells."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured for a claim: the figure, its interval, and on what."""

    value: float | None
    low: float | None
    high: float | None
    skills: int
    locales: Mapping[str, int]
    seeds: int = 0
    mean_of_skills: float | None = None
    """The mean of the skills' own ratios; `value` is the ratio of their means."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim beside its measurement at one number of shots, with the verdict and its reason."""

    claim: Claim
    shots: int | None
    measured: Measured | None
    verdict: Verdict
    reason: str

    @property
    def key(self) -> str:
        """The name under which the record keeps that it held."""
        return self.claim.name if self.shots is None else f"{self.claim.name}@{self.shots}"


def judge(claim: Claim, shots: int | None, measured: Measured | None, missing: str) -> Finding:
    """Judge a claim by its rule; `missing` says why nothing was measured."""
    if measured is None:
        return Finding(claim, shots, None, "not comparable", missing)
    short = _short(claim, measured)
    if short:
        return Finding(claim, shots, measured, "not comparable", short)
    assert measured.value is not None and measured.low is not None  # `_short` said so
    ratio = claim.quantity == "ratio"
    target, low = _said(claim.target, ratio), _said(claim.low_above, ratio)
    if measured.value < claim.target:
        return Finding(claim, shots, measured, "not reproduced", f"the figure is below {target}")
    if measured.low <= claim.low_above:
        return Finding(
            claim, shots, measured, "not reproduced", f"the interval reaches down to {low} or below"
        )
    return Finding(claim, shots, measured, "reproduced", f"at least {target}, all above {low}")


def _short(claim: Claim, measured: Measured) -> str:
    absent: Sequence[str] = [each for each in claim.locales if each not in measured.locales]
    if measured.skills < claim.skills:
        return f"{measured.skills} skills, {claim.skills} are needed"
    if absent:
        return f"no skill in {', '.join(absent)}"
    if measured.value is None or measured.low is None:
        return "the figure or its interval has no value here"
    return ""


def _said(value: float, ratio: bool) -> str:
    return f"{value:g}" if ratio else f"{100 * value:g}%"
