"""Tunes a shared encoder on mature skills: one encoder then serves every skill that is held out.

Intents and tags of many skills are read off the encoder's states by linear heads that are thrown
away, so that what these skills have in common must come to lie in the states themselves. This is
multi-task fine-tuning between pretraining and the task (Phang et al. 2018, "intermediate-task
training"; Casanueva et al. 2020 for intents).
"""

import copy
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from data_cards.records import Skill
from dnn.settings import TuningSettings
from dnn.transfer.tuned import layers
from dnn.transfer.tuning_data import Batch, Labels, batches, examples
from pretrain.encoder.reading import Encoder
from pretrain.precision import bfloat16_is_fast


class _Heads(nn.Module):
    """A linear reading of every skill's intents and tags."""

    intent_others: Tensor
    tag_others: Tensor

    def __init__(self, width: int, intents: Labels, tags: Labels, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.intents = nn.Linear(width, intents.count)
        self.tags = nn.Linear(width, tags.count)
        self.register_buffer("intent_others", intents.others())
        self.register_buffer("tag_others", tags.others())

    def forward(self, states: Tensor, batch: Batch) -> Tensor:
        """Mean cross-entropy of intents plus that of tags; states (batch, pieces, width)."""
        words = len(batch.sentences)
        flat = states.flatten(0, 1)
        sums = flat.new_zeros(words + 1, flat.shape[1]).index_add(0, batch.rows, flat)
        pieces = torch.bincount(batch.rows, minlength=words + 1).clamp_min(1).unsqueeze(1)
        each = F.dropout((sums / pieces)[:-1], self.dropout, self.training)
        count = torch.bincount(batch.sentences, minlength=len(batch.ids)).clamp_min(1)
        pooled = each.new_zeros(len(batch.ids), each.shape[1])
        pooled = pooled.index_add(0, batch.sentences, each) / count.unsqueeze(1)
        intents = self.intents(pooled).float() + self.intent_others[batch.skills]
        found = self.tags(each).float() + self.tag_others[batch.skills[batch.sentences]]
        return F.cross_entropy(intents, batch.intents) + F.cross_entropy(found, batch.tags)


def tune(
    skills: Sequence[Skill],
    settings: TuningSettings,
    encoder: Encoder,
    seed: int,
    report: Callable[[int, int, float], None] = lambda *_: None,
) -> bytes:
    """Tune an encoder on the training utterances of mature skills of one language.

    -> its layers, for `dnn.transfer.tuned.over`. Its piece vectors stay as they were, so that words
    which no mature skill has keep their place among those that some have. A word is masked at
    times, so that its neighbours must tell. `report` gets step, steps and the mean loss since its
    last call. Torch's generator is seeded with `seed`.
    """
    base = encoder
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    found, intents, tags = examples(skills, settings, base.pieces)
    model = _own_copy(base)
    heads = _Heads(base.width, intents, tags, settings.dropout)
    steps = settings.steps
    moving = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": moving, "lr": settings.rate, "peak": settings.rate},
         {"params": heads.parameters(), "lr": settings.head_rate, "peak": settings.head_rate}],
        weight_decay=settings.weight_decay, fused=True,
    )  # fmt: skip
    mask = base.pieces.tokenizer.token_to_id("[MASK]")
    losses: list[Tensor] = []
    model.train()
    for step, batch in enumerate(batches(found, settings, random, steps), 1):
        share = _share(step, steps, settings.warm_up)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * share
        hidden = _masked(batch, settings.masked, mask, random)
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16_is_fast()):
            states = model(input_ids=hidden).last_hidden_state
            loss = heads(states.float(), batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(moving, 1.0)
        optimizer.step()
        losses.append(loss.detach())
        if step % 250 == 0 or step == steps:
            report(step, steps, float(torch.stack(losses).mean()))
            losses.clear()
    return layers(model, model.get_input_embeddings())


def _own_copy(base: Encoder) -> Any:
    """The model in training: its piece vectors stay, its layers move."""
    model = copy.deepcopy(base.model)
    model.requires_grad_(True)
    model.get_input_embeddings().requires_grad_(False)
    if hasattr(model, "set_attn_implementation"):
        model.set_attn_implementation("eager")  # its backward pass is faster over short sentences
    return model


def _share(step: int, steps: int, warm_up: float) -> float:
    warm = max(1, int(warm_up * steps))
    if step <= warm:
        return step / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def _masked(batch: Batch, share: float, mask: int | None, random: np.random.Generator) -> Tensor:
    """The ids with whole words behind [MASK], where the tokenizer has it."""
    if mask is None or not share:
        return batch.ids
    words = torch.from_numpy(random.random(len(batch.sentences) + 1) < share)
    words[-1] = False  # pieces of no word
    hidden = words[batch.rows].view(batch.ids.shape)
    return torch.where(hidden, mask, batch.ids)
