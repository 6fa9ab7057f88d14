"""Weights as arrays of small numbers, and back: int8 with a scale a row, or float16."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pretrain.store.mapped_tensors import Arrays
from pretrain.store.quantising import Kind, coded, decoded

_SCALES = "|scales"


def arrays_of(weights: Mapping[str, Tensor], kind: Kind, prefix: str) -> dict[str, NDArray[Any]]:
    """Weights kept as `kind`, each under its name with `prefix` before it.

    Rows of int8 are those of a weight's last axis; biases and the like stay float16.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for name, tensor in weights.items():
        values = tensor.detach().numpy()
        if kind == "int8" and values.ndim > 1 and values.size:
            table, scales = coded(values.reshape(-1, values.shape[-1]), "int8")
            arrays[prefix + name] = table.reshape(values.shape)
            arrays[prefix + name + _SCALES] = scales
        else:
            arrays[prefix + name] = values.astype(np.float32 if kind == "float32" else np.float16)
    return arrays


def weights_of(arrays: Arrays, prefix: str) -> dict[str, Tensor]:
    """The weights under `prefix` as float32; raises `ValueError` where one is damaged."""
    return {
        name.removeprefix(prefix): _weight(name, array, arrays)
        for name, array in arrays.items()
        if name.startswith(prefix) and not name.endswith(_SCALES)
    }


def _weight(name: str, array: NDArray[Any], arrays: Arrays) -> Tensor:
    if array.dtype.kind not in "if":
        raise ValueError(f"weight {name!r} is of type {array.dtype}")
    if array.dtype != np.int8:
        return torch.from_numpy(array.copy()).float()  # the block's own bytes are read-only
    scales = arrays.get(name + _SCALES)
    rows = array.reshape(-1, array.shape[-1]) if array.ndim > 1 and array.size else array
    if scales is None or rows.ndim != 2 or scales.shape != rows.shape[:1]:
        raise ValueError(f"weight {name!r} has no scales of its length")
    return torch.from_numpy(decoded(rows, scales.astype(np.float32)).reshape(array.shape))
