"""The model: its objectives by hand, and where its gradients end."""

from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch.nn import functional as F
from transformer_toys import settings

from pretrain.transformer.batches import Batch
from pretrain.transformer.model import MaskedLanguageModel
from pretrain.transformer.training import tensors

PIECES = 30
EVERY = np.arange(PIECES)
CPU = torch.device("cpu")


def model(**changes: Any) -> MaskedLanguageModel:
    torch.manual_seed(0)
    made = MaskedLanguageModel(settings(**changes), PIECES).eval()
    torch.nn.init.normal_(made.bias.weight)
    return made


def batch(candidates: np.ndarray = EVERY, expected: float = 0.0) -> Batch:
    """Three lines of five pieces below 20, three masks, and two words of lines beside."""
    ids = np.random.default_rng(1).integers(4, 20, (3, 5))
    targets, near = np.array([25, 4, 21]), np.array([22, 25])
    return Batch(
        np.arange(20), ids, np.array([1, 6, 14]), np.searchsorted(candidates, targets),
        np.array([0, 2]), np.searchsorted(candidates, near), candidates,
        np.full(len(candidates), expected, np.float32),
    )  # fmt: skip


def test_all_pieces_as_candidates_are_the_full_softmax() -> None:
    made, asked = model(neighbours=0.5), batch()
    loss, masks, right = made(*tensors(asked, CPU))
    states = made.states(torch.arange(20), torch.from_numpy(asked.ids))
    table, bias = made.answers.weight, made.bias.weight[:, 0]
    logits = made.word_head(states.reshape(-1, 16)[[1, 6, 14]]) @ table.t() + bias
    wanted = F.cross_entropy(logits, torch.tensor([25, 4, 21]))
    torch.testing.assert_close(masks, wanted)
    lines = made.line_head(states.mean(1)[[0, 2]]) @ table.t() + bias
    near = F.cross_entropy(lines, torch.tensor([22, 25]))
    torch.testing.assert_close(loss, wanted + 0.5 * near)
    assert right == (logits.argmax(1) == torch.tensor([25, 4, 21])).float().mean()


def test_the_sampled_softmax_by_hand() -> None:
    made, chosen = model(neighbours=0.0), np.array([4, 7, 21, 22, 25])
    asked = batch(chosen, -0.5)
    loss, masks, _ = made(*tensors(asked, CPU))
    states = made.states(torch.arange(20), torch.from_numpy(asked.ids))
    heads = made.word_head(states.reshape(-1, 16)[[1, 6, 14]])
    logits = heads @ made.answers.weight[chosen].t() + made.bias.weight[chosen, 0] + 0.5
    torch.testing.assert_close(masks, F.cross_entropy(logits, torch.tensor([4, 0, 2])))
    assert loss == masks  # no words of lines beside are asked for


def test_each_table_learns_from_its_side() -> None:
    made, chosen = model(), np.array([4, 21, 22, 25, 28])
    loss, *_ = made(*tensors(batch(chosen), CPU))
    loss.backward()
    for table, wanted in ((made.table, set(batch().ids.ravel())), (made.answers, set(chosen))):
        gradient = table.weight.grad
        assert gradient is not None and gradient.is_sparse
        touched = gradient.to_dense().abs().sum(1).nonzero()[:, 0].tolist()
        assert set(touched) == wanted
    frozen = model(table_rate=0.0)
    assert frozen.tables == []
    assert not frozen.table.weight.requires_grad


def test_a_start_is_scaled_and_rows_of_zeros_stay_as_drawn() -> None:
    made = model()
    before = made.table.weight.detach().clone()
    table = np.random.default_rng(0).standard_normal((PIECES, 16)).astype(np.float32) * 7
    table[[0, 9]] = 0
    made.start_from(table)
    known = np.delete(EVERY, [0, 9])
    assert torch.equal(made.table.weight[[0, 9]], before[[0, 9]])
    for own in (made.table, made.answers):
        assert own.weight[known].norm(dim=1).mean().item() == pytest.approx(1.0, abs=1e-5)


def test_settings_refuse_what_cannot_be() -> None:
    with pytest.raises(ValidationError, match="7 heads do not divide width 16"):
        settings(heads=7)
    with pytest.raises(ValidationError, match="Extra inputs"):
        settings(widht=16)
