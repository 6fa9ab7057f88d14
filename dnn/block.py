"""A fitted network as one block of bytes: pointer to its generic store, local words, weights.

The block is a safetensors buffer: arrays `net.*` (int8 with scales a row, or float16), `local.*`
and `model` (JSON), settings and store in its metadata. A pack file holds one a skill, a saved
system's folder holds it as a part.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save
from torch import Tensor

from pretrain.store.local import LocalStore
from pretrain.store.mapped_tensors import Arrays, views
from pretrain.store.quantising import Kind, coded, decoded

FORMAT = "skillwise-pack/1"
_WEIGHT, _SCALES = "net.", "|scales"


@dataclass(frozen=True)
class Packed:
    """What a block holds: settings and model as JSON values, the weights, the local words."""

    settings: Mapping[str, Any]
    model: Mapping[str, Any]
    weights: dict[str, Tensor]  # float32
    local: LocalStore | None


def encode(packed: Packed, kind: Kind = "float16") -> bytes:
    """The block of a fitted network, its weights kept as `kind`.

    Rows of int8 are those of a weight's last axis; biases and the like stay float16.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for name, tensor in packed.weights.items():
        values = tensor.detach().numpy()
        if kind == "int8" and values.ndim > 1 and values.size:
            table, scales = coded(values.reshape(-1, values.shape[-1]), "int8")
            arrays[_WEIGHT + name] = table.reshape(values.shape)
            arrays[_WEIGHT + name + _SCALES] = scales
        else:
            arrays[_WEIGHT + name] = values.astype(np.float32 if kind == "float32" else np.float16)
    model = json.dumps(packed.model, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    arrays["model"] = np.frombuffer(model.encode("utf-8"), np.uint8)
    meta = {"format": FORMAT, "settings": json.dumps(packed.settings, sort_keys=True)}
    if packed.local is not None:
        arrays |= packed.local.arrays()
        meta["generic"] = packed.local.generic
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()}, meta)


def decode(block: bytes) -> Packed:
    """Read a block; raises `ValueError` where it is none or damaged."""
    meta, arrays = views(block)
    if meta.get("format") != FORMAT:
        raise ValueError(f"format {meta.get('format', 'none')!r} is not {FORMAT}")
    if "model" not in arrays or arrays["model"].dtype != np.uint8:
        raise ValueError("holds no model")
    model, settings = json.loads(arrays["model"].tobytes()), json.loads(meta.get("settings", ""))
    if not isinstance(model, dict) or not isinstance(settings, dict):
        raise ValueError("its model is no object")
    weights = {
        name.removeprefix(_WEIGHT): _weight(name, array, arrays)
        for name, array in arrays.items()
        if name.startswith(_WEIGHT) and not name.endswith(_SCALES)
    }
    local = LocalStore.read(meta["generic"], arrays) if "generic" in meta else None
    return Packed(settings, model, weights, local)


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
