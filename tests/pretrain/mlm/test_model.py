"""The model: its objective by hand, and where its gradients end."""

from typing import Any

import numpy as np
import pytest
import torch
from pretrain_toys import settings
from pydantic import ValidationError
from torch.nn import functional as F

from pretrain.mlm.model import MaskedWordModel

WORDS = 30


def model(**changes: Any) -> MaskedWordModel:
    torch.manual_seed(0)
    made = MaskedWordModel(settings(**changes), WORDS).eval()
    torch.nn.init.normal_(made.bias.weight)
    return made


READ = torch.arange(20)


def batch() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids (4, 8) below 20, of which 32 are drawn from 3 up; four positions and their answers."""
    ids = torch.randint(3, 20, (4, 8), generator=torch.Generator().manual_seed(1))
    positions = torch.tensor([1, 11, 22, 31])
    return READ, ids, positions, torch.tensor([25, 4, 21, 25])


def neighbours(ids: torch.Tensor, positions: torch.Tensor) -> list[int]:
    """The words beside the predicted ones: a log-bilinear encoder never reads the latter."""
    flat = ids.ravel().tolist()
    return sorted({word for at, word in enumerate(flat) if at not in positions.tolist()})


def full(made: MaskedWordModel) -> torch.Tensor:
    read, ids, positions, targets = batch()
    states = made.encode(read, ids, positions)
    return F.cross_entropy(states @ made.answers.weight.t() + made.bias.weight[:, 0], targets)


def test_all_words_as_candidates_are_the_full_softmax() -> None:
    made = model()
    everything = torch.arange(WORDS)
    sampled = made(*batch(), everything, torch.zeros(WORDS))
    torch.testing.assert_close(sampled, full(made))
    torch.testing.assert_close(made(*batch()), full(made))
    torch.testing.assert_close(made(*batch(), everything), full(made))


def test_the_sampled_softmax_by_hand() -> None:
    made = model()
    candidates = torch.tensor([4, 7, 21, 25])
    correction = torch.tensor([-0.5, -2.0, -1.0, -0.1])
    read, ids, positions, targets = batch()
    states = made.encode(read, ids, positions)
    logits = (
        states @ made.answers.weight[candidates].t() + made.bias.weight[candidates, 0] - correction
    )
    log_p = logits - logits.exp().sum(1, keepdim=True).log()
    expected = -log_p[range(4), [3, 0, 2, 3]].mean()
    torch.testing.assert_close(made(*batch(), candidates, correction), expected)


@pytest.mark.parametrize("sampled", [True, False])
def test_a_tied_table_learns_from_both_sides(sampled: bool) -> None:
    made = model(tied=True)
    read, ids, positions, targets = batch()
    candidates = torch.tensor([4, 21, 25, 28]) if sampled else None
    made(read, ids, positions, targets, candidates).backward()
    gradient = made.table.weight.grad
    assert gradient is not None
    assert gradient.is_sparse  # the optimizer of the table takes no other
    touched = gradient.to_dense().abs().sum(1) > 0
    assert touched[[25, 28]].all()  # never read, only answered
    assert touched[neighbours(ids, positions)].all()
    assert bool(touched[29]) is not sampled
    assert len(made.word_parameters) == 2  # the table and the bias


def test_untied_tables_learn_from_a_side_each() -> None:
    made = model()
    read, ids, positions, targets = batch()
    made(read, ids, positions, targets, torch.tensor([4, 21, 25, 28])).backward()
    touched = []
    for table in (made.table, made.answers):
        assert table.weight.grad is not None
        rows = table.weight.grad.to_dense().abs().sum(1)
        touched.append(set(rows.nonzero()[:, 0].tolist()))
    assert touched == [set(neighbours(ids, positions)), {4, 21, 25, 28}]


def test_only_masked_positions_count() -> None:
    made = model()
    read, ids, positions, targets = batch()
    one = made(read, ids, positions[:1], targets[:1])
    three = made(read, ids, positions[1:], targets[1:])
    torch.testing.assert_close((one + 3 * three) / 4, made(read, ids, positions, targets))


def test_start_from_scales_and_skips_zero_rows() -> None:
    made = model()
    before = made.table.weight.detach().clone()
    table = np.random.default_rng(0).standard_normal((WORDS, 16)).astype(np.float32) * 7
    table[[0, 1, 9]] = 0
    made.start_from(table)
    after = made.table.weight.detach()
    assert torch.equal(after[[0, 1, 9]], before[[0, 1, 9]])
    known = np.delete(np.arange(WORDS), [0, 1, 9])
    assert after[known].norm(dim=1).mean().item() == pytest.approx(1.0, abs=1e-5)
    torch.testing.assert_close(
        F.cosine_similarity(after[known], torch.from_numpy(table[known])), torch.ones(len(known))
    )


def test_settings_refuse_what_cannot_be() -> None:
    with pytest.raises(ValidationError, match="7 heads do not divide width 16"):
        settings(heads=7)
    with pytest.raises(ValidationError, match="heads do not divide width 20"):
        settings(width=20, heads=6)
    with pytest.raises(ValidationError, match="Extra inputs"):
        settings(widht=16)
