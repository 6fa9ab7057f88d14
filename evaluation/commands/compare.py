"""`skillwise compare`."""

from pathlib import Path
from typing import Annotated

import typer

from evaluation.commands import options


def compare(
    suite: options.Suites = None,
    data: options.Folders = None,
    systems: options.Systems = None,
    system: options.OneSystem = None,
    change: options.Changes = None,
    shots: options.Shots = None,
    seeds: options.Seeds = 1,
    skills: options.Skills = "*",
    vectors: options.Stores = None,
    slots_only: options.SlotsOnly = False,
    sources: options.Sources = None,
    folds: options.Folds = None,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    cell_seconds: options.CellSeconds = None,
    cell_memory: options.CellMemory = None,
    tracker: options.Track = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Four starter skills at 10 per intent: a first look.")
    ] = False,
    dry_run: options.DryRun = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run. [default: runs/<time>]")
    ] = None,
) -> int:
    """Fit systems on skills and say which is better, by how much, and how surely.

    Without options it measures the starter suite with all its utterances, into runs/<time>. --quick
    gives a first look in about a minute. A run that was cut short goes on where it stopped if it
    gets the same --out.
    """
    from data_cards.scratch import need_folder
    from evaluation.commands.asking import asked, quick_look
    from evaluation.commands.lint import with_findings
    from evaluation.driver.compare import compare as run
    from evaluation.driver.forecast import describe, forecast
    from evaluation.planning.plan import FOLDER, plan
    from evaluation.report.text import headline
    from evaluation.report.tracking import need, track_run
    from evaluation.results.folder import new_folder
    from evaluation.workers.pool import Limits
    from evaluation.workers.progress import say

    need(tracker)
    limits = Limits(cell_seconds, cell_memory)
    if quick:
        suite, skills, shots = quick_look(suite, data, skills, shots)
    settings = asked(
        suite=suite, data=data, systems=systems, system=system, change=change, shots=shots,
        seeds=seeds, skills=skills, vectors=vectors, slots_only=slots_only, sources=sources,
        folds=folds,
    )  # fmt: skip
    folder = out if out is not None else new_folder()
    need_folder(folder)
    planned = with_findings(plan(settings, folder.parent / FOLDER))
    if dry_run:
        for note in planned.notes:
            say(note)
        typer.echo(describe(forecast(planned, folder, jobs)))
        return 0
    result = run(planned, folder, jobs=jobs, cluster=cluster, limits=limits)
    track_run(tracker, folder)
    typer.echo(headline(result))
    typer.echo(f"\n{folder / 'report.html'}")
    if result.failures:
        typer.echo(
            f"{len(result.failures)} cells failed, first {result.failures[0].name}; "
            f"tracebacks are in {folder / 'report.md'}",
            err=True,
        )
        return 1
    return 0
