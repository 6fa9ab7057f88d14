"""Fitting the network to one skill: fixed steps, a warm-up and decay, averaged weights."""

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from dnn.encoding import Sentences
from dnn.network import Network
from dnn.settings import DNNSettings


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """The encoded training utterances of a skill."""

    sentences: Sentences
    intents: Tensor  # (utterances,)
    tags: Tensor  # (utterances, words), 0 = O also at the padding
    vectors: Tensor  # (rows, 300) word vectors, row 0 pads
    ngrams: Tensor  # (rows, grams)

    def batch(self, indices: Tensor) -> tuple[Sentences, Tensor, Tensor, Tensor, Tensor]:
        """What `Network.loss` takes, for some of the utterances."""
        sentences = self.sentences.take(indices)
        tags = self.tags[indices, : sentences.rows.shape[1]]
        return (
            sentences, self.vectors[sentences.rows], self.ngrams[sentences.rows],
            self.intents[indices], tags,
        )  # fmt: skip


def steps_for(utterances: int, settings: DNNSettings) -> int:
    """Optimizer steps for a skill: `epochs` passes, within `min_steps` and `max_steps`."""
    batches = math.ceil(utterances / settings.batch)
    return max(settings.min_steps, min(settings.max_steps, batches * settings.epochs))


def train(
    network: Network,
    data: TrainingSet,
    settings: DNNSettings,
    generator: torch.Generator,
    after_step: Callable[[int, Network], None] | None = None,
) -> Network:
    """Train in place and return the averaged network; `after_step` may look at each step."""
    total = steps_for(len(data.intents), settings)
    optimizer = torch.optim.AdamW(
        [p for p in network.parameters() if p.requires_grad],
        lr=settings.learning_rate,
        weight_decay=settings.weight_decay,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, total))
    averaged = copy.deepcopy(network).requires_grad_(False)
    network.train()
    batches = _batches(data.sentences.lengths, settings.batch, generator)
    for step in range(total):
        loss = network.loss(*data.batch(next(batches)))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        decay = min(settings.average, step / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(averaged.parameters()), list(network.parameters()), 1 - decay)
        if after_step is not None:
            after_step(step + 1, averaged)
    return averaged.eval()


def _rate(step: int, total: int) -> float:
    """Linear warm-up over a tenth of the steps, then a cosine to a hundredth."""
    warm = max(1, total // 10)
    if step < warm:
        return (step + 1) / warm
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, total - warm)))


def _batches(lengths: Tensor, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Endless shuffled passes, cut into near-equal batches of sentences of about one length.

    Padding costs as much as words do; a word or two of noise keeps the company changing.
    """
    count = len(lengths)
    parts = math.ceil(count / size)
    while True:
        noise = torch.rand(count, generator=generator) * 2
        batches = (lengths + noise).argsort().tensor_split(parts)
        for i in torch.randperm(parts, generator=generator).tolist():
            yield batches[i]
