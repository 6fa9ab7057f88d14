"""`skillwise compare`."""

from pathlib import Path
from typing import Annotated

import typer

Names = list[str] | None
Paths = list[Path] | None


def compare(
    suite: Annotated[Names, typer.Option(help="Data card, e.g. hwu64. [starter]")] = None,
    data: Annotated[Paths, typer.Option(help="Folder of <skill>@<locale> folders.")] = None,
    systems: Annotated[Names, typer.Option(help="Systems, comma-separated.")] = None,
    system: Annotated[Names, typer.Option(help="A system, or package.module:Class.")] = None,
    change: Annotated[Names, typer.Option("--set", help="system.key=value")] = None,
    shots: Annotated[
        Names, typer.Option(help="Training utterances an intent; a number or all.")
    ] = None,
    seeds: Annotated[int, typer.Option(help="How many seeds.")] = 1,
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
    out: Annotated[Path | None, typer.Option(help="The run's folder. [runs/<time>]")] = None,
) -> int:
    """Fit systems on skills and say which is better, by how much, how surely.

    Without any option: the starter suite, all its utterances, into runs/<time>. A run that was cut
    short goes on where it stopped when it is given the same --out.
    """
    from evaluation.commands.asking import asked
    from evaluation.compare import compare as run
    from evaluation.planning import plan
    from evaluation.pool import Limits
    from evaluation.report import headline
    from evaluation.run_folder import new_folder

    limits = Limits(cell_seconds, cell_memory)
    settings = asked(
        suite=suite, data=data, systems=systems, system=system, change=change, shots=shots,
        seeds=seeds, skills=skills, vectors=vectors, slots_only=slots_only,
    )  # fmt: skip
    folder = out if out is not None else new_folder()
    result = run(plan(settings), folder, jobs=jobs, cluster=cluster, limits=limits)
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
