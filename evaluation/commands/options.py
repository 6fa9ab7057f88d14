"""The options that `compare` and `nightly` share; a parameter's name is its option's."""

from pathlib import Path
from typing import Annotated

import typer

from evaluation.report.tracking import Tracker

Names = list[str] | None
Paths = list[Path] | None

Suites = Annotated[Names, typer.Option(help="Data card, e.g. hwu64, or collected: all. [starter]")]
Folders = Annotated[Paths, typer.Option(help="Folder of <skill>@<locale> folders.")]
Systems = Annotated[Names, typer.Option(help="Systems, comma-separated.")]
OneSystem = Annotated[Names, typer.Option(help="A system, or package.module:Class.")]
Changes = Annotated[Names, typer.Option("--set", help="system.key=value")]
Shots = Annotated[Names, typer.Option(help="Training utterances an intent; a number or all.")]
Seeds = Annotated[int, typer.Option(help="How many seeds; 3 or more find small differences.")]
Skills = Annotated[str, typer.Option(help="Globs over skill@locale, by commas.")]
Stores = Annotated[Paths, typer.Option(help="Vector store; one a language.")]
SlotsOnly = Annotated[bool, typer.Option("--slots-only", help="Admit skills with a single intent.")]
Sources = Annotated[Names, typer.Option(help="Card whose skills teach in stage 1 of transfer.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what the run would do, and stop.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Worker processes. [cores]")]
Cluster = Annotated[str | None, typer.Option(help="Address of a Dask scheduler.")]
Track = Annotated[Tracker | None, typer.Option("--tracker", help="Send the scores there as well.")]
CellSeconds = Annotated[float | None, typer.Option(min=0.1, help="A cell that takes longer fails.")]
CellMemory = Annotated[
    int | None, typer.Option(min=64, help="A cell that allocates more MB fails.")
]
