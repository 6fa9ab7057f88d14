"""Output layers that start where the kept features already point, not at chance."""

import torch
from torch import Tensor

from dnn.dataset import TrainingSet
from dnn.network import Network

RIDGE = 0.03
"""Strength of the L2 penalty, as a share of the mean diagonal of the features' Gram matrix."""
CHUNK = 256
"""Sentences read at a time."""


@torch.no_grad()
def imprint(network: Network, data: TrainingSet, gain: float, intents: bool) -> None:
    """Set the tag layer, and the intent layer if asked, to a ridge regression on the features.

    Training only the output layer before the rest keeps what the features know (Kumar et al.
    2022, "Fine-tuning can distort pretrained features"); here it takes a linear solve, of the
    one-hot answers. `gain` turns the fitted indicators, 0 to 1, into logits.
    """
    network.eval()
    features, states, tags = [], [], []
    for indices in torch.split(data.sentences.lengths.argsort(), CHUNK):
        batch, answers = data.batch(indices)
        pooled, hidden = network.trunk(batch, network.heads.known(batch.marks))
        real = batch.inside.bool()
        features.append((pooled, answers.intents))
        states.append(hidden[real])
        tags.append(answers.tags[real])
    heads = network.heads
    if intents:
        _solve(heads.intent_out, torch.cat([f for f, _ in features]),
               torch.cat([i for _, i in features]), gain)  # fmt: skip
    if heads.tag_out.out_features > 1:
        _solve(heads.tag_out, torch.cat(states), torch.cat(tags), gain)


def _solve(layer: torch.nn.Linear, features: Tensor, answers: Tensor, gain: float) -> None:
    """features (n, width), answers (n,); an answer weighs the root of its class's rarity."""
    classes = layer.out_features
    counts = torch.bincount(answers, minlength=classes).clamp_min(1)
    weight = (counts.max() / counts)[answers].sqrt().unsqueeze(1)  # (n, 1)
    mean = (features * weight).sum(0) / weight.sum()
    centred = features - mean
    target = torch.nn.functional.one_hot(answers, classes).to(features.dtype)
    share = (target * weight).sum(0) / weight.sum()
    gram = (centred * weight).t() @ centred
    strength = RIDGE * gram.diagonal().mean() + 1e-6
    gram.diagonal().add_(strength)
    solved = torch.linalg.solve(gram, (centred * weight).t() @ (target - share))
    layer.weight.copy_(gain * solved.t())
    layer.bias.copy_(gain * (share - mean @ solved))
