"""The stage of the log-bilinear encoder: sources -> corpus -> start -> training -> store, card."""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list
from numpy.typing import NDArray

from data_cards.errors import DataError, SkillwiseError
from pretrain.mlm import training
from pretrain.mlm.checkpoint import Checkpoint, recorded_steps
from pretrain.mlm.export import combine, finish
from pretrain.mlm.model import MaskedWordModel
from pretrain.mlm.settings import PretrainSettings
from pretrain.mlm.training import Observer, Progress
from pretrain.mlm.warm_start import factorise
from pretrain.store import induction
from pretrain.store import vector_store as store
from pretrain.text.corpus import Corpus, prepare
from pretrain.text.sources import Source
from pretrain.text.stop_list import StopList
from pretrain.text.vocabulary import END, SPECIAL, words_of

PIECE = 10_000
"""Packed rows read at a time for the map from contexts to vectors."""


@dataclass(frozen=True, slots=True)
class Request:
    """What one call of `skillwise pretrain --encoder log-bilinear` is asked for."""

    sources: tuple[Source, ...]
    language: str
    out: Path
    settings: PretrainSettings
    seed: int
    steps: int | None = None
    minutes: float | None = None
    resume: bool = False
    command: str = ""
    stop: StopList = field(default_factory=StopList)
    work: Path | None = None
    """Where corpus and checkpoint lie; by default in `out`."""

    @property
    def folder(self) -> Path:
        """The folder of corpus and checkpoint."""
        return self.work or self.out / ".work"


def pretrain(
    request: Request,
    say: Callable[[str], None] = lambda _: None,
    report: Callable[[Progress], None] = lambda _: None,
) -> Path:
    """Train word vectors and write their store to `request.out`; returns its folder.

    What the stage needs on the way (corpus, checkpoint) lies in `OUT/.work` until the store is
    there, or in `request.work`, which stays. Raises `SkillwiseError` for whatever the user can
    mend, and leaves no half store.
    """
    _check(request)
    accelerator = Accelerator()
    if not accelerator.is_main_process:  # one process speaks for all
        say, report = (lambda _: None), (lambda _: None)
    started = time.perf_counter()
    work, settings = request.folder, request.settings
    say(f"reading {len(request.sources)} sources")
    with accelerator.main_process_first():
        corpus = prepare(
            request.sources, work, row=settings.row, max_words=settings.max_words,
            min_count=settings.min_count,
        )  # fmt: skip
        left_out = work / f"left-out-{corpus.digest[:16]}.json"
        taken = request.stop.counted(request.sources, left_out)
    say(f"{int(corpus.counts.sum()):,} words, vocabulary {len(corpus.counts) - len(SPECIAL):,}")
    run = _run_digest(request, corpus)
    path = work / "checkpoint.safetensors"
    steps = recorded_steps(path, run) if request.resume else None
    if steps is None:
        path.unlink(missing_ok=True)
        steps = request.steps or training.steps_within(
            request.minutes or 10.0, corpus, settings, request.seed
        )
    (steps,) = broadcast_object_list([steps])  # each process timed its own; they must agree
    table = None
    if settings.warm_start:
        say("factorising co-occurrences")
        table = factorise(corpus, settings.width, settings.window, request.seed)
    say(f"training {steps:,} steps")
    model = training.train(
        corpus, settings, accelerator, seed=request.seed, steps=steps, table=table,
        observer=Observer(report, checkpoint=Checkpoint(path, run, steps)),
    )  # fmt: skip
    if accelerator.is_main_process:
        vectors = exported(model)
        words = words_of(corpus.tokenizer)[len(SPECIAL) :]
        meta = {
            "language": request.language,
            "settings": settings.model_dump_json(),
            "seed": str(request.seed),
            "steps": str(steps),
            "corpus": corpus.digest,
        }
        seconds = time.perf_counter() - started
        store.write(
            request.out, words, vectors, meta, _card(request, corpus, taken, steps, seconds),
            induction=induction.fit(texts(corpus, request.seed), vectors),
        )  # fmt: skip
        if request.work is None:
            shutil.rmtree(work, ignore_errors=True)
    accelerator.wait_for_everyone()
    return request.out


def exported(model: MaskedWordModel) -> NDArray[np.float32]:
    """The vectors (words, width) that a trained model gives to skills, special symbols left out."""
    read, answer = (
        each.weight.detach().cpu().numpy()[len(SPECIAL) :] for each in (model.table, model.answers)
    )
    settings = model.settings
    return finish(combine(read, answer, settings.export), settings.remove)


def texts(corpus: Corpus, seed: int) -> Iterator[NDArray[np.int64]]:
    """Pieces of a corpus in the rows of its store, in an order drawn by `seed`."""
    pieces = np.array_split(np.arange(len(corpus.rows)), -(-len(corpus.rows) // PIECE))
    special = np.full(len(SPECIAL), induction.UNKNOWN)
    special[SPECIAL.index(END)] = induction.END
    for i in np.random.default_rng(seed).permutation(len(pieces)):
        ids = corpus.take(pieces[i]).ravel().astype(np.int64)
        words = ids >= len(SPECIAL)
        yield np.where(words, ids - len(SPECIAL), special[np.where(words, 0, ids)])


def _check(request: Request) -> None:
    if not request.sources:
        raise SkillwiseError("no text to learn from; give --text FILE, --suite NAME or --chitchat")
    store.refuse_occupied(request.out)
    if (request.folder / "checkpoint.safetensors").exists() and not request.resume:
        raise DataError(
            request.work or request.out, None, "holds an unfinished training",
            "go on with --resume, or remove the folder",
        )  # fmt: skip


def _run_digest(request: Request, corpus: Corpus) -> str:
    text = f"{corpus.digest}|{request.settings.model_dump_json()}|{request.seed}"
    return hashlib.sha256(text.encode()).hexdigest()


def _card(
    request: Request, corpus: Corpus, taken: dict[str, int], steps: int, seconds: float
) -> str:
    weights = "\n".join(f"- {s.name}, weight {s.weight}, digest `{s.digest[:16]}`"
                        for s in request.sources)  # fmt: skip
    settings = json.dumps(request.settings.model_dump(mode="json"), indent=1)
    return f"""---
language: [{request.language}]
library_name: skillwise
tags: [word-embeddings, masked-language-modelling]
---
# Word vectors, {request.language}, {request.settings.width} dimensions, log-bilinear

{len(corpus.counts) - len(SPECIAL):,} words, trained by a log-bilinear encoder, which predicts each
word from its neighbours, on {int(corpus.counts.sum()):,} running words in {steps:,} steps
({seconds / 60:.1f} minutes), seed {request.seed}. Content digest `{{digest}}`.

Made by

    {request.command or "pretrain.pipeline.pretrain"}

from

{weights}

{request.stop.told(taken)}

Settings:

```json
{settings}
```
"""
