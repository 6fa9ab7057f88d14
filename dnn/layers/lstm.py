"""LSTM layers that run side by side: every direction of every layer in one recurrence.

A skill's sentences are short and its layers narrow, so that torch's own LSTM spends its time on
starting kernels: one a word, direction and layer, and as many again for the gradient. Here the
directions are a batch dimension and the gradient is written out (Hochreiter and Schmidhuber 1997,
with the forget gate of Gers et al. 2000); the test suite holds it against `torch.nn.LSTM`.
"""

from typing import Any

import torch
from torch import Tensor, nn

from dnn.layers.skeleton import undrawn


class _Recurrence(torch.autograd.Function):
    """D independent LSTMs over one input, every second of them in reversed time.

    Shapes: inputs (T, B, I); weights (D, I, 4H) and recurrent weights (D, H, 4H), gates in the
    order i, f, o, g; bias (D, 1, 4H); inside (T, B), 0 where a sentence is not; result
    (T, B, D * H), 0 outside of sentences.
    """

    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, weights: Tensor, bias: Tensor, recurrent: Tensor, inside: Tensor
    ) -> Tensor:
        steps, batch, width = inputs.shape
        directions, units = recurrent.shape[:2]
        both = torch.stack([inputs, inputs.flip(0)]).view(2, steps * batch, width)
        mask = torch.stack([inside, inside.flip(0)], dim=1).repeat(1, directions // 2, 1)
        mask = mask.unsqueeze(3)  # (T, D, B, 1)
        # tanh(x) = 2 sigmoid(2x) - 1, and torch's sigmoid is six times as fast: the candidate's
        # quarter is doubled where it is small, in the weights, and one sigmoid serves all gates
        double = weights.new_ones(4 * units)
        double[3 * units :] = 2.0
        gates = inputs.new_empty(directions, steps, batch, 4 * units)
        for d in range(directions):
            torch.addmm(
                bias[d] * double, both[d % 2], weights[d] * double, out=gates[d].view(-1, 4 * units)
            )
        doubled = recurrent * double
        gates = gates.transpose(0, 1)  # (T, D, B, 4H)
        hidden = inputs.new_zeros(steps + 1, directions, batch, units)
        cells = inputs.new_zeros(steps + 1, directions, batch, units)
        squashed = inputs.new_empty(steps, directions, batch, units)  # sigmoid of twice the cells
        sigmoids = inputs.new_empty(steps, directions, batch, 4 * units)
        parts = zip(
            gates.unbind(), mask.unbind(), sigmoids.unbind(), squashed.unbind(),
            hidden[:-1].unbind(), hidden[1:].unbind(), cells[:-1].unbind(), cells[1:].unbind(),
            strict=True,
        )  # fmt: skip
        for gate, real, sigmoid, squash, h, h_out, c, c_out in parts:
            torch.sigmoid(torch.baddbmm(gate, h, doubled), out=sigmoid)
            i, f, o, g = sigmoid.split(units, dim=-1)
            torch.mul(f, c, out=c_out)
            c_out.addcmul_(i, g, value=2.0).sub_(i).mul_(real)
            torch.sigmoid(c_out + c_out, out=squash)
            torch.mul(o, squash, out=h_out).mul_(2.0).sub_(o).mul_(real)
        ctx.save_for_backward(both, weights, recurrent, mask, sigmoids, squashed, hidden, cells)
        return _forth_and_back(hidden[1:]).permute(0, 2, 1, 3).reshape(steps, batch, -1)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        both, weights, recurrent, mask, sigmoids, squashed, hidden, cells = ctx.saved_tensors
        (grad,) = grads
        steps, directions, batch, units = squashed.shape
        above = grad.view(steps, batch, directions, units).transpose(1, 2)
        above = _forth_and_back(above) * mask
        # all local derivatives at once; the loop below only chains them
        i, f, o, g = sigmoids.split(units, dim=-1)
        squashed = squashed * 2 - 1  # tanh of the cells
        local = sigmoids * (1 - sigmoids)  # (T, D, B, 4H)
        by_i, by_f, by_o, by_g = local.split(units, dim=-1)
        by_i *= 2 * g - 1
        by_f *= cells[:-1]
        by_o *= squashed
        by_g *= 4 * i
        into_cell = o * (1 - squashed.square())
        out = torch.empty_like(local)
        back = recurrent.transpose(1, 2).contiguous()
        dc = grad.new_zeros(directions, batch, units)
        dh = dc
        quarters = (directions, batch, 4, units)
        for t in range(steps - 1, -1, -1):
            dh = torch.addcmul(above[t], dh, mask[t])
            dc = torch.addcmul(dc, dh, into_cell[t]).mul_(mask[t])
            row = torch.mul(local[t].view(quarters), dc.unsqueeze(2), out=out[t].view(quarters))
            torch.mul(by_o[t], dh, out=row[:, :, 2])
            dc = dc * f[t]
            dh = torch.bmm(out[t], back)
        by_direction = out.transpose(0, 1).reshape(directions, -1, 4 * units)
        previous = hidden[:-1].permute(1, 3, 0, 2).reshape(directions, units, -1)
        d_recurrent = torch.bmm(previous, by_direction)
        d_weights = torch.stack([both[d % 2].t() @ by_direction[d] for d in range(directions)])
        d_bias = by_direction.sum(1, keepdim=True)
        d_inputs = None
        if ctx.needs_input_grad[0]:
            ways = by_direction.new_zeros(2, steps * batch, weights.shape[1])
            for d in range(directions):
                ways[d % 2].addmm_(by_direction[d], weights[d].t())
            forth, turned = ways.view(2, steps, batch, -1)
            d_inputs = forth + turned.flip(0)
        return d_inputs, d_weights, d_bias, d_recurrent, None


class ParallelBiLSTM(nn.Module):
    """`layers` bidirectional LSTM layers over the same inputs, run as one.

    Their outputs stand side by side: (words, batch, width) -> (words, batch, layers * 2 * units).
    """

    def __init__(self, width: int, units: int, layers: int = 1) -> None:
        super().__init__()
        self.units, self.layers = units, layers
        directions = 2 * layers  # forward and backward of layer 0, then of layer 1, …
        self.weights = nn.Parameter(torch.empty(directions, width, 4 * units))
        self.recurrent = nn.Parameter(torch.empty(directions, units, 4 * units))
        self.bias = nn.Parameter(torch.zeros(directions, 1, 4 * units))
        self.reset()

    def reset(self) -> None:
        """Draw the weights anew: Glorot inputs, orthogonal recurrences, forget bias 1."""
        if undrawn():
            return
        units = self.units
        with torch.no_grad():
            bound = (6 / (self.weights.shape[1] + units)) ** 0.5
            self.weights.uniform_(-bound, bound)
            for direction in self.recurrent:
                for gate in direction.split(units, dim=1):
                    gate.copy_(nn.init.orthogonal_(torch.empty(units, units)))
            self.bias.zero_().view(-1, 4, units)[:, 1] = 1.0

    def forward(self, inputs: Tensor, inside: Tensor) -> Tensor:
        """inputs (words, batch, width), inside (words, batch) 1 at words, 0 at padding."""
        out: Tensor = _Recurrence.apply(inputs, self.weights, self.bias, self.recurrent, inside)  # type: ignore[no-untyped-call]
        return out


def _forth_and_back(sequence: Tensor) -> Tensor:
    """Reverse the time of every second direction of (T, D, …); its own inverse."""
    pairs = sequence.view(sequence.shape[0], -1, 2, *sequence.shape[2:])
    return torch.stack([pairs[:, :, 0], pairs[:, :, 1].flip(0)], dim=2).flatten(1, 2)
