"""Time to one held-out loss: our loop against transformers' Trainer on the same transformer.

The peer is Trainer with DataCollatorForLanguageModeling at 15 % on single lines, padded in each
batch to its longest; its softmax over all pieces is computed at masked positions only, which
ElectraForMaskedLM by itself does not do. Its encoder, head, vocabulary, lines and words a step are
ours, and its rate is 1e-3, twenty times its default. Ours has 25 % masks, the counted start, which
counts in its time, lines of one length, a sampled softmax, and bfloat16 where the processor has it.
The neighbouring lines' words are not asked for, since the peer does not learn them.
"""

import math
import tempfile
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from accelerate.state import AcceleratorState
from datasets import Dataset
from numpy.typing import NDArray
from torch.nn import functional as F
from transformers import (
    DataCollatorForLanguageModeling,
    ElectraForMaskedLM,
    PreTrainedTokenizerFast,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from pretrain.mlm.warm_start import factorised
from pretrain.transformer.lines import Lines
from pretrain.transformer.model import MaskedLanguageModel, config
from pretrain.transformer.pieces import END, MASK, PAD, SPECIAL, UNKNOWN
from pretrain.transformer.settings import EncoderSettings
from pretrain.transformer.training import Observer, accelerated, train

OURS = EncoderSettings(subsample=0.0, neighbours=0.0)
"""Every running word is as likely to be masked, as in the held-out loss."""
MASKED = 0.15
HELD = 1000
"""Lines held out."""
WARM, TIMED = 2, 6
BUDGETS = (1 / 5, 1 / 2, 1.0)
"""Shares of the peer's time that our training is planned for, until one is enough: a schedule ends
where its budget does."""
LOOKS = 10
"""Steps of ours between two looks at the held-out loss."""

Asked = list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]
"""Held-out lines by length: masked ids (lines, length), flat positions, and the answers."""


@dataclass(frozen=True, slots=True)
class Split:
    """Lines to learn from, and the question that is asked of both."""

    train: Lines
    held: Asked


def measure(
    lines: Lines,
    seconds: float,
    words: int,
    *,
    bf16: bool = False,
    settings: EncoderSettings = OURS,
) -> dict[str, float | None]:
    """The peer's loss after about `seconds` of training on `words`, and our time to the same.

    All in all it takes up to 2.7 times `seconds`. With `bf16` the peer has autocast too.
    """
    data = split(lines, words, settings)
    speed, _, _ = _peer(data, settings, WARM + TIMED, bf16)
    steps = max(20, int(seconds * speed / settings.batch))
    _, taken, wanted = _peer(data, settings, steps, bf16)
    own = _our_speed(data, settings)
    found: tuple[float | None, float] = (None, math.inf)
    for share in BUDGETS:
        found = _time_to(data, settings, wanted, taken * share, own)
        if found[0] is not None:
            break
    ours, loss = found
    return {
        "pieces_per_second": own,
        "pieces_per_second_trainer": speed,
        "pieces_per_second_ratio": own / speed,
        "held_out_loss": loss,
        "held_out_loss_trainer": wanted,
        "time_to_loss": ours,
        "time_to_loss_trainer": taken,
        "time_to_loss_ratio": taken / ours if ours else None,
    }


def split(lines: Lines, words: int, settings: EncoderSettings, seed: int = 0) -> Split:
    """Hold out lines drawn by `seed`, and learn from about `words` pieces of the others."""
    random = np.random.default_rng(seed)
    long = np.flatnonzero(lines.lengths >= settings.shortest)
    drawn = random.permutation(long)
    held, rest = drawn[:HELD], drawn[HELD:]
    rest = np.sort(rest[np.cumsum(lines.lengths[rest]) <= words])
    lengths = lines.lengths[rest]
    kept = np.repeat(lines.starts[rest], lengths)
    kept += np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    source = lines.source[rest]
    return Split(
        replace(lines, ids=np.asarray(lines.ids)[kept], starts=starts, source=source),
        question(lines, held, random),
    )


def question(lines: Lines, held: NDArray[np.int64], random: np.random.Generator) -> Asked:
    """15 % of the pieces masked, the same for every model."""
    found: Asked = []
    for length in np.unique(lines.lengths[held]):
        ids = lines.take(held[lines.lengths[held] == length], int(length))
        at = np.flatnonzero((random.random(ids.size) < MASKED) & (ids.ravel() >= len(SPECIAL)))
        if not len(at):
            continue
        answers = ids.ravel()[at].copy()
        ids.ravel()[at] = SPECIAL.index(MASK)
        found.append((torch.from_numpy(ids), torch.from_numpy(at), torch.from_numpy(answers)))
    return found


def _loss(logits_of: Any, asked: Asked) -> float:
    """Full softmax over all pieces at the masked positions, in float32."""
    total, count = 0.0, 0
    with torch.inference_mode():
        for ids, at, answers in asked:
            total += float(F.cross_entropy(logits_of(ids, at), answers, reduction="sum"))
            count += len(answers)
    return total / count


def held_out_loss(model: MaskedLanguageModel, asked: Asked) -> float:
    """Of our model."""

    def logits(ids: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
        read, places = torch.unique(ids, return_inverse=True)
        states = model.states(read, places)
        heads = model.word_head(states.reshape(-1, states.shape[-1])[at])
        return F.linear(heads, model.answers.weight, model.bias.weight[:, 0])

    model.eval()
    found = _loss(logits, asked)
    model.train()
    return found


def _our_speed(data: Split, settings: EncoderSettings) -> float:
    """Pieces a second."""
    marks: list[float] = []
    AcceleratorState._reset_state(reset_partial_state=True)
    train(
        data.train, settings, accelerated(), seed=0, steps=WARM + TIMED,
        observer=Observer(after_step=lambda *_: marks.append(time.perf_counter())),
    )  # fmt: skip
    return TIMED * settings.batch / (marks[-1] - marks[WARM - 1])


def _time_to(
    data: Split, settings: EncoderSettings, wanted: float, seconds: float, speed: float
) -> tuple[float | None, float]:
    """Seconds until the held-out loss is `wanted`, of a training planned for `seconds`, and the
    last loss seen; None where it is never reached. Looking does not count, the start does.
    """
    AcceleratorState._reset_state(reset_partial_state=True)
    clock = time.perf_counter()
    size = data.train.tokenizer.get_vocab_size()
    table = factorised(data.train.packed(), size, len(SPECIAL), settings.table, settings.window, 0)
    found: dict[str, float] = {"loss": math.inf}
    looking = 0.0

    def look(step: int, model: MaskedLanguageModel) -> None:
        nonlocal looking
        if (step % LOOKS and step != steps) or "time" in found:
            return
        before = time.perf_counter()
        found["loss"] = held_out_loss(model, data.held)
        if found["loss"] <= wanted:
            found["time"] = before - clock - looking
        looking += time.perf_counter() - before

    steps = max(20, math.ceil(seconds * speed / settings.batch))
    train(
        data.train, settings, accelerated(), seed=0, steps=steps, table=table,
        observer=Observer(after_step=look),
    )  # fmt: skip
    return found.get("time"), found["loss"]


class _Peer(ElectraForMaskedLM):  # type: ignore[misc]
    """ElectraForMaskedLM with its softmax at masked positions only."""

    def forward(self, input_ids: Any, attention_mask: Any = None, labels: Any = None) -> Any:
        states = self.electra(input_ids, attention_mask=attention_mask).last_hidden_state
        at = labels != -100
        logits = self.generator_lm_head(self.generator_predictions(states[at]))
        return {"loss": F.cross_entropy(logits.float(), labels[at])}


class _Marks(TrainerCallback):
    """When each step ended."""

    def __init__(self) -> None:
        self.at: list[float] = []

    def on_step_end(self, *_: Any, **__: Any) -> None:
        self.at.append(time.perf_counter())


def _peer(
    data: Split, settings: EncoderSettings, steps: int, bf16: bool
) -> tuple[float, float, float]:
    """Train the peer: its pieces a second, seconds in all, and held-out loss."""
    AcceleratorState._reset_state(reset_partial_state=True)
    torch.manual_seed(0)
    lengths = data.train.lengths
    rows = max(1, round(settings.batch / float(lengths.mean())))
    ids = [
        data.train.ids[a:b] for a, b in zip(data.train.starts, data.train.starts[1:], strict=False)
    ]
    words = PreTrainedTokenizerFast(
        tokenizer_object=data.train.tokenizer, unk_token=UNKNOWN, mask_token=MASK, pad_token=PAD,
        sep_token=END,
    )  # fmt: skip
    model, marks = _Peer(config(settings, data.train.tokenizer.get_vocab_size())), _Marks()
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder, per_device_train_batch_size=rows, max_steps=steps,
            learning_rate=settings.rate, warmup_steps=max(1, steps // 20), use_cpu=True, bf16=bf16,
            report_to=[], save_strategy="no", logging_strategy="no", disable_tqdm=True,
        )  # fmt: skip
        trainer = Trainer(
            model, arguments, train_dataset=Dataset.from_dict({"input_ids": ids}),
            data_collator=DataCollatorForLanguageModeling(words, mlm_probability=MASKED),
            callbacks=[marks],
        )  # fmt: skip
        clock = time.perf_counter()
        trainer.train()
        taken = time.perf_counter() - clock
    model.eval()

    def logits(ids: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
        states = model.electra(ids).last_hidden_state
        head = model.generator_predictions(states.reshape(-1, settings.width)[at])
        made: torch.Tensor = model.generator_lm_head(head)
        return made

    loss = _loss(logits, data.held)
    timed = (len(marks.at) - WARM) * rows * float(lengths.mean())
    return timed / (marks.at[-1] - marks.at[WARM - 1]), taken, loss
