"""The parallel bi-LSTM held against torch's own, values and gradients."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from dnn.layers.lstm import ParallelBiLSTM

WIDTH, UNITS = 7, 5
LENGTHS = torch.tensor([6, 3, 1, 5, 2])


def torch_order(gates: Tensor) -> Tensor:
    """Gates i, f, o, g along the last axis, ordered i, f, g, o as torch has them."""
    i, f, o, g = gates.split(UNITS, -1)
    return torch.cat([i, f, g, o], -1)


def weights(of: ParallelBiLSTM, layer: int, direction: int, grad: bool) -> dict[str, Tensor]:
    """One direction's weights, or their gradients, in the layout of `nn.LSTM`."""

    def read(parameter: nn.Parameter) -> Tensor:
        found = parameter.grad if grad else parameter
        assert found is not None
        return found.detach()

    at = 2 * layer + direction
    return {
        "weight_ih": torch_order(read(of.weights)[at]).t(),
        "weight_hh": torch_order(read(of.recurrent)[at]).t(),
        "bias_ih": torch_order(read(of.bias)[at, 0]),
    }


def reference(of: ParallelBiLSTM, layer: int) -> nn.LSTM:
    lstm = nn.LSTM(WIDTH, UNITS, bidirectional=True).double()
    with torch.no_grad():
        for direction, suffix in enumerate(("_l0", "_l0_reverse")):
            for name, value in weights(of, layer, direction, grad=False).items():
                getattr(lstm, name + suffix).copy_(value)
            getattr(lstm, "bias_hh" + suffix).zero_()
    return lstm


def drawn(layers: int) -> tuple[ParallelBiLSTM, Tensor, Tensor]:
    torch.manual_seed(layers)
    ours = ParallelBiLSTM(WIDTH, UNITS, layers).double()
    nn.init.normal_(ours.bias)
    inputs = torch.randn(int(LENGTHS.max()), len(LENGTHS), WIDTH, dtype=torch.float64)
    inside = (torch.arange(len(inputs)).unsqueeze(1) < LENGTHS).double()
    return ours, inputs, inside


@pytest.mark.parametrize("layers", [1, 2])
def test_equals_torch(layers: int) -> None:
    ours, inputs, inside = drawn(layers)
    mine, theirs = inputs.clone().requires_grad_(), inputs.clone().requires_grad_()
    out = ours(mine, inside)
    references = [reference(ours, layer) for layer in range(layers)]
    packed = pack_padded_sequence(theirs, LENGTHS, enforce_sorted=False)
    expected = torch.cat([pad_packed_sequence(lstm(packed)[0])[0] for lstm in references], 2)
    torch.testing.assert_close(out, expected)
    assert not out[inside == 0].any()
    pull = torch.randn_like(out)  # also at the padding, which must not matter
    (out * pull).sum().backward()
    (expected * pull).sum().backward()
    torch.testing.assert_close(mine.grad, theirs.grad)
    for layer, lstm in enumerate(references):
        for direction, suffix in enumerate(("_l0", "_l0_reverse")):
            for name, value in weights(ours, layer, direction, grad=True).items():
                torch.testing.assert_close(value, getattr(lstm, name + suffix).grad)


def test_gradients_equal_finite_differences() -> None:
    torch.manual_seed(0)
    ours = ParallelBiLSTM(3, 2, layers=2).double()
    inputs = torch.randn(3, 2, 3, dtype=torch.float64)
    inside = torch.tensor([[1, 1], [1, 0], [1, 0]], dtype=torch.float64)
    names = [name for name, _ in ours.named_parameters()]

    def outputs(given: Tensor, *parameters: Tensor) -> Tensor:
        result: Tensor = torch.func.functional_call(
            ours, dict(zip(names, parameters, strict=True)), (given, inside)
        )
        return result

    inputs.requires_grad_()
    assert torch.autograd.gradcheck(outputs, (inputs, *ours.parameters()))


def test_what_stands_beyond_the_end_does_not_matter() -> None:
    ours, inputs, inside = drawn(1)
    other = inputs.clone()
    other[inside == 0] = 1e3
    assert torch.equal(ours(inputs, inside), ours(other, inside))


def test_reset_draws_anew_with_forget_bias() -> None:
    ours, _, _ = drawn(2)
    before = ours.recurrent.detach().clone()
    ours.reset()
    assert not torch.equal(before, ours.recurrent)
    gates = ours.bias.detach().view(-1, 4, UNITS)
    assert (gates[:, 1] == 1).all()
    assert not gates[:, [0, 2, 3]].any()
    block = ours.recurrent.detach()[0, :, :UNITS]
    torch.testing.assert_close((block @ block.t()).float(), torch.eye(UNITS))
