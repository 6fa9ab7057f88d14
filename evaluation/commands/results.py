"""`skillwise results`: ask the results file of a run."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Ask a run's results.sqlite by SQL: cells, runs, plan, failures, predictions."
)

CELLS = (
    "SELECT skill, locale, system, shots, seed, round(frame_accuracy, 4) AS frame_accuracy,"
    " round(intent_accuracy, 4) AS intent_accuracy, round(slot_f1, 4) AS slot_f1,"
    " round(semer, 4) AS semer FROM cells ORDER BY skill, locale, shots, seed, system"
)


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"


@app.callback(invoke_without_command=True)
def results(
    context: typer.Context,
    run: Annotated[
        Path | None, typer.Option(help="Folder of a run. [default: the last one in runs]")
    ] = None,
    sql: Annotated[
        str, typer.Option(help="An SQL query that only reads. [default: all cells]")
    ] = CELLS,
    format: Annotated[Format, typer.Option(help="How to print the rows.")] = Format.table,
) -> int:
    """Print the rows of one SQL query over the results of a run. Nothing can be changed by it."""
    if context.invoked_subcommand is not None:
        return 0
    from evaluation.report.query import ask
    from evaluation.results.folder import last_folder
    from evaluation.results.reader import FILE

    folder = run if run is not None else last_folder()
    for text in ask(folder / FILE, sql, format.value):
        typer.echo(text)
    return 0


@app.command()
def export(
    parquet: Annotated[Path, typer.Option(help="Folder to write the Parquet files into.")],
    run: Annotated[
        Path | None, typer.Option(help="Folder of a run. [default: the last one in runs]")
    ] = None,
) -> int:
    """Write the cells, answers and comparisons of a run as Parquet files."""
    from data_cards.scratch import need_folder
    from evaluation.results.folder import last_folder
    from evaluation.results.parquet import export as write

    need_folder(parquet, "--parquet")
    for path in write(run if run is not None else last_folder(), parquet):
        typer.echo(str(path))
    return 0


@app.command()
def merge(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs, two or more.")],
    out: Annotated[Path, typer.Option(help="Folder of the joined results.")],
) -> int:
    """Join the results of several runs; each cell is kept once, and runs are compared whole."""
    from data_cards.scratch import need_folder
    from evaluation.driver.merge import merge as join

    need_folder(out)
    merged = join(runs, out)
    typer.echo(f"{out}: {merged.cells} cells of {merged.runs} runs")
    if merged.repeated:
        typer.echo(
            f"{merged.repeated} cells stood in several files, {merged.differing} of them with "
            "other scores: the first file's are kept",
            err=True,
        )
    return 0
