"""report.md: a run as text for a pull request. Pure: from a `RunResult` to a string."""

import math
from collections.abc import Sequence

from evaluation.findings.scores import RunScores, SkillScores, mean_over_skills, run_scores
from evaluation.report.command import command, seeds_note
from evaluation.report.cross_validated import cross_validation
from evaluation.report.format import between, percent, plural, points, score, shots_words
from evaluation.report.markdown import table
from evaluation.report.verdict_text import claims, eligibility
from evaluation.results.rows import Comparison, RunResult, Slice
from evaluation.scoring.metrics import METRICS


def render_report(run: RunResult) -> str:
    """The whole report."""
    parts = ["# skillwise: what the systems gain, skill by skill", headline(run)]
    scores = run_scores(run.cells)
    for shots in run.settings["shots"]:
        skills = scores.at(shots)
        if not skills:
            continue
        comparisons = [c for c in run.comparisons if c.shots == shots]
        parts += [f"## {shots_words(shots).capitalize()}", scores_table(skills)]
        if comparisons:
            parts += ["### Gains", gains_table(comparisons)]
            claimed = claims(comparisons)
            parts += ["### What may be claimed", claimed] if claimed else []
        verdicts = [v for v in run.skills if v.shots == shots]
        if verdicts:
            parts += ["### Which skills should move", eligibility(verdicts)]
        sliced = [s for s in run.slices if s.shots == shots]
        if sliced:
            parts += ["### Where the difference comes from", slice_table(sliced)]
        parts += [
            "### Skill by skill, frame accuracy",
            ladder(skills),
            "### Cost",
            cost_table(scores, shots),
        ]
    if run.failures:
        parts += ["## Cells that failed", *(_failure(f.name, f.traceback) for f in run.failures)]
    parts += ["## What was run", what_was_run(run)]
    return "\n\n".join(parts) + "\n"


def headline(run: RunResult) -> str:
    """One sentence with its interval for each pair, over all locales."""
    lines = []
    for c in run.comparisons:
        if c.metric != "frame_accuracy" or c.locale is not None:
            continue
        lines.append(
            f"**{c.candidate}** over {c.baseline} ({shots_words(c.shots)}): frame accuracy "
            f"{score(c.baseline_mean)} -> {score(c.candidate_mean)}, {_rise(c)}; better on "
            f"{c.wins}, equal on {c.ties}, worse on {c.losses} of {c.skills} "
            f"{plural('skill', c.skills)}."
        )
    lines = lines or ["One system was run: there is nothing to compare."]
    told = " ".join(cross_validation(run))
    return "\n\n".join([*lines, told] if told else lines)


def scores_table(skills: Sequence[SkillScores]) -> str:
    """Mean over skills of each metric, by locale and overall."""
    locales = sorted({s.locale for s in skills})
    groups: list[tuple[str, list[SkillScores]]] = [
        (locale, [s for s in skills if s.locale == locale]) for locale in locales
    ]
    if len(locales) > 1:
        groups.append(("all", list(skills)))
    rows = [
        [locale, str(len(own)), system, *(score(v) for v in means)]
        for locale, group in groups
        for system in _systems(skills)
        if (own := [s for s in group if system in s.means])
        for means in [[mean_over_skills(own, system, metric) for metric in METRICS]]
    ]
    return table(
        ["locale", "skills", "system", *(metric.title for metric in METRICS.values())], rows
    )


def gains_table(comparisons: Sequence[Comparison]) -> str:
    """Each comparison, the gain said in three ways; the interval is of the relative gain."""
    one_locale = len({c.locale for c in comparisons} - {None}) == 1
    header = ["locale", "candidate", "over", "metric", "points", "relative", "95% interval",
              "errors removed", "wins/ties/losses"]  # fmt: skip
    rows = [
        [
            c.locale or "all", c.candidate, c.baseline, METRICS[c.metric].title,
            points(c.points), percent(c.relative_gain),
            between(percent(c.ci_low), percent(c.ci_high)),
            percent(c.relative_error_reduction), f"{c.wins}/{c.ties}/{c.losses}",
        ]
        for c in comparisons
        if c.locale is None or not one_locale
    ]  # fmt: skip
    return table(header, rows)


def slice_table(slices: Sequence[Slice]) -> str:
    """The parts of all test utterances and gold slots, last system over first; flips in them."""
    pair = next(
        (s.baseline, s.candidate) for s in reversed(slices) if s.baseline == slices[0].baseline
    )
    own = [s for s in slices if (s.baseline, s.candidate) == pair]
    rows = [
        [
            f"{s.unit}, {s.kind}: {s.label}", str(s.count), score(s.baseline_right),
            score(s.candidate_right), points(s.points),
            between(points(s.ci_low), points(s.ci_high)),
            str(s.won), str(s.lost),
        ]
        for s in own
    ]  # fmt: skip
    header = ["part", "n", *pair, "points", "95% interval", "won", "lost"]
    note = (
        "Utterances are right as whole frames, slots when found with their exact words; skills and"
        " seeds pooled, intervals over skills. Won, lost: right in one of the two alone."
    )
    return f"{table(header, rows)}\n\n{note}"


def ladder(skills: Sequence[SkillScores]) -> str:
    """Skills from the one that gains most to the one that gains least, last system over first."""
    systems = _systems(skills)
    suites = {s.suite for s in skills}
    rows = []
    for skill in skills:
        means = [skill.score(system, "frame_accuracy") for system in systems]
        first, last = means[0], means[-1]
        rise = last - first if first is not None and last is not None else None
        name = skill.label if len(suites) > 1 else skill.label.partition("/")[2]
        sizes = [str(skill.n_train), str(skill.n_test)]
        rows.append((rise, [name, *sizes, *(score(m) for m in means), points(rise)]))
    rows.sort(key=lambda row: -math.inf if row[0] is None else row[0], reverse=True)
    return table(["skill", "train", "test", *systems, "points"], [cells for _, cells in rows])


def cost_table(scores: RunScores, shots: int | None) -> str:
    """Median cost of each system over its cells at one number of shots."""
    rows = [
        [
            system,
            f"{cost.train_seconds:.2f}",
            f"{cost.predict_ms:.3f}",
            f"{cost.model_bytes / 1000:,.0f}",
        ]
        for (n, system), cost in scores.costs.items()
        if n == shots
    ]
    return table(["system", "train s", "predict ms an utterance", "model kB"], rows)


def what_was_run(run: RunResult) -> str:
    """Settings and digests, and the command that repeats them."""
    s = run.settings
    lines = [
        f"- commit {run.commit or 'unknown'}, settings digest `{run.settings_digest[:16]}`, "
        f"{len(run.cells)} cells, {run.seconds:.0f} s (finished cells are taken over)",
        *(
            f"- vectors {language}: digest `{digest[:16]}`"
            for language, digest in _items(s, "vectors")
        ),
        *(
            f"- encoder {language}: digest `{digest[:16]}`"
            for language, digest in _items(s, "encoders")
        ),
        *(f"- {note}" for note in s["notes"]),
        *(f"- {note}" for note in seeds_note(s)),
        "- a score is the mean over skills of the mean over seeds; intervals draw skills, seeds "
        "and utterances; SemER is an error rate, less is better",
        f"\n```\n{command(s)}\n```",
    ]
    return "\n".join(lines)


def _systems(skills: Sequence[SkillScores]) -> list[str]:
    return list(dict.fromkeys(system for skill in skills for system in skill.means))


def _items(settings: object, key: str) -> list[tuple[str, str]]:
    return sorted(settings.get(key, {}).items()) if isinstance(settings, dict) else []


def _failure(name: str, trace: str) -> str:
    return f"{name}\n\n```\n{trace.strip()}\n```"


def _rise(c: Comparison) -> str:
    """The gain with its interval, in points where the baseline is zero and no ratio exists."""
    if c.relative_gain is None:
        interval = between(points(c.points_ci_low), points(c.points_ci_high))
        return f"{points(c.points)} points (95% interval {interval})"
    return (
        f"{percent(c.relative_gain)} relative (95% interval {percent(c.ci_low)} to "
        f"{percent(c.ci_high)}), {percent(c.relative_error_reduction)} of errors removed"
    )
