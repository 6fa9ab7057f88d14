"""`skillwise pack`: fitted skills, a hundred thousand to a file."""

from pathlib import Path
from typing import Annotated

import typer

Names = list[str] | None
Paths = list[Path] | None
File = Annotated[Path, typer.Argument(help="The pack file.")]

app = typer.Typer(help="Keep the fitted networks of many skills in one pack file.")


@app.command()
def add(
    out: Annotated[Path, typer.Option(help="The pack file; it is made if there is none.")],
    suite: Annotated[
        Names, typer.Option(help="A data card, e.g. hwu64. [default: starter]")
    ] = None,
    data: Annotated[
        Paths, typer.Option(help="Your own skills: a folder of <skill>@<locale> folders.")
    ] = None,
    system: Annotated[str, typer.Option(help="The network to fit.")] = "dnn-mlm",
    change: Annotated[
        Names, typer.Option("--set", help="Change a setting: system.key=value.")
    ] = None,
    shots: Annotated[
        str, typer.Option(help="Training utterances per intent: a number, or all.")
    ] = "all",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draw and of training.")] = 0,
    skills: Annotated[
        str, typer.Option(help="Only skills whose skill@locale matches this glob.")
    ] = "*",
    vectors: Annotated[
        Paths, typer.Option(help="A folder of word vectors per language, or hf:PATH, an encoder.")
    ] = None,
    slots_only: Annotated[
        bool, typer.Option("--slots-only", help="Also take skills with a single intent.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also fit skills that the file has.")
    ] = False,
) -> int:
    """Fit skills and add the pack of each to a file as soon as it is fitted.

    Skills that the file has already are left alone, so a command that was killed goes on where it
    stopped. --again fits them once more, and the new packs take the place of the old ones.
    """
    from data_cards.scratch import need_file
    from evaluation.commands.asking import asked
    from evaluation.driver.pack import add as run
    from evaluation.planning.plan import plan

    need_file(out)
    settings = asked(
        suite=suite, data=data, systems=None, system=[system], change=change, shots=[shots],
        seeds=1, skills=skills, vectors=vectors, slots_only=slots_only,
    )  # fmt: skip
    for line in run(plan(settings), out, seed=seed, again=again):
        typer.echo(line)
    return 0


@app.command("list")
def list_(file: File) -> int:
    """Print the names of the packs in a file with their bytes, and any damaged bytes."""
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
        bool, typer.Option("--drop-damaged", help="Leave out damaged bytes whose pack is unknown.")
    ] = False,
) -> int:
    """Write a pack file again without replaced packs; others may read it meanwhile."""
    from data_cards.errors import DataError
    from dnn.packs.writer import PackWriter

    if not file.exists():
        raise DataError(file, None, "no such pack file", "make one by `skillwise pack add`")
    with PackWriter(file) as writer:
        freed = writer.compact(drop_damaged=drop_damaged)
        typer.echo(f"{file}: {len(writer):,} packs, {freed:,} bytes given back")
    return 0
