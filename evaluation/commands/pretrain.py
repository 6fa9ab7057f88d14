"""`skillwise pretrain`."""

import math
import os
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from data_cards.card import DATA_VARIABLE
from data_cards.errors import SkillwiseError, first_fault, nearest
from evaluation.commands import options
from evaluation.planning.changes import value_of
from pretrain.mlm.settings import PretrainSettings

Names = list[str] | None


def pretrain(
    out: Annotated[
        Path, typer.Option(help="Folder of the new store; with --map, the picture to write.")
    ],
    text: Annotated[
        Names,
        typer.Option(
            help="Text file with one sentence per line, also packed, or - for stdin; "
            "FILE:2 reads it twice as often."
        ),
    ] = None,
    suite: Annotated[
        Names, typer.Option(help="A card whose training utterances are read as text.")
    ] = None,
    chitchat: Annotated[
        bool,
        typer.Option("--chitchat", help="Also read the chat text of the package chitchat-dataset."),
    ] = False,
    locale: Annotated[str, typer.Option(help="Language or locale of the text.")] = "en",
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Train for about so many minutes. [default: 10]")
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="Train for so many steps; this can be repeated exactly."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of every random choice.")] = 0,
    change: Annotated[
        Names, typer.Option("--set", help="Change a setting of the MLM: key=value.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the unfinished training in --out.")
    ] = False,
    tracker: options.Track = None,
    maps: Annotated[
        Names,
        typer.Option(
            "--map",
            help="Train nothing: draw this store (a folder, en or de) into --out.",
        ),
    ] = None,
) -> int:
    """Train word vectors by masked language modelling and write a store that `--vectors` takes.

    With --map it draws chosen groups of words as points, into `--out map.svg` (or .png, .pdf). If
    --map is given several times, it draws one map below the other.

    For several processes or a GPU: `accelerate launch -m evaluation pretrain …`.
    """
    if maps:
        if text or suite or chitchat:
            raise SkillwiseError("--map: draws stores that are there; leave out what is to be read")
        return _map(maps, out)
    if minutes is not None and steps is not None:
        raise SkillwiseError("--minutes and --steps: give one of them")
    if minutes is not None and not math.isfinite(minutes):
        raise SkillwiseError(f"--minutes {minutes}: give a finite number")
    settings = _settings(change or [])
    from evaluation.report.tracking import need, tracking

    need(tracker)
    from accelerate import PartialState

    from data_cards.locales import language as language_of
    from pretrain.mlm.training import Progress
    from pretrain.pipeline import Request
    from pretrain.pipeline import pretrain as run
    from pretrain.store.vector_store import VectorStore
    from pretrain.text import sources

    language = language_of(locale)
    found = [sources.file(argument) for argument in text or ()]
    found += [sources.suite(name, language) for name in suite or ()]
    found += [sources.chitchat()] if chitchat else []

    def say(message: str) -> None:
        typer.echo(message, err=True)

    told = {"seed": seed, "steps": steps, "minutes": minutes, **settings.model_dump(mode="json")}

    request = Request(
        tuple(found), language, out, settings, seed, steps, minutes, resume,
        _command(sys.argv[1:]),
    )  # fmt: skip
    with tracking(tracker, out.resolve().name, out, told) as log:

        def report(progress: Progress) -> None:
            say(
                f"step {progress.step:,}/{progress.steps:,}  loss {progress.loss:.3f}  "
                f"{progress.words_per_second:,.0f} words/s"
            )
            rate = progress.words_per_second
            log({"loss": progress.loss, "words_per_second": rate}, progress.step)

        store = VectorStore.open(run(request, say, report))
    if not PartialState().is_main_process:  # of several processes one speaks
        return 0
    typer.echo(f"{out}: {len(store):,} words, digest {store.meta['digest'][:16]}")
    for word in store.words[100:1000:300]:
        near = ", ".join(n.word for n in store.neighbours(word, 5))
        typer.echo(f"  near {word!r}: {near}")
    return 0


def _map(stores: list[str], out: Path) -> int:
    from data_cards.scratch import need_file
    from pretrain.quality.drawing import draw
    from pretrain.quality.word_map import caption, word_map
    from pretrain.store.vector_store import VectorStore, default_store

    need_file(out)
    drawn = []
    for name in stores:
        packaged = None if Path(name).exists() else default_store(name)
        found = word_map(VectorStore.open(packaged or Path(name)))
        title = (
            f"packaged, {found.language}" if packaged else f"{Path(name).name}, {found.language}"
        )
        typer.echo(f"{title}: {caption(found)}")
        drawn.append((title, found))
    draw(drawn, out)
    typer.echo(f"\n{out}")
    return 0


def _command(arguments: list[str]) -> str:
    """The call for the store's card: where this machine keeps its data is nobody's business."""
    line = shlex.join(["skillwise", *arguments])
    data = os.environ.get(DATA_VARIABLE)
    return line.replace(data, f"${DATA_VARIABLE}") if data else line


def _settings(changes: list[str]) -> PretrainSettings:
    values = {}
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals:
            raise SkillwiseError(f"--set {change}: write key=value")
        values[key] = value_of(value)
    try:
        return PretrainSettings.model_validate(values)
    except ValidationError as error:
        fault = first_fault(error)
        if fault.unknown:
            remedy = nearest(fault.field, PretrainSettings.model_fields)
            raise SkillwiseError(f"--set {fault.field}: no such setting; {remedy}") from None
        raise SkillwiseError(
            f"--set {fault.field}={fault.value!r}: {fault.problem}; give another value"
        ) from None
