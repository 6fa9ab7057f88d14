"""Linear layers whose weights lie in memory as the processor's kernels read them.

A plain layer brings its weights into that order at every call, which is most of the time that an
encoder takes to read one short sentence.
"""

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

ROWS = 16
"""The number of pieces that the order of the weights is chosen for; any number is read."""


class PackedLinear(nn.Module):
    """What a linear layer of float32 computes, for inference alone.

    The kernels are those that `torch.compile` packs weights for on a CPU. Torch does not promise
    them: who makes one sees whether they are there and right (`packed`).
    """

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self._kernels: Any = torch.ops.mkldnn
        self._weight = self._kernels._reorder_linear_weight(layer.weight.detach(), ROWS)
        self._bias = layer.bias.detach() if layer.bias is not None else None

    def forward(self, inputs: Tensor) -> Tensor:
        """inputs (..., in features) -> (..., out features)"""
        none: tuple[str, list[Any], str] = ("none", [], "")
        found: Tensor = self._kernels._linear_pointwise(inputs, self._weight, self._bias, *none)
        return found


@torch.inference_mode()
def packed(model: nn.Module) -> nn.Module:
    """A model that reads as `model` does, with packed layers where they can be had.

    Its other weights are `model`'s own, which stays as it is.
    """
    shared = {id(t): t for t in (*model.parameters(), *model.buffers())}
    made = copy.deepcopy(model, shared)
    _pack(made)
    return made


def _pack(module: nn.Module) -> None:
    for name, child in module.named_children():
        if type(child) is nn.Linear:
            setattr(module, name, _packed_layer(child) or child)
        else:
            _pack(child)


def _packed_layer(layer: nn.Linear) -> PackedLinear | None:
    """None where this processor or release of torch has no such kernel, or another one."""
    asked = torch.linspace(-1, 1, 3 * layer.in_features).view(1, 3, layer.in_features)
    try:
        made = PackedLinear(layer)
        right = torch.allclose(made(asked), F.linear(asked, layer.weight, layer.bias), atol=1e-3)
    except (AttributeError, NotImplementedError, RuntimeError, TypeError):
        return None
    return made if right else None
