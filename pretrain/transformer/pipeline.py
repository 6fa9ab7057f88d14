"""The whole stage of the transformer: sources -> lines -> counted start -> training -> stores."""

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from accelerate.utils import broadcast_object_list
from numpy.typing import NDArray

from data_cards.errors import DataError, SkillwiseError
from pretrain.mlm.checkpoint import Checkpoint, recorded_steps
from pretrain.mlm.warm_start import factorised
from pretrain.transformer import training, writing
from pretrain.transformer.lines import Lines, prepare
from pretrain.transformer.model import MaskedLanguageModel
from pretrain.transformer.pieces import SPECIAL
from pretrain.transformer.request import Request
from pretrain.transformer.training import Observer, Progress


def pretrain(
    request: Request,
    say: Callable[[str], None] = lambda _: None,
    report: Callable[[Progress], None] = lambda _: None,
) -> Path:
    """Train the encoder and write its store to `request.out`; returns that folder.

    What the stage needs on the way (corpus, checkpoint) lies in `request.work`, by default
    `OUT/.work`, until the store is there. Raises `SkillwiseError` for whatever the user can mend.
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
        table = _start(lines, request, say) if settings.counted_start else None
    say(f"{len(lines.source):,} lines of {len(lines.ids):,} pieces, vocabulary "
        f"{lines.tokenizer.get_vocab_size():,}")  # fmt: skip
    taken = _taken(request, lines)
    run = _run_digest(request, lines)
    path = work / "checkpoint.safetensors"
    if not request.resume:
        path.unlink(missing_ok=True)
    steps = request.steps or recorded_steps(path, run)
    if steps is None:
        raise SkillwiseError("the transformer's training is counted in steps; give --steps")
    (steps,) = broadcast_object_list([steps])
    say(f"training {steps:,} steps")
    model = training.train(
        lines, settings, accelerator, seed=request.seed, steps=steps, table=table,
        observer=Observer(report, checkpoint=Checkpoint(path, run, steps)),
    )  # fmt: skip
    if accelerator.is_main_process:
        seconds = time.perf_counter() - started
        card = _card(request, lines, taken, model, steps, seconds)
        writing.write(request.out, model.exported(), lines.tokenizer, card)
        if not request.keep:
            shutil.rmtree(work, ignore_errors=True)
    accelerator.wait_for_everyone()
    return request.out


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


def _taken(request: Request, lines: Lines) -> dict[str, int]:
    """Lines of each source that the stop list took, kept beside the corpus for a resumed run."""
    path = request.folder / f"left-out-{lines.digest[:16]}.json"
    if not path.exists():
        if request.stop.digests and not request.stop.taken:  # the corpus was there before
            for source in request.sources:
                for _ in source.sentences():
                    pass
        path.write_text(json.dumps(request.stop.taken), "utf-8")
    taken: dict[str, int] = json.loads(path.read_text("utf-8"))
    return taken


def _check(request: Request) -> None:
    if not request.sources:
        raise SkillwiseError("no text to learn from; give --text FILE, --suite NAME or --chitchat")
    if (request.out / writing.CARD).exists():
        raise DataError(request.out, None, "is there already", "name another --out")
    if (request.folder / "checkpoint.safetensors").exists() and not request.resume:
        raise DataError(
            request.folder, None, "holds an unfinished training",
            "go on with --resume, or remove the folder",
        )  # fmt: skip


def _run_digest(request: Request, lines: Lines) -> str:
    """Of what the state at a step depends on; the number of steps shapes the fall alone."""
    settings = request.settings.model_copy(update={"fall": 1.0})
    text = f"{lines.digest}|{settings.model_dump_json()}|{request.seed}"
    return hashlib.sha256(text.encode()).hexdigest()


def _card(
    request: Request, lines: Lines, taken: dict[str, int], model: MaskedLanguageModel,
    steps: int, seconds: float,
) -> str:  # fmt: skip
    weights = "\n".join(
        f"- {s.name}, weight {s.weight}, digest `{s.digest[:16]}`" for s in request.sources
    )
    layers = sum(p.numel() for n, p in model.encoder.named_parameters() if "word_emb" not in n)
    settings = json.dumps(request.settings.model_dump(mode="json"), indent=1)
    stop = request.stop
    left_out = "\n".join(f"- {name}: {count:,} lines" for name, count in taken.items() if count)
    return f"""---
language: [{request.language}]
library_name: transformers
tags: [masked-language-modelling, electra]
---
# Encoder, {request.language}: {request.settings.layers} layers of {request.settings.width}

A transformer of {layers / 1e6:.1f} million weights under {lines.tokenizer.get_vocab_size():,} piece
vectors of {request.settings.table} dimensions, trained by masked language modelling on
{int(lines.counts.sum()):,} running pieces a pass, {steps * request.settings.batch:,} in {steps:,}
steps ({seconds / 60:.0f} minutes in the last sitting), seed {request.seed}.
`transformers.AutoModel.from_pretrained` and `AutoTokenizer` open this folder by themselves. It
reads lower-cased words without punctuation, without begin or end symbols.

Made by

    {request.command or "pretrain.transformer.pipeline.pretrain"}

from

{weights}

Left out as test utterances of the cards ({len(stop.digests):,} sentences of {len(stop.suites)}
suites; {len(stop.absent)} suites were not on the machine):

{left_out or "- nothing"}

Settings:

```json
{settings}
```
"""
