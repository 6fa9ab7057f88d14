"""`skillwise claims`."""

import time
from pathlib import Path
from typing import Annotated

import typer

from evaluation.commands import options

SYSTEMS = ["maxent-crf", "maxent-crf-strong", "dnn-mlm", "dnn"]
"""Those that the claims speak of."""


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
    from evaluation.claims.conclude import conclude, read_convergence, read_runs
    from evaluation.claims.record import FILE, broken, read_held, write_held
    from evaluation.claims.text import figures, render
    from evaluation.commands.asking import asked
    from evaluation.driver.compare import compare
    from evaluation.planning.plan import FOLDER, plan, without_development
    from evaluation.results.figures import write_figures
    from evaluation.results.folder import RUNS
    from evaluation.stats.shelf import Shelf

    started = time.monotonic()
    folder = out if out is not None else run[0] if run else RUNS / "claims"
    need_folder(folder)
    if json_ is not None:
        need_file(json_, "--json")
    record = reference if reference is not None else folder / FILE
    held = read_held(record) if reference is not None or record.exists() else frozenset()
    meter = read_convergence(convergence) if convergence is not None else None
    failures = 0
    unrun: tuple[str, ...] = ()
    if not run:
        settings = asked(
            suite=suite or (None if data else ["collected"]), data=data, systems=SYSTEMS,
            system=None, change=change, shots=shots or ["5", "10"], seeds=seeds, skills=skills,
            vectors=vectors, slots_only=False, sources=sources,
        )  # fmt: skip
        planned, unrun = without_development(plan(settings, folder.parent / FOLDER))
        failures = len(compare(planned, folder, jobs=jobs, cluster=cluster).failures)
    shelf = Shelf()
    claimed = conclude(read_runs(run or [folder], shelf), meter, unrun)
    shelf.close()
    lost = broken(held, claimed.findings)
    typer.echo(render(claimed, lost))
    folder.mkdir(parents=True, exist_ok=True)
    write_held(folder / FILE, held, claimed.findings)
    if json_ is not None:
        write_figures(json_, figures(claimed), time.monotonic() - started)
    if failures:
        typer.echo(f"skillwise: {failures} cells failed, see {folder / 'report.md'}", err=True)
    return 1 if lost or failures else 0
