"""Tokens a second and time to a held-out loss, against transformers' own masked-LM script.

The peer is what its `run_mlm.py` builds: Trainer, DataCollatorForLanguageModeling at 15 %, and
BertForMaskedLM, which computes the softmax over all words at all positions. Width, layers, heads,
inner width, vocabulary and rows are ours; its rate is 1e-3, twenty times its default, with which
it would learn far less in the same time.
"""

import math
import tempfile
import time
from statistics import median
from typing import Any

import torch
from accelerate import Accelerator
from torch.nn import functional as F
from transformers import (
    BertConfig,
    BertForMaskedLM,
    DataCollatorForLanguageModeling,
    PreTrainedTokenizerFast,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from benchmarks.mlm_corpus import MASKED, Split, question, split
from pretrain.mlm.masking import Batch
from pretrain.mlm.model import MaskedWordModel
from pretrain.mlm.settings import PretrainSettings
from pretrain.mlm.training import Observer, tensors, train
from pretrain.mlm.warm_start import factorise
from pretrain.text.corpus import Corpus
from pretrain.text.vocabulary import END, MASK, UNKNOWN

ALIKE = PretrainSettings(
    encoder="transformer", tied=True, mask=0.25, ramp=0.0, rows=32, subsample=0.0
)
"""Our loop with the peer's architecture and its question: every running word is as likely to be
masked, as in the held-out loss, where our product masks frequent words less often."""
PEER_ROWS = 16
WARM, TIMED, TURNS = 2, 6, 3
BUDGETS = (1 / 5, 1 / 2)
"""Shares of the peer's time that our training is planned for: what is promised, and where the loss
is not reached in that, more. A schedule ends where its budget does."""
LOOKS = 5
"""Steps of ours between two looks at the held-out loss."""


def measure(corpus: Corpus, seconds: float) -> dict[str, float | None]:
    """Speeds in turns, then the peer's loss after `seconds` and our time to the same loss."""
    data = split(corpus)
    pairs = [(_our_speed(data, ALIKE), _peer(data, WARM + TIMED)[0]) for _ in range(TURNS)]
    ours, peers = (median(side) for side in zip(*pairs, strict=True))
    product = _our_speed(data, PretrainSettings(ramp=0.0))
    steps = max(20, int(seconds * peers / (PEER_ROWS * ALIKE.row)))
    _, taken, wanted = _peer(data, steps)
    alike, alike_loss = _within(data, ALIKE, wanted, taken, ours)
    bilinear, bilinear_loss = _within(data, PretrainSettings(), wanted, taken, product)
    return {
        "tokens_per_second": ours,
        "tokens_per_second_log_bilinear": product,
        "tokens_per_second_trainer": peers,
        "tokens_per_second_ratio": median(a / b for a, b in pairs),
        "tokens_per_second_ratio_log_bilinear": product / peers,
        "held_out_loss_trainer": wanted,
        "held_out_loss": alike_loss,
        "held_out_loss_log_bilinear": bilinear_loss,
        "time_to_loss_trainer": taken,
        "time_to_loss_ratio": taken / alike if alike else None,
        "time_to_loss_ratio_log_bilinear": taken / bilinear if bilinear else None,
    }


def held_out_loss(model: MaskedWordModel, batch: Batch) -> float:
    """Full softmax over the vocabulary at the masked positions."""
    with torch.inference_mode():
        return float(model(*tensors(batch, torch.device("cpu"))))


def _our_speed(data: Split, settings: PretrainSettings) -> float:
    marks: list[float] = []
    train(
        data.train, settings, Accelerator(cpu=True), seed=0, steps=WARM + TIMED,
        observer=Observer(after_step=lambda *_: marks.append(time.perf_counter())),
    )  # fmt: skip
    return TIMED * settings.rows * settings.row / (marks[-1] - marks[WARM - 1])


def _within(
    data: Split, settings: PretrainSettings, wanted: float, taken: float, speed: float
) -> tuple[float | None, float]:
    """`_time_to` in the smallest of `BUDGETS` that is enough."""
    found: tuple[float | None, float] = (None, math.inf)
    for share in BUDGETS:
        found = _time_to(data, settings, wanted, taken * share, speed)
        if found[0] is not None:
            break
    return found


def _time_to(
    data: Split, settings: PretrainSettings, wanted: float, seconds: float, speed: float
) -> tuple[float | None, float]:
    """Seconds until the held-out loss is `wanted`, of a training planned for `seconds`, and the
    last loss seen; None where it is never reached. Looking does not count, the warm start does.
    """
    clock = time.perf_counter()
    table = factorise(data.train, settings.width, settings.window, 0)
    batch = question(data.held)
    found: dict[str, float] = {}
    looking = 0.0

    def look(step: int, model: MaskedWordModel) -> None:
        nonlocal looking
        if step % LOOKS or "time" in found:
            return
        before = time.perf_counter()
        model.eval()
        found["loss"] = held_out_loss(model, batch)
        model.train()
        if found["loss"] <= wanted:
            found["time"] = before - clock - looking
        looking += time.perf_counter() - before

    steps = max(20, math.ceil(seconds * speed / (settings.rows * settings.row)))
    train(
        data.train, settings, Accelerator(cpu=True), seed=0, steps=steps, table=table,
        observer=Observer(after_step=look),
    )  # fmt: skip
    return found.get("time"), found["loss"]


class _Marks(TrainerCallback):
    """When each step ended."""

    def __init__(self) -> None:
        self.at: list[float] = []

    def on_step_end(self, *_: Any, **__: Any) -> None:
        self.at.append(time.perf_counter())


def _peer(data: Split, steps: int) -> tuple[float, float, float]:
    """Train the peer: its words a second, seconds in all, and held-out loss."""
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(data.train.counts), hidden_size=ALIKE.width,
        num_hidden_layers=ALIKE.layers, num_attention_heads=ALIKE.heads,
        intermediate_size=ALIKE.feed_forward, max_position_embeddings=ALIKE.row,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    words = PreTrainedTokenizerFast(
        tokenizer_object=data.train.tokenizer, unk_token=UNKNOWN, mask_token=MASK, pad_token=END
    )
    model, marks = BertForMaskedLM(config), _Marks()
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder, per_device_train_batch_size=PEER_ROWS, max_steps=steps,
            learning_rate=ALIKE.rate, warmup_steps=max(1, steps // 20), use_cpu=True,
            report_to=[], save_strategy="no", logging_strategy="no", disable_tqdm=True,
        )  # fmt: skip
        trainer = Trainer(
            model, arguments,
            data_collator=DataCollatorForLanguageModeling(words, mlm_probability=MASKED),
            train_dataset=data.train.rows.rename_column("ids", "input_ids"), callbacks=[marks],
        )  # fmt: skip
        clock = time.perf_counter()
        trainer.train()
        taken = time.perf_counter() - clock
    batch = question(data.held)
    with torch.inference_mode():
        states = model.eval().bert(torch.from_numpy(batch.read[batch.ids])).last_hidden_state
        masked = states.reshape(-1, ALIKE.width)[torch.from_numpy(batch.positions)]
        loss = F.cross_entropy(model.cls(masked), torch.from_numpy(batch.targets))
    timed = (len(marks.at) - WARM) * PEER_ROWS * ALIKE.row
    return timed / (marks.at[-1] - marks.at[WARM - 1]), taken, float(loss)
