"""The whole stage of the transformer: sources -> lines -> counted start -> training -> stores."""

import hashlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list
from numpy.typing import NDArray

from data_cards.errors import DataError, SkillwiseError
from pretrain.mlm.checkpoint import Checkpoint
from pretrain.mlm.warm_start import factorised
from pretrain.store import induction
from pretrain.store import vector_store as store
from pretrain.transformer import cards, training, writing
from pretrain.transformer.budget import CHECKPOINT, PLATEAU, steps_of
from pretrain.transformer.lines import Lines, prepare
from pretrain.transformer.model import MaskedLanguageModel
from pretrain.transformer.pieces import SPECIAL
from pretrain.transformer.request import Request
from pretrain.transformer.static import vectors
from pretrain.transformer.training import Observer, Progress
from pretrain.transformer.words import frequent

ENCODER = "encoder"
"""The encoder store's folder below the store of word vectors."""


def pretrain(
    request: Request,
    say: Callable[[str], None] = lambda _: None,
    report: Callable[[Progress], None] = lambda _: None,
) -> Path:
    """Train the encoder; write `OUT/encoder` and the store of word vectors; returns `OUT`.

    What the stage needs on the way (corpus, checkpoint) lies in `request.work`, by default
    `OUT/.work`, until the stores are there; a named folder is kept, so that a longer training can
    go on from it. Raises `SkillwiseError` for whatever the user can mend.
    """
    _check(request)
    accelerator = training.accelerated()
    if not accelerator.is_main_process:  # one process speaks for all
        say, report = (lambda _: None), (lambda _: None)
    started = time.perf_counter()
    settings, work = request.settings, request.folder
    say(f"reading {len(request.sources)} sources")
    with accelerator.main_process_first():
        lines = prepare(request.sources, work, pieces=settings.pieces, longest=settings.longest)
        left_out = work / f"left-out-{lines.digest[:16]}.json"
        taken = request.stop.counted(request.sources, left_out)
        table = _start(lines, request, say) if settings.counted_start else None
    say(f"{len(lines.source):,} lines of {len(lines.ids):,} pieces, vocabulary "
        f"{lines.tokenizer.get_vocab_size():,}")  # fmt: skip
    run = run_digest(request, lines)
    (steps,) = broadcast_object_list([steps_of(request, lines, run, accelerator)])
    say(f"training {steps:,} steps")
    last = training.steady(settings, steps)
    checkpoint, plateau = (
        Checkpoint(work / name, run, steps, last) for name in (CHECKPOINT, PLATEAU)
    )
    model = training.train(
        lines, settings, accelerator, seed=request.seed, steps=steps, table=table,
        observer=Observer(
            report, checkpoint=checkpoint, plateau=plateau if request.keep else None
        ),
    )  # fmt: skip
    if accelerator.is_main_process:
        say("making the stores")
        _write(request, lines, taken, model, steps, time.perf_counter() - started, accelerator)
        if not request.keep:
            shutil.rmtree(work, ignore_errors=True)
    accelerator.wait_for_everyone()
    return request.out


def run_digest(request: Request, lines: Lines) -> str:
    """Of what the state at a step depends on."""
    text = f"{lines.digest}|{request.settings.of_training()}|{request.seed}"
    return hashlib.sha256(text.encode()).hexdigest()


def _write(
    request: Request, lines: Lines, taken: dict[str, int], model: MaskedLanguageModel,
    steps: int, seconds: float, accelerator: Accelerator,
) -> None:  # fmt: skip
    """The encoder first: where the word vectors stand, both are there."""
    settings = request.settings
    words = frequent(lines, settings.words, settings.fewest)
    made = vectors(model, lines, words, settings.export, request.seed, accelerator)
    encoder = request.out / ENCODER
    shutil.rmtree(encoder, ignore_errors=True)  # of a process that was killed here
    card = cards.of_encoder(request, lines, taken, model, steps, seconds)
    writing.write(encoder, model.exported(), lines.tokenizer, card)
    meta = {
        "language": request.language,
        "settings": settings.model_dump_json(),
        "seed": str(request.seed),
        "steps": str(steps),
        "corpus": lines.digest,
        "made_of": settings.export,
    }
    about = cards.of_vectors(request, lines, taken, len(words.words), made.shape[1], steps)
    contexts = induction.fit(words.texts(lines, request.seed), made)
    store.write(request.out, words.words, made, meta, about, induction=contexts)


def _start(lines: Lines, request: Request, say: Callable[[str], None]) -> NDArray[np.float32]:
    """The factorised co-occurrence matrix of the pieces, kept beside the corpus."""
    settings = request.settings
    path = request.folder / f"start-{lines.digest[:16]}-{settings.table}-{settings.window}.npy"
    if not path.exists():
        say("factorising co-occurrences")
        size = lines.tokenizer.get_vocab_size()
        table = factorised(
            lines.packed(), size, len(SPECIAL), settings.table, settings.window, request.seed
        )
        np.save(path, table)
    start: NDArray[np.float32] = np.load(path)
    return start


def _check(request: Request) -> None:
    if not request.sources:
        raise SkillwiseError("no text to learn from; give --text FILE, --suite NAME or --chitchat")
    store.refuse_occupied(request.out)
    if (request.out / ENCODER).exists() and not request.resume:
        raise DataError(
            request.out / ENCODER, None, "is there already", "name another --out, or remove it"
        )
    if (request.folder / CHECKPOINT).exists() and not request.resume:
        raise DataError(
            request.folder, None, "holds a training",
            "go on with --resume, or remove the folder",
        )  # fmt: skip
