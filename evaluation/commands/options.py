"""The options that `compare` and `nightly` share; a parameter's name is its option's."""

from pathlib import Path
from typing import Annotated

import typer

from evaluation.report.tracking import Tracker

Names = list[str] | None
Paths = list[Path] | None

Suites = Annotated[
    Names,
    typer.Option(
        help="A data card, e.g. hwu64; collected takes all that are here. [default: starter]"
    ),
]
Folders = Annotated[
    Paths, typer.Option(help="Your own skills: a folder of <skill>@<locale> folders.")
]
Systems = Annotated[Names, typer.Option(help="Names of systems, separated by commas.")]
OneSystem = Annotated[Names, typer.Option(help="One more system: a name, or package.module:Class.")]
Changes = Annotated[Names, typer.Option("--set", help="Change a setting: system.key=value.")]
Shots = Annotated[Names, typer.Option(help="Training utterances per intent: a number, or all.")]
Seeds = Annotated[
    int, typer.Option(help="Number of seeds. Take 3 or more to find small differences.")
]
Folds = Annotated[
    int | None,
    typer.Option(
        help="Cross-validate: deal all rows of each skill into so many folds. For small skills, "
        "and for those without a test split."
    ),
]
Skills = Annotated[
    str, typer.Option(help="Only skills whose skill@locale matches one of these globs, by commas.")
]
Stores = Annotated[
    Paths,
    typer.Option(
        help="A folder of word vectors, one per language; or hf:PATH, an encoder of transformers."
    ),
]
SlotsOnly = Annotated[
    bool, typer.Option("--slots-only", help="Also take skills with a single intent.")
]
Sources = Annotated[
    Names,
    typer.Option(help="A card whose skills also train the source model of two-stage transfer."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what the run would do, and stop there.")
]
Jobs = Annotated[
    int | None, typer.Option(min=1, help="Number of worker processes. [default: all cores]")
]
Cluster = Annotated[str | None, typer.Option(help="Address of a Dask scheduler.")]
Track = Annotated[
    Tracker | None, typer.Option("--tracker", help="Also send the scores to this tracker.")
]
CellSeconds = Annotated[
    float | None, typer.Option(min=0.1, help="A cell fails if it takes longer.")
]
CellMemory = Annotated[
    int | None, typer.Option(min=64, help="A cell fails if it allocates more MB.")
]
