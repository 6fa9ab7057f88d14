"""`skillwise ablate`."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def ablate(
    file: Annotated[str, typer.Argument(help="A TOML file, or the name of a ready one.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Folder of the runs. [default: runs/ablations/<file>]")
    ] = None,
    skills: Annotated[
        str | None,
        typer.Option(help="A glob over skills in place of the base's, for a quick look."),
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Number of seeds in place of the base's.")
    ] = None,
    vectors: Annotated[
        list[Path] | None,
        typer.Option(help="Word vectors, or hf:PATH, an encoder, in place of the base's."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Number of worker processes. [default: all cores]")
    ] = None,
    cluster: Annotated[str | None, typer.Option(help="Address of a Dask scheduler.")] = None,
    cell_seconds: Annotated[
        float | None, typer.Option(min=0.1, help="A cell fails if it takes longer.")
    ] = None,
    cell_memory: Annotated[
        int | None, typer.Option(min=64, help="A cell fails if it allocates more MB.")
    ] = None,
) -> int:
    """Measure named changes of a system against a base, as paired differences with intervals.

    Without a file it lists the ready ones. A run that was cut short goes on where it stopped.
    """
    from evaluation.ablation.settings import find, read, ready

    if not file:
        for name, path in ready().items():
            typer.echo(f"{name}: {path}")
        return 0
    from data_cards.scratch import need_folder
    from evaluation.ablation.run import ablate as run
    from evaluation.ablation.run import render
    from evaluation.planning.plan import FOLDER
    from evaluation.results.folder import RUNS
    from evaluation.workers.pool import Limits

    limits = Limits(cell_seconds, cell_memory)
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))  # a system module:Class may stand beside the caller
    path = find(file)
    ablation = read(path, skills, seeds, vectors)
    folder = out if out is not None else RUNS / "ablations" / path.stem
    need_folder(folder)
    sources = None if out is not None else RUNS / FOLDER
    rows = run(ablation, folder, jobs=jobs, cluster=cluster, limits=limits, sources=sources)
    typer.echo(render(path.stem, rows))
    typer.echo(f"{folder / 'ablation.md'}")
    return 1 if any(row.failures for row in rows) else 0
