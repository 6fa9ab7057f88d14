"""The MLM loop by accelerate: a fixed number of steps, each a function of (seed, step) alone."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from torch import Tensor, nn

from pretrain.ahead import made_ahead
from pretrain.mlm.checkpoint import Checkpoint
from pretrain.mlm.masking import Batch, Masker
from pretrain.mlm.model import MaskedWordModel
from pretrain.mlm.row_adagrad import RowAdagrad
from pretrain.mlm.settings import PretrainSettings
from pretrain.schedule import share_of_peak
from pretrain.text.corpus import Corpus

CALIBRATION = 6
"""Steps timed, after two to warm up, to turn a budget of minutes into one of steps."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the training stands: `loss` is the mean since the last report."""

    step: int
    steps: int
    loss: float
    words_per_second: float


@dataclass(frozen=True, slots=True)
class Observer:
    """Who looks on while a model is trained, and how often; none of it changes the result."""

    report: Callable[[Progress], None] = lambda _: None
    report_every: int = 50
    """Steps; the last one is reported too."""
    after_step: Callable[[int, MaskedWordModel], None] = lambda *_: None
    checkpoint: Checkpoint | None = None
    """Where the state is kept, and taken up after an interruption."""
    checkpoint_every: int = 500
    """Steps; the last one is kept too."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which rows each step reads: a pure function of (seed, step), so a resumed run agrees."""

    rows: int
    steps: int
    settings: PretrainSettings
    seed: int
    _orders: dict[int, NDArray[np.int64]] = field(default_factory=dict)

    @property
    def ramp_steps(self) -> int:
        """Steps with a quarter batch, at the start, where gradients agree most."""
        return int(self.settings.ramp * self.steps)

    def indices(self, step: int) -> NDArray[np.int64]:
        """The corpus rows of step 1, 2, …; every pass over the corpus is shuffled anew."""
        small = max(1, self.settings.rows // 4)
        ramped = min(step - 1, self.ramp_steps)
        cursor = ramped * small + (step - 1 - ramped) * self.settings.rows
        count = small if step <= self.ramp_steps else self.settings.rows
        out = []
        while count:
            epoch, at = divmod(cursor, self.rows)
            taken = self._order(epoch)[at : at + count]
            out.append(taken)
            cursor, count = cursor + len(taken), count - len(taken)
        return np.concatenate(out)

    def _order(self, epoch: int) -> NDArray[np.int64]:
        if epoch not in self._orders:
            self._orders.clear()
            self._orders[epoch] = np.random.default_rng([self.seed, epoch]).permutation(self.rows)
        return self._orders[epoch]


def train(
    corpus: Corpus,
    settings: PretrainSettings,
    accelerator: Accelerator,
    *,
    seed: int,
    steps: int,
    table: NDArray[np.float32] | None = None,
    observer: Observer | None = None,
) -> MaskedWordModel:
    """Train for `steps`; `table` (words, width) is the warm start.

    Where the observer's checkpoint holds the state of an interrupted run it is taken up, and the
    result equals, bit by bit on CPU, that of a run that was never interrupted. Several processes
    (`accelerate launch`) share each step's rows.
    """
    watching = observer or Observer()
    checkpoint = watching.checkpoint
    torch.manual_seed(seed)
    model = MaskedWordModel(settings, len(corpus.counts))
    if table is not None:
        model.start_from(table)
    optimizers = _optimizers(model, settings)
    done = checkpoint.restore(model, optimizers) if checkpoint is not None else 0
    wrapped, *optimizers = accelerator.prepare(model, *optimizers)
    dense = _dense(accelerator.unwrap_model(wrapped))
    wrapped.train()
    plan = Plan(len(corpus.rows), steps, settings, seed)
    losses: list[Tensor] = []
    clock, words = time.perf_counter(), 0
    for step, batch in _ahead(corpus, plan, done, accelerator):
        _set_rates(optimizers, settings, step, steps)
        torch.manual_seed(seed * 1_000_003 + step * 101 + accelerator.process_index)
        with accelerator.autocast():
            loss = wrapped(*tensors(batch, accelerator.device))
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(dense, 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        watching.after_step(step, model)
        losses.append(loss.detach())
        words += batch.ids.size * accelerator.num_processes
        if step % watching.report_every == 0 or step == steps:
            seconds = time.perf_counter() - clock
            loss_since = float(torch.stack(losses).mean())
            watching.report(Progress(step, steps, loss_since, words / seconds))
            losses.clear()
            clock, words = time.perf_counter(), 0
        if checkpoint is not None and (step % watching.checkpoint_every == 0 or step == steps):
            accelerator.wait_for_everyone()
            if accelerator.is_main_process:
                checkpoint.write(model, optimizers, step)
    return model


def steps_within(minutes: float, corpus: Corpus, settings: PretrainSettings, seed: int) -> int:
    """How many steps a machine does in `minutes`: a few full batches are timed on a scratch model.

    From then on the budget is one of steps, so that a resumed run ends at the same step.
    """
    model = MaskedWordModel(settings, len(corpus.counts))
    optimizers = _optimizers(model, settings)
    plan = Plan(len(corpus.rows), 1, settings.model_copy(update={"ramp": 0.0}), seed)
    masker = Masker(corpus.counts, settings)
    clock = 0.0
    for step in range(1, CALIBRATION + 3):
        if step == 3:
            clock = time.perf_counter()
        batch = masker(corpus.take(plan.indices(step)), np.random.default_rng(step))
        model(*tensors(batch, torch.device("cpu"))).backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
    seconds = (time.perf_counter() - clock) / CALIBRATION
    share = 1 - 0.75 * settings.ramp  # a ramp step costs about a quarter
    return max(1, int(minutes * 60 / (seconds * share)))


def _dense(model: MaskedWordModel) -> list[nn.Parameter]:
    rows = {id(table) for table in model.word_parameters}
    return [p for p in model.parameters() if id(p) not in rows and p.requires_grad]


def _optimizers(model: MaskedWordModel, settings: PretrainSettings) -> list[torch.optim.Optimizer]:
    """Row-wise Adagrad for the rows that a step touches, and AdamW for the encoder."""
    return [
        RowAdagrad(model.word_parameters, lr=settings.table_rate),
        torch.optim.AdamW(
            _dense(model), lr=settings.rate, weight_decay=settings.weight_decay,
            betas=(0.9, 0.98), fused=True,
        ),
    ]  # fmt: skip


def _set_rates(
    optimizers: Sequence[torch.optim.Optimizer], settings: PretrainSettings, step: int, steps: int
) -> None:
    """A warm-up over a twentieth of the steps, then the fall."""
    share = share_of_peak(step, max(1, steps // 20), steps)
    for optimizer, rate in zip(optimizers, (settings.table_rate, settings.rate), strict=True):
        for group in optimizer.param_groups:
            group["lr"] = rate * share


def _ahead(
    corpus: Corpus, plan: Plan, done: int, accelerator: Accelerator
) -> Iterator[tuple[int, Batch]]:
    """Read and mask the next step's rows in a thread while this step computes."""
    masker = Masker(corpus.counts, plan.settings)

    def prepare(step: int) -> Batch:
        rank, world = accelerator.process_index, accelerator.num_processes
        mine = plan.indices(step)[rank::world]
        return masker(corpus.take(mine), np.random.default_rng([plan.seed, step, rank]))

    return made_ahead(prepare, range(done + 1, plan.steps + 1))


def tensors(batch: Batch, device: torch.device) -> list[Tensor | None]:
    """A batch as what `MaskedWordModel.forward` takes."""
    parts = (
        batch.read, batch.ids, batch.positions, batch.targets, batch.candidates,
        batch.log_expected,
    )  # fmt: skip
    return [None if part is None else torch.from_numpy(part).to(device) for part in parts]
