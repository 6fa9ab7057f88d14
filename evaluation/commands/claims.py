"""`skillwise claims`."""

import time
from pathlib import Path
from typing import Annotated

import typer

from evaluation.commands import options


def claims(
    run: Annotated[
        list[Path] | None, typer.Option(help="Read this finished run and compute nothing.")
    ] = None,
    suite: Annotated[
        list[str] | None, typer.Option(help="A data card. [default: collected: all that are here]")
    ] = None,
    data: options.Folders = None,
    shots: Annotated[
        list[str] | None, typer.Option(help="Training utterances per intent. [default: 5, 10]")
    ] = None,
    seeds: options.Seeds = 3,
    skills: options.Skills = "*",
    change: options.Changes = None,
    vectors: options.Stores = None,
    sources: options.Sources = None,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    convergence: Annotated[
        Path | None, typer.Option(help="What benchmarks/convergence.py wrote.")
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            help="File that keeps which claims held. [default: claims.json in the run's folder]"
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run. [default: runs/claims]")
    ] = None,
    json_: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures to this file.")
    ] = None,
) -> int:
    """Put each claim about networks and transfer beside what was measured here, with a verdict.

    It runs the systems on the collected skills and goes on where it stopped. With --run it reads
    finished runs instead. Exit code 0: done. 1: a claim that held before fails now, or a cell
    failed. 2: bad input.
    """
    from data_cards.scratch import need_file, need_folder
    from evaluation.claim_check.run import check_claims
    from evaluation.claim_check.text import figures, render
    from evaluation.commands.asking import asked
    from evaluation.results.figures import write_figures
    from evaluation.results.folder import RUNS

    started = time.monotonic()
    folder = out if out is not None else run[0] if run else RUNS / "claims"
    need_folder(folder)
    if json_ is not None:
        need_file(json_, "--json")
    settings = None
    if not run:
        settings = asked(
            suite=suite or (None if data else ["collected"]), data=data, systems=None,
            system=None, change=change, shots=shots or ["5", "10"], seeds=seeds, skills=skills,
            vectors=vectors, slots_only=False, sources=sources,
        )  # fmt: skip
    checked = check_claims(
        folder, settings=settings, runs=run or (), convergence=convergence, reference=reference,
        jobs=jobs, cluster=cluster,
    )  # fmt: skip
    typer.echo(render(checked.claimed, checked.lost))
    if json_ is not None:
        write_figures(json_, figures(checked.claimed), time.monotonic() - started)
    if checked.failures:
        typer.echo(
            f"skillwise: {checked.failures} cells failed, see {folder / 'report.md'}", err=True
        )
    return 1 if checked.lost or checked.failures else 0
