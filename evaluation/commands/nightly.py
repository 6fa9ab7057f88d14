"""`skillwise nightly`."""

from pathlib import Path
from typing import Annotated

import typer

from evaluation.tracking import Tracker

Names = list[str] | None
Paths = list[Path] | None


def nightly(
    suite: Annotated[Names, typer.Option(help="Data card, e.g. hwu64. [starter]")] = None,
    data: Annotated[Paths, typer.Option(help="Folder of <skill>@<locale> folders.")] = None,
    systems: Annotated[Names, typer.Option(help="Systems, comma-separated.")] = None,
    system: Annotated[Names, typer.Option(help="A system, or package.module:Class.")] = None,
    change: Annotated[Names, typer.Option("--set", help="system.key=value")] = None,
    shots: Annotated[
        Names, typer.Option(help="Training utterances an intent; a number or all.")
    ] = None,
    seeds: Annotated[int, typer.Option(help="Seeds a night; 3 find small losses.")] = 1,
    skills: Annotated[str, typer.Option(help="Glob over skill@locale.")] = "*",
    vectors: Annotated[Paths, typer.Option(help="Vector store; one a language.")] = None,
    slots_only: Annotated[
        bool, typer.Option("--slots-only", help="Admit skills with a single intent.")
    ] = False,
    jobs: Annotated[int | None, typer.Option(min=1, help="Worker processes. [cores]")] = None,
    cluster: Annotated[str | None, typer.Option(help="Address of a Dask scheduler.")] = None,
    cell_seconds: Annotated[
        float | None, typer.Option(min=0.1, help="A cell that takes longer fails.")
    ] = None,
    cell_memory: Annotated[
        int | None, typer.Option(min=64, help="A cell that allocates more MB fails.")
    ] = None,
    history: Annotated[
        Path | None, typer.Option(help="Folder of the nights. [runs/nightly]")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Make this night the reference of the next ones.")
    ] = False,
    tracker: Annotated[Tracker | None, typer.Option(help="Send the scores there as well.")] = None,
) -> int:
    """Run a suite, compare it with the accepted reference, and fail where a skill got worse.

    Exit code 0: nothing got worse; 1: a skill or the whole suite did, or a cell failed; 2: a cell
    cannot be compared, for its data or settings changed or it is missing: run with --accept.
    """
    from evaluation.commands.asking import asked
    from evaluation.night_pages import headline
    from evaluation.nightly import HISTORY
    from evaluation.nightly import nightly as run
    from evaluation.pool import Limits
    from evaluation.tracking import need, track_run

    if tracker is not None:
        need(tracker)
    limits = Limits(cell_seconds, cell_memory)
    settings = asked(
        suite=suite, data=data, systems=systems, system=system, change=change, shots=shots,
        seeds=seeds, skills=skills, vectors=vectors, slots_only=slots_only,
    )  # fmt: skip
    folder = history if history is not None else HISTORY
    night = run(settings, folder, accept=accept, jobs=jobs, cluster=cluster, limits=limits)
    if tracker is not None:
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
