"""From a run and its results to the text of report.html."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from evaluation.findings.scores import RunScores, run_scores
from evaluation.report.command import command
from evaluation.report.cross_validated import cross_validation
from evaluation.report.format import shots_words
from evaluation.report.page.data import Shown, figures, shown
from evaluation.report.page.embedding import json_block, policy
from evaluation.report.page.groups import headlines, pair_names, system_names
from evaluation.report.page.sentences import Sentence, sentence
from evaluation.results.reader import Results
from evaluation.results.rows import RunResult
from pretrain.quality.labels import HEIGHT, WIDTH
from pretrain.quality.word_map import WordMap, caption

SCRIPTS = (
    "dom.js",
    "plots.js",
    "gains.js",
    "growth.js",
    "slices.js",
    "counts.js",
    "answers.js",
    "panel.js",
    "ladder.js",
    "page.js",
)
"""The page's code, in the order it is joined in."""


FAILURES = 200
"""Failed cells whose tracebacks the page shows; report.md has them all."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a system costs: medians over its cells."""

    system: str
    shots: str
    cells: int
    train_seconds: float
    predict_ms: float
    model_bytes: float


def render_page(run: RunResult, results: Results, maps: Sequence[WordMap] = ()) -> str:
    """report.html: everything inside, nothing fetched."""
    style = _text("report.css")
    script = f'"use strict";\n{{\n{"".join(_text(name) for name in SCRIPTS)}}}\n'
    scores = run_scores(run.cells)
    systems = system_names(run, scores)
    pairs = pair_names(run, systems)
    first, others = _sentences(run, pairs)
    held = shown(scores, pairs)
    labels = {label for label, _ in held.places}
    finished = scores.finished
    environment = Environment(
        loader=PackageLoader("evaluation.report.page"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("report.html").render(
        run=run,
        policy=policy(style, script),
        style=Markup(style),
        script=Markup(script),
        figures=json_block(figures(run, results, scores, held)),
        bound=bound(scores, held, pairs),
        first=first,
        others=others,
        cross_validated=cross_validation(run),
        systems=systems,
        costs=costs(run, scores),
        failures=run.failures[:FAILURES],
        maps=[(found, caption(found)) for found in maps],
        canvas=(WIDTH, HEIGHT),
        command=command(run.settings),
        finished=None if finished is None else time.strftime("%d %B %Y", time.gmtime(finished)),
        data=[row for row in scores.data if row[0] in labels],
        skills=len({label for label, _ in scores.data}),
        code=[(system, sorted(digests)) for system, digests in scores.code.items()],
    )


def costs(run: RunResult, scores: RunScores) -> list[Cost]:
    """By shots, then system."""
    return [
        Cost(
            system, shots_words(shots), cost.cells,
            cost.train_seconds, cost.predict_ms, cost.model_bytes,
        )
        for shots in run.settings["shots"]
        for system in system_names(run, scores)
        if (cost := scores.costs.get((shots, system))) is not None
    ]  # fmt: skip


def bound(scores: RunScores, held: Shown, pairs: Sequence[tuple[str, str]]) -> str:
    """Which skills the page holds, in words; "" where it holds them all."""
    if not held.bounded:
        return ""
    several = len({s.shots for s in scores.skills}) > 1
    which = (
        f"those on which {pairs[0][1]} and {pairs[0][0]} differ most in frame accuracy"
        if pairs else "the first of the plan"
    )  # fmt: skip
    return (
        f"This page holds {len(held.places):,} of {held.rows:,} rows"
        f"{f', at most {held.most:,} at each number of utterances' if several else ''}: {which}. "
        "Figures over skills are of all of them."
    )


def _sentences(
    run: RunResult, pairs: Sequence[tuple[str, str]]
) -> tuple[list[Sentence], list[Sentence]]:
    """The headline's pair at each number of shots, and all the other pairs."""
    found = headlines(run, pairs)
    first = [sentence(c) for c in found if (c.baseline, c.candidate) == pairs[0]]
    return first, [sentence(c) for c in found if (c.baseline, c.candidate) != pairs[0]]


def _text(name: str) -> str:
    return files("evaluation.report.page").joinpath("templates", name).read_text("utf-8")
