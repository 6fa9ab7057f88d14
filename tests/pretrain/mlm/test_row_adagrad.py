"""Row-wise Adagrad against its formula and against torch's own, where they agree."""

import numpy as np
import torch
from torch import nn

from pretrain.mlm.row_adagrad import RowAdagrad


def gradient(step: int, rows: list[int], width: int) -> torch.Tensor:
    values = torch.randn(len(rows), width, generator=torch.Generator().manual_seed(step))
    where = torch.tensor([rows])
    return torch.sparse_coo_tensor(where, values, (6, width), check_invariants=True)


def test_equals_torch_where_a_row_is_one_number() -> None:
    ours, theirs = (nn.Parameter(torch.linspace(-1, 1, 6)[:, None].clone()) for _ in range(2))
    one, two = RowAdagrad([ours], lr=0.1), torch.optim.Adagrad([theirs], lr=0.1)
    for step, rows in enumerate([[0, 2, 2], [2, 5], [0, 5, 1]]):  # a row twice: gradients add up
        ours.grad = gradient(step, rows, 1)
        theirs.grad = ours.grad.to_dense()
        one.step()
        two.step()
    torch.testing.assert_close(ours, theirs)


def test_the_formula_and_untouched_rows() -> None:
    table = nn.Parameter(torch.ones(6, 4))
    optimizer = RowAdagrad([table], lr=0.5)
    squares, expected = np.zeros(6), np.ones((6, 4))
    for step, rows in enumerate([[1, 3], [3], [3, 4]]):
        table.grad = gradient(step, rows, 4)
        dense = table.grad.to_dense().numpy()
        squares += (dense**2).mean(axis=1)
        expected -= 0.5 * dense / (np.sqrt(squares) + 1e-10)[:, None]
        optimizer.step()
    np.testing.assert_allclose(table.detach().numpy(), expected, atol=1e-6)
    assert torch.equal(table[[0, 2, 5]], torch.ones(3, 4))
