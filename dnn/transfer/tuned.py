"""A tuned encoder as what it differs by from the one that it was tuned from.

Its piece vectors are those of the other one, so that its layers are all that is kept, in int8: a
quarter of an encoder's folder. Several tuned ones share the table in memory.
"""

import copy
import hashlib
from dataclasses import replace

import numpy as np
from safetensors.numpy import save
from torch import nn

from data_cards.errors import SkillwiseError
from data_cards.representation import Representation
from dnn.weights import arrays_of, weights_of
from pretrain.encoder.reading import Encoder
from pretrain.store.mapped_tensors import views

LAYERS = "layers.safetensors"
_PREFIX = "layers."
_MOST = 8
"""Tuned encoders that a process keeps open."""

_open: dict[tuple[str, str], Encoder] = {}


def layers(model: nn.Module, table: nn.Module) -> bytes:
    """All weights of a model but those of its table of piece vectors."""
    shared = {id(parameter) for parameter in table.parameters()}
    own = {name: p for name, p in model.named_parameters() if id(p) not in shared}
    arrays = arrays_of(own, "int8", _PREFIX)
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def over(base: Representation | None, kept: bytes) -> Encoder:
    """The encoder that has the layers `kept` over the piece vectors of `base`; once a process.

    Raises `SkillwiseError` where `base` is no encoder of `transformers`, `ValueError` or
    `RuntimeError` where the layers are damaged or another encoder's.
    """
    encoder = tunable(base)
    digest = hashlib.sha256(kept).hexdigest()
    key = (encoder.id, digest)
    if key not in _open:
        weights = weights_of(views(kept)[1], _PREFIX)
        table = encoder.model.get_input_embeddings()
        model = copy.deepcopy(encoder.model, {id(p): p for p in table.parameters()})
        missing, unknown = model.load_state_dict(weights, strict=False)
        known = {name for name, p in model.named_parameters() if p is not table.weight}
        if unknown or set(missing) & known:
            raise RuntimeError("the layers are those of another encoder")
        model.requires_grad_(False).eval()
        if len(_open) >= _MOST:
            _open.pop(next(iter(_open)))
        id_ = hashlib.sha256(f"{encoder.id}|{digest}".encode()).hexdigest()
        _open[key] = replace(encoder, model=model, id=id_, base=encoder)
    return _open[key]


def tunable(encoder: Representation | None) -> Encoder:
    """The same encoder; a `SkillwiseError` where it is none of `transformers`."""
    if not isinstance(encoder, Encoder):
        raise SkillwiseError(
            "transfer.tuning: only an encoder of `transformers` can be tuned; name one by "
            "--vectors hf:PATH, or set transfer.tuning=null"
        )
    return encoder


def untuned(encoder: Representation) -> Representation:
    """The encoder that one was tuned from, or itself."""
    return (encoder.base or encoder) if isinstance(encoder, Encoder) else encoder
