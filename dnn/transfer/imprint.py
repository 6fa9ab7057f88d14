"""Output layers that start where the kept features already point, not at chance."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array
from torch import Tensor
from torch.nn import functional as F

from dnn.inputs.dataset import TrainingSet
from dnn.layers.network import Network
from pretrain.ridge import ridge

RIDGE = 0.03
"""Strength of the L2 penalty, as a share of the mean diagonal of the features' Gram matrix."""
CHUNK = 256
"""Sentences read at a time."""
ITERATIONS = 20
"""Of conjugate gradients; a start need not be the very minimum."""
TINY = 1e-12
"""Divides in place of zero where a class has nothing left to fit."""


@torch.no_grad()
def imprint(
    network: Network, data: TrainingSet, gain: float, intents: bool, wide: float = 0.0
) -> None:
    """Set the tag layer, and the intent layer if asked, to a ridge regression on the features.

    Training only the output layer before the rest keeps what the features know (Kumar et al.
    2022, "Fine-tuning can distort pretrained features"); here it takes a linear solve, of the
    one-hot answers. `gain` turns the fitted indicators, 0 to 1, into logits. With `wide` the wide
    features of a word are fitted together with its deep ones, at `wide` times their variance.
    """
    network.eval()
    features, states, ids, tags = [], [], [], []
    for indices in torch.split(data.sentences.lengths.argsort(), CHUNK):
        batch, answers = data.batch(indices)
        pooled, hidden = network.trunk(batch, network.heads.known(batch.marks))
        real = batch.inside.bool()
        features.append((pooled, answers.intents))
        states.append(hidden[real])
        tags.append(answers.tags[real])
        if batch.wide_tags is not None:
            ids.append(batch.wide_tags[real])
    heads = network.heads
    if intents:
        goal = _Goal.of(torch.cat([i for _, i in features]), heads.intent_out.out_features)
        _solve(heads.intent_out, torch.cat([f for f, _ in features]), goal, gain)
    if heads.tag_out.out_features == 1:  # only O: a skill without slots
        return
    goal = _Goal.of(torch.cat(tags), heads.tag_out.out_features)
    if not (wide and ids):
        _solve(heads.tag_out, torch.cat(states), goal, gain)
        return
    table = heads.wide_tags
    beside = _indicators(torch.cat(ids).numpy(), table.num_embeddings)
    rows = _solve_both(heads.tag_out, torch.cat(states), beside, goal, gain, wide)
    table.weight.copy_(rows / heads.settings.wide_tags)


@dataclass(frozen=True, slots=True)
class _Goal:
    """What a layer is fitted to."""

    weight: Tensor  # (n, 1): an answer weighs the root of its class's rarity
    share: Tensor  # (classes,) of the weight
    centred: Tensor  # (n, classes): one-hot answers less `share`

    @classmethod
    def of(cls, answers: Tensor, classes: int) -> "_Goal":
        """answers (n,), each below `classes`."""
        counts = torch.bincount(answers, minlength=classes).clamp_min(1)
        weight = (counts.max() / counts)[answers].sqrt().unsqueeze(1)
        target = F.one_hot(answers, classes).to(weight.dtype)
        share = _mean(target, weight)
        return cls(weight, share, target - share)


def _solve(layer: torch.nn.Linear, features: Tensor, goal: _Goal, gain: float) -> None:
    """Fit a layer to features (n, width)."""
    mean = _mean(features, goal.weight)
    centred = features - mean
    gram = (centred * goal.weight).t() @ centred
    gram.diagonal().add_(_strength(centred, goal))
    solved = torch.linalg.solve(gram, (centred * goal.weight).t() @ goal.centred)
    _set(layer, solved, mean, goal, gain)


def _solve_both(
    layer: torch.nn.Linear, features: Tensor, beside: csr_array, goal: _Goal, gain: float,
    variance: float,
) -> Tensor:  # fmt: skip
    """Fit a layer to features (n, width) and sparse indicators (n, rows) together.

    -> what the indicators add to the logits, (rows, classes). One penalty holds both after the
    indicators are scaled: what all of a word add up to has `variance` times the variance of its
    features. By conjugate gradients, for there are thousands of indicators.
    """
    mean = _mean(features, goal.weight)
    centred = features - mean
    strength = _strength(centred, goal)
    deep, weight = centred.numpy(), goal.weight.numpy()
    spread = float(np.square(deep).sum(1).mean())
    scale = np.float32(np.sqrt(variance * spread * beside.shape[0] / max(1, beside.nnz)))
    wide = beside * scale
    width = deep.shape[1]

    def adjoint(residual: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.concatenate([deep.T @ residual, wide.T @ residual])

    def product(way: NDArray[np.float32]) -> NDArray[np.float32]:
        return adjoint(weight * (deep @ way[:width] + wide @ way[width:]))

    right = adjoint(weight * goal.centred.numpy())
    solved = ridge(product, right, strength, ITERATIONS, TINY)
    _set(layer, torch.from_numpy(solved[:width]), mean, goal, gain)
    return torch.from_numpy(solved[width:] * scale * np.float32(gain))


def _mean(values: Tensor, weight: Tensor) -> Tensor:
    """Of values (n, width) by weights (n, 1), (width,)."""
    return (values * weight).sum(0) / weight.sum()


def _strength(centred: Tensor, goal: _Goal) -> float:
    return RIDGE * float((centred.square() * goal.weight).sum(0).mean()) + 1e-6


def _set(layer: torch.nn.Linear, solved: Tensor, mean: Tensor, goal: _Goal, gain: float) -> None:
    layer.weight.copy_(gain * solved.t())
    layer.bias.copy_(gain * (goal.share - mean @ solved))


def _indicators(ids: NDArray[np.int64], rows: int) -> csr_array:
    """(n, rows) ones where `ids` (n, features) name a row; 0 names none."""
    real = ids > 0
    ends = np.concatenate([[0], np.cumsum(real.sum(1))])
    return csr_array((np.ones(ends[-1], np.float32), ids[real], ends), shape=(len(ids), rows))
