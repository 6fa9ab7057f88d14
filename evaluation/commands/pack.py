"""`skillwise pack`: fitted skills, a hundred thousand to a file."""

from pathlib import Path
from typing import Annotated

import typer

Names = list[str] | None
Paths = list[Path] | None
File = Annotated[Path, typer.Argument(help="The pack file.")]

app = typer.Typer(help="Pack files, each with the fitted networks of many skills.")


@app.command()
def add(
    out: Annotated[Path, typer.Option(help="The pack file; made where there is none.")],
    suite: Annotated[Names, typer.Option(help="Data card, e.g. hwu64. [starter]")] = None,
    data: Annotated[Paths, typer.Option(help="Folder of <skill>@<locale> folders.")] = None,
    system: Annotated[str, typer.Option(help="Which network to fit.")] = "dnn-mlm",
    change: Annotated[Names, typer.Option("--set", help="system.key=value")] = None,
    shots: Annotated[str, typer.Option(help="Utterances an intent; a number or all.")] = "all",
    seed: Annotated[int, typer.Option(min=0, help="Seed of draw and training.")] = 0,
    skills: Annotated[str, typer.Option(help="Glob over skill@locale.")] = "*",
    vectors: Annotated[Paths, typer.Option(help="Vector store; one a language.")] = None,
    slots_only: Annotated[
        bool, typer.Option("--slots-only", help="Admit skills with a single intent.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Also skills that are there.")] = False,
) -> int:
    """Fit skills and add each one's pack as soon as it is there.

    A skill whose name the file holds is left alone, so that a killed call goes on where it
    stopped; --again fits it anew, and the new pack takes the place of the old one.
    """
    from evaluation.commands.asking import asked
    from evaluation.driver.pack import add as run
    from evaluation.planning.plan import plan

    settings = asked(
        suite=suite, data=data, systems=None, system=[system], change=change, shots=[shots],
        seeds=1, skills=skills, vectors=vectors, slots_only=slots_only,
    )  # fmt: skip
    for line in run(plan(settings), out, seed=seed, again=again):
        typer.echo(line)
    return 0


@app.command("list")
def list_(file: File) -> int:
    """Print the packs of a file with their bytes, and the damage that has no name."""
    from dnn.packs.reader import PackFile

    opened = PackFile(file)
    for record in sorted(opened.records(), key=lambda record: record.key):
        typer.echo(f"{record.key}\t{record.length}")
    for gap in opened.gaps:
        typer.echo(f"{file}: bytes {gap.start:,} to {gap.end:,} are damaged", err=True)
    return 1 if opened.gaps else 0


@app.command()
def compact(
    file: File,
    drop_damaged: Annotated[
        bool, typer.Option("--drop-damaged", help="Leave out damage that has no name.")
    ] = False,
) -> int:
    """Write a file anew without the packs that later ones replaced; readers may go on reading."""
    from data_cards.errors import DataError
    from dnn.packs.writer import PackWriter

    if not file.exists():
        raise DataError(file, None, "no such pack file", "make one by `skillwise pack add`")
    with PackWriter(file) as writer:
        freed = writer.compact(drop_damaged=drop_damaged)
        typer.echo(f"{file}: {len(writer):,} packs, {freed:,} bytes given back")
    return 0
