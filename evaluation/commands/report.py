"""`skillwise report`."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    run: Annotated[
        Path | None, typer.Argument(help="Folder of a run. [default: the last one in runs]")
    ] = None,
) -> int:
    """Write the reports of a finished run again from its results. No system is fitted."""
    from evaluation.driver.compare import report as render
    from evaluation.report.text import headline
    from evaluation.results.folder import last_folder

    folder = run if run is not None else last_folder()
    typer.echo(headline(render(folder)))
    typer.echo(f"\n{folder / 'report.md'}")
    return 0
