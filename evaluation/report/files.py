"""The rendered files of a run's folder, made from its results alone."""

from pathlib import Path

from data_cards.scratch import write_whole
from evaluation.report.page.rendering import render_page
from evaluation.report.page.words import read_maps
from evaluation.report.summary import render_summary
from evaluation.report.text import render_report
from evaluation.results.reader import FILE, Results
from evaluation.results.rows import RunResult

RENDERED = {"summary.json": render_summary, "report.md": render_report}
"""Each file of a run that is made from its `RunResult` alone."""


def render(folder: Path) -> RunResult:
    """Render a run's files from its results alone, each whole or not at all."""
    with Results(folder / FILE) as results:
        run = results.run()
        page = render_page(run, results, read_maps(folder))  # it shows answers: it needs the file
    write_whole(folder / "report.html", page)
    for name, render_file in RENDERED.items():
        write_whole(folder / name, render_file(run))
    return run
