"""From a run and its results to the text of report.html."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from evaluation.page.embedding import json_block, policy
from evaluation.page.figures import figures
from evaluation.page.groups import headlines, pair_names, system_names
from evaluation.page.sentences import Sentence, sentence, shots_words
from evaluation.report import command
from evaluation.results import Results
from evaluation.rows import CellRow, RunResult
from pretrain.labels import HEIGHT, WIDTH
from pretrain.word_map import WordMap, caption

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
    first, others = _sentences(run)
    finished = max((cell.row.finished for cell in run.cells), default=None)
    environment = Environment(
        loader=PackageLoader("evaluation"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("report.html").render(
        run=run,
        policy=policy(style, script),
        style=Markup(style),
        script=Markup(script),
        figures=json_block(figures(run, results)),
        first=first,
        others=others,
        systems=system_names(run),
        costs=costs(run),
        maps=[(found, caption(found)) for found in maps],
        canvas=(WIDTH, HEIGHT),
        command=command(run),
        finished=None if finished is None else time.strftime("%d %B %Y", time.gmtime(finished)),
        data=_digests(run),
        code=_code(run),
    )


def costs(run: RunResult) -> list[Cost]:
    """By shots, then system."""
    groups: dict[tuple[int | None, str], list[CellRow]] = {}
    for shots in run.settings["shots"]:
        for system in system_names(run):
            own = [c.row for c in run.cells if (c.row.shots, c.row.system) == (shots, system)]
            if own:
                groups[shots, system] = own
    return [
        Cost(
            system, shots_words(shots), len(own),
            statistics.median(r.train_seconds for r in own),
            statistics.median(r.predict_ms for r in own),
            statistics.median(r.model_bytes for r in own),
        )
        for (shots, system), own in groups.items()
    ]  # fmt: skip


def _sentences(run: RunResult) -> tuple[list[Sentence], list[Sentence]]:
    """The headline's pair at each number of shots, and all the other pairs."""
    found = headlines(run)
    pairs = pair_names(run)
    first = [sentence(c) for c in found if (c.baseline, c.candidate) == pairs[0]]
    return first, [sentence(c) for c in found if (c.baseline, c.candidate) != pairs[0]]


def _digests(run: RunResult) -> list[tuple[str, str]]:
    return sorted({(cell.label, cell.row.data_digest) for cell in run.cells})


def _code(run: RunResult) -> list[tuple[str, Sequence[str]]]:
    """Each system with the digests of the code that made its cells; more than one is told."""
    found: dict[str, set[str]] = {}
    for cell in run.cells:
        found.setdefault(cell.row.system, set()).add(cell.row.code_digest)
    return [(system, sorted(digests)) for system, digests in found.items()]


def _text(name: str) -> str:
    return files("evaluation").joinpath("templates", name).read_text("utf-8")
