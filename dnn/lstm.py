"""LSTM layers that run side by side: every direction of every layer in one recurrence.

A skill's sentences are short and its layers narrow, so that torch's own LSTM spends its time on
starting kernels: one a word, direction and layer, and as many again for the gradient. Here the
directions are a batch dimension and the gradient is written out (Hochreiter and Schmidhuber 1997,
with the forget gate of Gers et al. 2000); the test suite holds it against `torch.nn.LSTM`.
"""

from typing import Any

import torch
from torch import Tensor, nn


class _Recurrence(torch.autograd.Function):
    """h_t of D independent recurrences. Shapes: gates (T, D, B, 4H) ordered i, f, o, g; recurrent
    weights (D, H, 4H); inside (T, D, B, 1), 0 where a sentence is not; result (T, D, B, H)."""

    @staticmethod
    def forward(ctx: Any, gates: Tensor, weights: Tensor, inside: Tensor) -> Tensor:
        steps, directions, batch, width = gates.shape
        units = width // 4
        h = gates.new_zeros(directions, batch, units)
        c = h
        sigmoids = gates.new_empty(steps, directions, batch, 3 * units)
        tanhs, cells = (gates.new_empty(steps, directions, batch, units) for _ in range(2))
        hidden = gates.new_empty(steps + 1, directions, batch, units)
        before = gates.new_empty(steps, directions, batch, units)
        hidden[0] = h
        for t in range(steps):
            total = torch.baddbmm(gates[t], h, weights)
            sigmoid = torch.sigmoid(total[..., : 3 * units], out=sigmoids[t])
            candidate = torch.tanh(total[..., 3 * units :], out=tanhs[t])
            i, f, o = torch.split(sigmoid, units, dim=-1)
            before[t] = c
            c = torch.addcmul(f * c, i, candidate).mul_(inside[t])
            h = torch.mul(o, torch.tanh(c, out=cells[t]), out=hidden[t + 1]).mul_(inside[t])
        ctx.save_for_backward(weights, inside, sigmoids, tanhs, cells, hidden, before)
        return hidden[1:]

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        weights, inside, sigmoids, tanhs, cells, hidden, before = ctx.saved_tensors
        (grad,) = grads
        steps, directions, batch, units = grad.shape
        i, f, o = torch.split(sigmoids, units, dim=-1)
        # all local derivatives at once; the loop below only chains them
        into_cell = o * (1 - cells.square())
        slope = sigmoids * (1 - sigmoids)
        by_cell = torch.cat([tanhs, before], dim=-1) * slope[..., : 2 * units]
        by_hidden = cells * slope[..., 2 * units :]
        by_candidate = i * (1 - tanhs.square())
        out = grad.new_empty(steps, directions, batch, 4 * units)
        transposed = weights.transpose(1, 2).contiguous()
        dc = grad.new_zeros(directions, batch, units)
        dh = dc
        for t in range(steps - 1, -1, -1):
            dh = (dh + grad[t]) * inside[t]
            dc = torch.addcmul(dc, dh, into_cell[t]).mul_(inside[t])
            row = out[t]
            torch.mul(by_cell[t, ..., :units], dc, out=row[..., :units])
            torch.mul(by_cell[t, ..., units:], dc, out=row[..., units : 2 * units])
            torch.mul(by_hidden[t], dh, out=row[..., 2 * units : 3 * units])
            torch.mul(by_candidate[t], dc, out=row[..., 3 * units :])
            dc = dc * f[t]
            dh = torch.bmm(row, transposed)
        previous = hidden[:-1].permute(1, 3, 0, 2).reshape(directions, units, -1)
        flat = out.permute(1, 0, 2, 3).reshape(directions, -1, 4 * units)
        return out, torch.bmm(previous, flat), None


class ParallelBiLSTM(nn.Module):
    """`layers` bidirectional LSTM layers over the same inputs, run as one.

    Their outputs stand side by side: (batch, words, width) -> (batch, words, layers * 2 * units).
    """

    def __init__(self, width: int, units: int, layers: int = 1) -> None:
        super().__init__()
        self.units, self.layers = units, layers
        directions = 2 * layers  # forward and backward of layer 0, then of layer 1, …
        self.input = nn.Parameter(torch.empty(width, directions * 4 * units))
        self.recurrent = nn.Parameter(torch.empty(directions, units, 4 * units))
        self.bias = nn.Parameter(torch.zeros(directions * 4 * units))
        self.reset()

    def reset(self) -> None:
        """Draw the weights anew: Glorot inputs, orthogonal recurrences, forget bias 1."""
        units = self.units
        with torch.no_grad():
            bound = (6 / (self.input.shape[0] + units)) ** 0.5
            self.input.uniform_(-bound, bound)
            for direction in self.recurrent:
                for gate in direction.split(units, dim=1):
                    gate.copy_(nn.init.orthogonal_(torch.empty(units, units)))
            self.bias.zero_().view(-1, 4, units)[:, 1] = 1.0

    def forward(self, inputs: Tensor, inside: Tensor) -> Tensor:
        """inputs (batch, words, width), inside (batch, words) true at words."""
        batch, words, _ = inputs.shape
        directions = 2 * self.layers
        gates = torch.addmm(self.bias, inputs.reshape(batch * words, -1), self.input)
        gates = gates.view(batch, words, directions, 4 * self.units).permute(1, 2, 0, 3)
        mask = inside.t().to(gates.dtype)[:, None, :, None].expand(-1, directions, -1, -1)
        outputs: Tensor = _Recurrence.apply(_turn(gates), self.recurrent, _turn(mask))  # type: ignore[no-untyped-call]
        turned: Tensor = _turn(outputs).permute(2, 0, 1, 3)  # (batch, words, directions, units)
        return turned.reshape(batch, words, directions * self.units)


def _turn(sequence: Tensor) -> Tensor:
    """Reverse the time of every second direction of (T, D, …); its own inverse."""
    pairs = sequence.view(sequence.shape[0], -1, 2, *sequence.shape[2:])
    return torch.stack([pairs[:, :, 0], pairs[:, :, 1].flip(0)], dim=2).flatten(1, 2)
