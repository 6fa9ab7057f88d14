"""What `skillwise claims` prints and writes. Pure: from `Claimed` to text and figures."""

from collections.abc import Sequence
from typing import Any

from evaluation.claim_check.conclude import Claimed, Growth, Part
from evaluation.claim_check.rules import CLAIMS, CONVERGENCE, Claim, Finding, Measured
from evaluation.report.format import NOTHING, between, percent, plural, points, ratio
from evaluation.report.markdown import table
from evaluation.scoring.metrics import METRICS
from evaluation.scoring.names import shots_name

NOTE = (
    "A figure is the ratio of means over skills, because that stays put if one skill's baseline is"
    " near zero. The mean of the skills' own ratios is given beside it. Intervals are 95%; skills"
    " are drawn by name, then seeds and utterances. A claim is judged at each number of utterances"
    " per intent that it speaks of."
)


def render(claimed: Claimed, broken: Sequence[str] = ()) -> str:
    """The claims, the counts behind them, their parts, and where the candidate stops winning."""
    parts = [
        findings_table(claimed.findings),
        NOTE,
        "Left out, because settings were chosen on them or on a version of them: "
        f"{len(claimed.excluded)} ({', '.join(claimed.excluded) or 'none'}).",
    ]
    if claimed.parts:
        parts += ["By locale and suite:", parts_table(claimed.parts)]
    parts += [growth_line(each) for each in claimed.growth]
    parts += [f"{name} held before and fails now" for name in broken]
    return "\n\n".join(parts)


def findings_table(findings: Sequence[Finding]) -> str:
    """A table with one row per claim and number of shots."""
    rows = []
    for f in findings:
        m = f.measured
        rows.append([
            f"{f.claim.name}: {f.claim.said}", *_measured(f.claim, m), _regime(f.shots, m),
            f.verdict, f.reason,
        ])  # fmt: skip
    header = ["claim", "measured", "what", "95% interval", "mean of ratios", "skills", "regime",
              "verdict", "why"]  # fmt: skip
    return table(header, rows)


def parts_table(parts: Sequence[Part]) -> str:
    """A table of the claims' figures on parts of their skills."""
    rows = [
        [p.claim.name, str(p.shots), p.name, *_measured(p.claim, p.measured)[:1],
         *_measured(p.claim, p.measured)[2:4], str(p.measured.skills)]
        for p in parts
    ]  # fmt: skip
    header = ["claim", "per intent", "skills of", "measured", "95% interval", "mean of ratios", "n"]
    return table(header, rows)


def growth_line(growth: Growth) -> str:
    """One sentence about a pair as training utterances grow."""
    baseline, candidate = growth.pair
    course = ", ".join(
        f"{shots_name(r.shots)}: {points(r.points)} "
        f"({points(r.points_ci_low)} to {points(r.points_ci_high)})"
        for r in growth.rungs
    )
    stops = growth.stops
    if stops is None:
        end = "it still wins at the largest number measured"
    else:
        end = f"from {stops} per intent on its interval is not above zero"
    return (
        f"{candidate} over {baseline}, points of frame accuracy by utterances per intent: "
        f"{course}; {end}."
    )


def figures(claimed: Claimed) -> dict[str, Any]:
    """The figures of docs/BENCHMARKS.md; None for what could not be measured."""
    out: dict[str, Any] = {"skills": claimed.counted or None}
    for claim in (*CLAIMS, CONVERGENCE):
        primary = claim.primary or None
        m = next(
            (f.measured for f in claimed.findings if f.claim == claim and f.shots == primary), None
        )
        if claim.figure:
            out[claim.figure] = m.value if m is not None else None
        if claim.low_figure:
            out[claim.low_figure] = m.low if m is not None else None
    return out


def _measured(claim: Claim, m: Measured | None) -> list[str]:
    what = f"{METRICS[claim.metric].title}, {claim.quantity}, {claim.pair[1]} over {claim.pair[0]}"
    if claim.quantity == "ratio":
        what = f"steps of {claim.pair[0]} over steps of {claim.pair[1]}"
    if m is None:
        return [NOTHING, what, NOTHING, NOTHING, "0"]
    said = ratio if claim.quantity == "ratio" else percent
    interval = between(said(m.low), said(m.high))
    locales = ", ".join(f"{name} {n}" for name, n in m.locales.items())
    counted = f"{m.skills} ({locales})" if locales else str(m.skills)
    return [said(m.value), what, interval, said(m.mean_of_skills), counted]


def _regime(shots: int | None, m: Measured | None) -> str:
    if shots is None:
        return NOTHING
    seeds = f", {m.seeds} {plural('seed', m.seeds)}" if m is not None else ""
    return f"{shots} per intent{seeds}"
