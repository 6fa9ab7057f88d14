"""`skillwise pretrain`."""

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data_cards.errors import SkillwiseError
from evaluation.commands import options
from evaluation.commands.training import Encoder, command, figures, run, settings_of, stop_list

if TYPE_CHECKING:
    from evaluation.commands.training import Progress

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
    encoder: Annotated[
        Encoder,
        typer.Option(
            help="log-bilinear: word vectors in minutes; transformer: a masked language model, "
            "an encoder beside its word vectors."
        ),
    ] = Encoder.log_bilinear,
    minutes: Annotated[
        float | None,
        typer.Option(min=0.01, help="Train for about so many minutes. [default: 10, log-bilinear]"),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="Train for so many steps; this can be repeated exactly."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of every random choice.")] = 0,
    change: Annotated[
        Names, typer.Option("--set", help="Change a setting of the encoder: key=value.")
    ] = None,
    stop: Annotated[
        Names,
        typer.Option(
            "--stop-list",
            help="Leave out lines that are test utterances of this card; all, or none. "
            "[default: all that are on this machine]",
        ),
    ] = None,
    work: Annotated[
        Path | None,
        typer.Option(help="Keep corpus and checkpoint in this folder. [default: in --out]"),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with the training in --work or --out."),
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
    """Train word vectors on text and write a store that `--vectors` takes.

    --encoder transformer trains a masked language model. It needs --steps or --minutes, and writes
    its encoder too, which `--vectors hf:OUT/encoder` takes.

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
    settings = settings_of(encoder, change or [])
    if encoder is Encoder.transformer and minutes is None and steps is None and not resume:
        raise SkillwiseError("--encoder transformer: has no budget of its own; give --steps")
    from evaluation.report.tracking import need, tracking

    need(tracker)
    from accelerate import PartialState

    from data_cards.locales import language as language_of
    from data_cards.scratch import need_folder
    from pretrain.store.vector_store import VectorStore, refuse_occupied
    from pretrain.text import sources

    language = language_of(locale)
    refuse_occupied(out)
    if work is not None:
        need_folder(work, "--work")
    found = [sources.file(argument) for argument in text or ()]
    found += [sources.suite(name, language) for name in suite or ()]
    found += [sources.chitchat()] if chitchat else []
    left_out = stop_list(stop or [], language) if found else stop_list(["none"], language)
    texts = tuple(left_out.without(source) for source in found)

    def say(message: str) -> None:
        typer.echo(message, err=True)

    budget = {"seed": seed, "steps": steps, "minutes": minutes}
    told = {"encoder": str(encoder), **budget, **settings.model_dump(mode="json")}
    asked = {
        "sources": texts, "language": language, "out": out, "settings": settings, **budget,
        "resume": resume, "work": work, "stop": left_out, "command": command(sys.argv[1:]),
    }  # fmt: skip
    with tracking(tracker, out.resolve().name, out, told) as log:

        def report(progress: "Progress") -> None:
            now = figures(progress)
            right = f"right {now['accuracy']:.1%}  " if "accuracy" in now else ""
            say(
                f"step {progress.step:,}/{progress.steps:,}  loss {progress.loss:.3f}  {right}"
                f"{progress.words_per_second:,.0f} words/s"
            )
            log(now, progress.step)

        run(encoder, asked, say, report)
        store = VectorStore.open(out)
    if not PartialState().is_main_process:  # of several processes one speaks
        return 0
    if encoder is Encoder.transformer:
        typer.echo(f"{out / 'encoder'}: an encoder; --vectors hf:{out / 'encoder'} takes it")
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
