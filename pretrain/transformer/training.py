"""The loop by accelerate: a fixed number of steps, each a function of (seed, step) alone."""

import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass

import numpy as np
import torch
from accelerate import Accelerator, PartialState
from accelerate.state import is_initialized
from accelerate.utils import DistributedDataParallelKwargs
from numpy.typing import NDArray
from torch import Tensor

from pretrain.ahead import made_ahead
from pretrain.mlm.checkpoint import Checkpoint
from pretrain.mlm.row_adagrad import RowAdagrad
from pretrain.precision import bfloat16_is_fast
from pretrain.transformer.batches import Batch, Masker, Plan
from pretrain.transformer.lines import Lines
from pretrain.transformer.model import MaskedLanguageModel
from pretrain.transformer.settings import EncoderSettings


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the training stands: means since the last report."""

    step: int
    steps: int
    loss: float
    """Cross-entropy at the masks, nats."""
    accuracy: float
    """Share of the masks answered right among the candidates."""
    words_per_second: float


@dataclass(frozen=True, slots=True)
class Observer:
    """Who looks on while a model is trained, and how often; none of it changes the result."""

    report: Callable[[Progress], None] = lambda _: None
    report_every: int = 50
    checkpoint: Checkpoint | None = None
    checkpoint_every: int = 500
    plateau: Checkpoint | None = None
    """Where the state before the fall of the rate is kept, from which a longer run can go on."""
    after_step: Callable[[int, MaskedLanguageModel], None] = lambda *_: None


def accelerated() -> Accelerator:
    """accelerate as its own settings say; on a CPU with bfloat16 products, in bfloat16.

    There they are more than twice as fast, and the weights stay float32. A process has one
    precision: where a training has chosen it before, this one keeps it.
    """
    # a process whose few lines have no neighbours' words leaves a head without gradient
    unused = [DistributedDataParallelKwargs(find_unused_parameters=True)]
    if is_initialized():
        return Accelerator(kwargs_handlers=unused)
    chosen = "ACCELERATE_MIXED_PRECISION" in os.environ  # by `accelerate launch` or its settings
    if chosen or PartialState().device.type != "cpu" or not bfloat16_is_fast():
        return Accelerator(kwargs_handlers=unused)
    return Accelerator(mixed_precision="bf16", kwargs_handlers=unused)


def share_of_peak(step: int, settings: EncoderSettings, steps: int) -> float:
    """The rate of step 1, 2, … `steps`: a rise, a plateau, and a fall as 1 - sqrt.

    What was trained on the plateau can be trained longer, or let fall, at any time (warm-up,
    stable, decay; Hu et al. 2024, Hägele et al. 2024).
    """
    warm = min(settings.warm_up, max(1, steps // 10))
    if step <= warm:
        return step / warm
    falling = max(1, int(settings.fall * steps))
    done = (step - (steps - falling)) / falling
    return 1.0 if done <= 0 else max(0.01, 1 - math.sqrt(done))


def steady(settings: EncoderSettings, steps: int) -> int:
    """The last step before the rate falls."""
    return steps - max(1, int(settings.fall * steps))


def train(
    lines: Lines,
    settings: EncoderSettings,
    accelerator: Accelerator,
    *,
    seed: int,
    steps: int,
    table: NDArray[np.float32] | None = None,
    observer: Observer | None = None,
) -> MaskedLanguageModel:
    """Train for `steps`; `table` (pieces, width) is the counted start.

    Where the observer's checkpoint holds the state of an interrupted run it is taken up, and the
    result equals, bit by bit on one CPU, that of a run that was never interrupted. Several
    processes (`accelerate launch`) share each step's lines.
    """
    watching = observer or Observer()
    checkpoint = watching.checkpoint
    torch.manual_seed(seed)
    model = MaskedLanguageModel(settings, lines.tokenizer.get_vocab_size())
    if table is not None:
        model.start_from(table)
    optimizers = _optimizers(model, settings)
    done = checkpoint.restore(model, optimizers) if checkpoint is not None else 0
    wrapped, *optimizers = accelerator.prepare(model, *optimizers)
    dense = _dense(accelerator.unwrap_model(wrapped))
    wrapped.train()
    told: list[tuple[Tensor, Tensor]] = []
    clock, words = time.perf_counter(), 0
    for step, batch in _ahead(Plan(lines, settings, seed), done, steps, accelerator):
        share = share_of_peak(step, settings, steps)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * share
        torch.manual_seed(seed * 1_000_003 + step * 101 + accelerator.process_index)
        with accelerator.autocast():
            loss, masks, right = wrapped(*tensors(batch, accelerator.device))
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(dense, 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        watching.after_step(step, model)
        told.append((masks, right))
        words += batch.ids.size * accelerator.num_processes
        if step % watching.report_every == 0 or step == steps:
            seconds = time.perf_counter() - clock
            means = torch.tensor(told).mean(dim=0).tolist()
            watching.report(Progress(step, steps, means[0], means[1], words / seconds))
            told.clear()
            clock, words = time.perf_counter(), 0
        due = step % watching.checkpoint_every == 0 or step == steps
        kept = [checkpoint] if checkpoint is not None and due else []
        if watching.plateau is not None and step == steady(settings, steps):
            kept.append(watching.plateau)
        if kept:
            accelerator.wait_for_everyone()
        if accelerator.is_main_process:
            for each in kept:
                each.write(model, optimizers, step)
    return model


def _dense(model: MaskedLanguageModel) -> list[torch.nn.Parameter]:
    tables = {id(table) for table in model.tables}
    return [p for p in model.parameters() if p.requires_grad and id(p) not in tables]


def _optimizers(
    model: MaskedLanguageModel, settings: EncoderSettings
) -> list[torch.optim.Optimizer]:
    """AdamW for the layers, and row-wise Adagrad for the rows of the tables that a step touches."""
    layers = _dense(model)
    decayed = [p for p in layers if p.ndim > 1]
    rest = [p for p in layers if p.ndim <= 1]
    found: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": settings.weight_decay, "peak": settings.rate},
                {"params": rest, "weight_decay": 0.0, "peak": settings.rate},
            ],
            lr=settings.rate, betas=(0.9, 0.98), fused=True,
        )
    ]  # fmt: skip
    if tables := model.tables:
        rows = RowAdagrad(tables, lr=settings.table_rate)
        rows.param_groups[0]["peak"] = settings.table_rate
        found.append(rows)
    return found


def _ahead(
    plan: Plan, done: int, steps: int, accelerator: Accelerator
) -> Iterator[tuple[int, Batch]]:
    """Read and mask the next step's lines in a thread while this step computes."""
    masker = Masker(plan.lines, plan.settings)

    def prepare(step: int) -> Batch:
        rank, world = accelerator.process_index, accelerator.num_processes
        lines = plan.indices(step)
        mine = lines[rank::world] if len(lines) >= world else lines
        return masker(mine, np.random.default_rng([plan.seed, step, rank]))

    return made_ahead(prepare, range(done + 1, steps + 1))


def tensors(batch: Batch, device: torch.device) -> list[Tensor]:
    """A batch as what `MaskedLanguageModel.forward` takes."""
    return [torch.from_numpy(part).to(device) for part in astuple(batch)]
