"""`skillwise nightly`."""

from pathlib import Path
from typing import Annotated

import typer

from evaluation.commands import options


def nightly(
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
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    cell_seconds: options.CellSeconds = None,
    cell_memory: options.CellMemory = None,
    tracker: options.Track = None,
    history: Annotated[
        Path | None, typer.Option(help="Folder of the nights. [default: runs/nightly]")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Make this night the reference of the next ones.")
    ] = False,
    drill: Annotated[
        int | None,
        typer.Option(min=1, help="Run nothing: deal the recorded nights again, so many times."),
    ] = None,
) -> int:
    """Run a suite, compare it with the accepted reference, and fail where a skill got worse.

    Exit code 0: nothing got worse. 1: a skill or the whole suite got worse, or a cell failed.
    2: a cell cannot be compared, because its data or settings changed or it is missing; run with
    --accept if that is meant.

    --drill measures how often this gate alarms without a change, and how often it finds a planted
    loss. It uses the answers of the nights since the reference. Nothing may have changed in them.
    """
    from data_cards.scratch import need_folder
    from evaluation.commands.asking import asked
    from evaluation.nights.pages import headline
    from evaluation.nights.rehearsal import rehearse
    from evaluation.nights.run import HISTORY
    from evaluation.nights.run import nightly as run
    from evaluation.report.tracking import need, track_run
    from evaluation.workers.pool import Limits

    folder = history if history is not None else HISTORY
    need_folder(folder, "--history")
    if drill is not None:
        typer.echo(rehearse(folder, drill))
        return 0
    need(tracker)
    limits = Limits(cell_seconds, cell_memory)
    settings = asked(
        suite=suite, data=data, systems=systems, system=system, change=change, shots=shots,
        seeds=seeds, skills=skills, vectors=vectors, slots_only=slots_only, sources=sources,
    )  # fmt: skip
    night = run(settings, folder, accept=accept, jobs=jobs, cluster=cluster, limits=limits)
    track_run(tracker, folder / f"{night.number:04d}", step=night.number)
    typer.echo(headline(night))
    for cell in night.having("regression"):
        typer.echo(f"worse: {cell.key.label} {cell.key.system}: {cell.reason}")
    typer.echo(f"\n{folder / 'history.md'}")
    if accept:
        return 0
    if night.regressed:
        return 1
    refused = night.having("not comparable")
    if refused:
        typer.echo(
            f"skillwise: {len(refused)} of {len(night.cells)} cells cannot be compared, first "
            f"{refused[0].key.label} {refused[0].key.system}: {refused[0].reason}; "
            "run the same command with --accept where that is meant",
            err=True,
        )
        return 2
    return 0
