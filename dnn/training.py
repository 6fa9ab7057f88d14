"""Fitting the network to one skill: fixed steps, a warm-up and decay, averaged weights."""

import copy
import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from dnn.inputs.dataset import TrainingSet
from dnn.layers.network import Network
from dnn.settings import DNNSettings
from pretrain.schedule import share_of_peak


def steps_for(utterances: int, settings: DNNSettings) -> int:
    """Optimizer steps for a skill: `epochs` passes, within `min_steps` and `max_steps`.

    A start from a source model needs only a share of them.
    """
    batches = math.ceil(utterances / settings.batch)
    steps = max(settings.min_steps, min(settings.max_steps, batches * settings.epochs))
    return steps if settings.transfer is None else max(1, round(settings.transfer.steps * steps))


def train(
    network: Network,
    data: TrainingSet,
    settings: DNNSettings,
    generator: torch.Generator,
    after_step: Callable[[int, Network], None] | None = None,
) -> Network:
    """Train in place and return the averaged network; `after_step` may look at each step.

    Where `data.vectors` asks for a gradient, words learn too, at `word_rate` of the network's
    rate and without decay, and `data.vectors` ends as their average.
    """
    total = steps_for(data.originals, settings)
    transfer = settings.transfer
    frozen = round(transfer.frozen * total) if transfer is not None else 0
    lower = transfer.lower_rate if transfer is not None else 1.0
    heads = [p for p in network.heads.parameters() if p.requires_grad]
    learning = [data.vectors] if data.vectors.requires_grad else []
    moving = [vectors.detach().clone() for vectors in learning]
    optimizer = torch.optim.AdamW(
        [
            {"params": list(network.trunk.parameters()), "lr": settings.learning_rate * lower},
            {"params": heads, "lr": settings.learning_rate},
            {
                "params": learning,
                "lr": settings.learning_rate * settings.word_rate,
                "weight_decay": 0.0,
            },
        ],  # fmt: skip
        weight_decay=settings.weight_decay,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: rate(step, total, settings.warm_up)
    )
    averaged = copy.deepcopy(network).requires_grad_(False)
    weights: list[torch.Tensor] = [*network.parameters(), *learning]
    means: list[torch.Tensor] = [*averaged.parameters(), *moving]
    network.train()
    batches = batched(data.sentences.lengths, settings.batch, generator)
    for step in range(total):
        network.trunk.requires_grad_(step >= frozen)
        loss = network.loss(*data.batch(next(batches)))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 5.0)
        optimizer.step()
        schedule.step()
        decay = min(settings.average, step / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(means, weights, 1 - decay)
        if after_step is not None:
            after_step(step + 1, averaged)
    for vectors, mean in zip(learning, moving, strict=True):
        vectors.detach().copy_(mean)
    return averaged.eval()


def rate(step: int, total: int, share: float = 0.1) -> float:
    """What step 0, 1, … takes of the peak rate: a warm-up over a `share` of the steps, a fall."""
    return share_of_peak(step + 1, max(1, int(share * total)), total, held=1)


def batched(lengths: Tensor, size: int, generator: torch.Generator) -> Iterator[Tensor]:
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
