"""Adagrad with one accumulator a row: the optimizer of word tables with sparse gradients."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor


class RowAdagrad(torch.optim.Optimizer):
    """Each row's rate falls with the mean square of its own gradients (Duchi et al. 2011).

    One number a row in place of one a component, as is usual for embedding tables: a frequent word
    settles while a rare one still moves, and a word that is only ever a negative gets no full step
    of noise, as Adam gives it. Gradients must be sparse; rows without one are not touched.
    """

    def __init__(self, params: Iterable[Tensor], lr: float = 0.02, eps: float = 1e-10) -> None:
        super().__init__(params, {"lr": lr, "eps": eps})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """Move the rows that have a gradient."""
        for group in self.param_groups:
            for table in group["params"]:
                if table.grad is None:
                    continue
                gradient = table.grad.coalesce()
                rows, values = gradient.indices()[0], gradient.values()  # (n,), (n, width)
                squares = self.state[table].setdefault("squares", table.new_zeros(len(table)))
                squares[rows] += values.square().mean(dim=1)
                rates = group["lr"] / (squares[rows].sqrt() + group["eps"])
                table.index_add_(0, rows, values * rates[:, None], alpha=-1)
