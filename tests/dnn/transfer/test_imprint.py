"""Imprinted layers are the ridge regressions that they claim to be."""

import numpy as np
import pytest
import torch
from dnn_toys import TAGS, TRAIN, data, network, settings
from sklearn.linear_model import Ridge

from dnn.transfer import imprint as imprinting
from dnn.transfer.imprint import RIDGE, imprint

GAIN = 5.0


def _words() -> tuple[imprinting.Network, np.ndarray, np.ndarray, torch.Tensor]:
    """A network before it is imprinted; of each word its deep features, wide ids and tag."""
    toy = data()
    net = network(settings(), toy).eval()
    batch, answers = toy.batch(toy.sentences.lengths.argsort())
    assert batch.wide_tags is not None
    with torch.no_grad():
        _, states = net.trunk(batch, net.heads.known(batch.marks))
    real = batch.inside.bool()
    return net, states[real].numpy(), batch.wide_tags[real].numpy(), answers.tags[real]


def _weights(tags: torch.Tensor) -> np.ndarray:
    """(n,): the root of how rare each word's tag is."""
    counts = torch.bincount(tags, minlength=len(TAGS)).clamp_min(1)
    return (counts.max() / counts)[tags].sqrt().numpy()


def _ridge(features: np.ndarray, tags: torch.Tensor, deep: int) -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's answer, (classes, features) and the fitted indicators (n, classes).

    `deep` columns are centred and set the penalty.
    """
    weight = _weights(tags)
    target = np.eye(len(TAGS))[tags.numpy()]
    share = np.average(target, axis=0, weights=weight)
    features = features.astype(np.float64)
    features[:, :deep] -= np.average(features[:, :deep], axis=0, weights=weight)
    strength = RIDGE * (np.square(features[:, :deep]) * weight[:, None]).sum(0).mean() + 1e-6
    fit = Ridge(strength, fit_intercept=False).fit(features, target - share, weight)
    return fit.coef_, fit.predict(features) + share


def test_deep_features_alone() -> None:
    net, states, _, tags = _words()
    imprint(net, data(), GAIN, False)
    weights, fitted = _ridge(states, tags, states.shape[1])
    layer = net.heads.tag_out
    np.testing.assert_allclose(layer.weight.detach().numpy(), GAIN * weights, atol=2e-3)
    np.testing.assert_allclose(layer(torch.tensor(states)).detach(), GAIN * fitted, atol=2e-3)
    assert not net.heads.wide_tags.weight.any()


@pytest.mark.parametrize("variance", [0.3, 1.0])
def test_deep_and_wide_together(variance: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imprinting, "ITERATIONS", 400)  # to the minimum
    net, states, ids, tags = _words()
    imprint(net, data(), GAIN, False, variance)
    rows = net.heads.wide_tags.num_embeddings
    ones = np.zeros((len(ids), rows))
    ones[np.repeat(np.arange(len(ids)), (ids > 0).sum(1)), ids[ids > 0]] = 1
    centred = states - np.average(states, axis=0, weights=_weights(tags))
    scale = np.sqrt(variance * np.square(centred).sum(1).mean() / ones.sum(1).mean())
    _, fitted = _ridge(np.hstack([states, scale * ones]), tags, states.shape[1])
    beside = settings().wide_tags * ones @ net.heads.wide_tags.weight.detach().numpy()
    logits = net.heads.tag_out(torch.tensor(states)).detach().numpy() + beside
    np.testing.assert_allclose(logits, GAIN * fitted, atol=5e-3)
    assert not net.heads.wide_tags.weight[0].any()  # the padding says nothing


def test_a_start_with_wide_features_is_nearer_to_the_answers() -> None:
    """Of the network's own loss, before any step."""
    everything = torch.arange(len(TRAIN))
    losses = []
    for variance in (None, 0.0, 1.0):
        toy = data()
        net = network(settings(), toy)
        if variance is not None:
            imprint(net, toy, GAIN, False, variance)
        losses.append(net.eval().loss(*toy.batch(everything)).item())
    assert losses[2] < losses[1] < losses[0]
