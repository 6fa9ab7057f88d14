"""A fitted network as one block of bytes: pointers to store and encoder, local words, weights.

`described` and `encode` make the block of a trained network, `decode` and `assembled` its `Fitted`.

The block is a safetensors buffer: arrays `net.*` (int8 with scales a row, or float16), `local.*`
and `model` (JSON), settings and store in its metadata. A pack file holds one a skill, a saved
system's folder holds it as a part.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import ValidationError
from safetensors.numpy import save
from torch import Tensor, nn

from data_cards.errors import DataError
from data_cards.representation import Representation
from dnn.fitted import Fitted
from dnn.inputs.contexts import Contexts
from dnn.inputs.reader import Reader
from dnn.inputs.vectors import StoreVectors, TableVectors, WordVectors, drawn_vectors
from dnn.layers.network import Network
from dnn.layers.skeleton import Undrawn
from dnn.settings import DNNSettings
from dnn.transfer.source import SourceModel
from dnn.transfer.tuned import untuned
from dnn.weights import arrays_of, weights_of
from pretrain.encoder.reading import open_encoder
from pretrain.store.local import LocalStore
from pretrain.store.mapped_tensors import views
from pretrain.store.quantising import Kind
from pretrain.store.vector_store import VectorStore

FORMAT = "skillwise-pack/1"
_WEIGHT = "net."
_IDF = "wide.idf"
_TABLE = "words.table"

FindStore = Callable[[Mapping[str, str]], VectorStore]
"""Opens the store that a pointer names: its digest, its language and the path it had."""

FindEncoder = Callable[[Mapping[str, str]], Representation]
"""Opens the encoder that a pointer names: its digest and the path it had."""


@dataclass(frozen=True)
class Packed:
    """What a block holds: settings and model as JSON values, the weights, the local words."""

    settings: Mapping[str, Any]
    model: Mapping[str, Any]
    weights: dict[str, Tensor]  # float32
    local: LocalStore | None


def encode(packed: Packed, kind: Kind = "float16") -> bytes:
    """The block of a fitted network, its weights kept as `kind`."""
    arrays = arrays_of(packed.weights, kind, _WEIGHT)
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
    weights = weights_of(arrays, _WEIGHT)
    local = LocalStore.read(meta["generic"], arrays) if "generic" in meta else None
    return Packed(settings, model, weights, local)


def described(
    reader: Reader, network: Network, seed: int, source: SourceModel | None,
    local: LocalStore | None, learned: TableVectors | None = None,
) -> Packed:  # fmt: skip
    """What is kept of a trained network; of its n-grams only those that are its own.

    `learned` are the vectors of its own words where it has no store's.
    """
    words, store = reader.words, None
    if isinstance(words, StoreVectors):
        generic = words.store
        store = {"path": str(generic.path), "digest": generic.id, "language": generic.language}
    origin = {"path": str(source.path), "digest": source.digest} if source is not None else None
    about: dict[str, Any] = {"width": words.width, "seed": seed, "store": store, "source": origin}
    if reader.contexts is not None:
        encoder = untuned(reader.contexts.encoder)  # the source model has what it was tuned to
        about["encoder"] = {"path": str(encoder.path), "digest": encoder.id}
    state = {name: value.contiguous() for name, value in network.state_dict().items()}
    if learned is not None:
        about["words"] = list(learned.rows)
        state[_TABLE] = torch.from_numpy(learned.table)
    if reader.wide is not None:
        state[_IDF] = torch.tensor(reader.wide.idf)  # as JSON it was most of a pack's reading
    settings = network.trunk.settings.model_dump(mode="json")
    return Packed(settings, reader.as_json() | about, state, local)


def assembled(
    block: bytes, packed: Packed, words: WordVectors, source: SourceModel | None,
    contexts: Contexts | None = None,
) -> Fitted:  # fmt: skip
    """The network of a block and what was decoded of it, over its open vectors, source model and
    encoder.

    Its weights are rounded as they are kept, so that saved and unsaved networks answer alike.
    """
    settings = DNNSettings.model_validate(packed.settings)
    if packed.local is not None and isinstance(words, StoreVectors):
        words = words.under(packed.local, settings.spells_unseen)
    weights = dict(packed.weights)
    idf, table = weights.pop(_IDF, None), weights.pop(_TABLE, None)
    if table is not None:
        words = TableVectors.of(packed.model["words"], table.numpy())
    reader = Reader.from_json(
        packed.model, None if idf is None else idf.tolist(), settings, words, contexts
    )  # fmt: skip
    with Undrawn():
        network = reader.network(settings, packed.model["width"])
    network.load_state_dict(weights, assign=True)
    network.requires_grad_(False).eval()
    if source is not None and settings.characters:
        reader = _extended(reader, network, source)
    return Fitted(reader, network, block)


def _extended(reader: Reader, network: Network, source: SourceModel) -> Reader:
    """Append the source model's n-grams that no training word has: users say other words."""
    bag = network.trunk.words.ngrams
    more = [gram for gram in source.ngrams if gram not in reader.ngrams]
    table = torch.cat([bag.weight.detach(), source.ngram_rows(more)])
    network.trunk.words.ngrams = nn.EmbeddingBag.from_pretrained(table, mode="sum", padding_idx=0)
    return reader.extended(more)


def opened(
    block: bytes, find: FindStore, packed: Packed | None = None,
    find_encoder: FindEncoder | None = None,
) -> Fitted:  # fmt: skip
    """The fitted network of a block, its store opened by `find` and its source model by its path.

    `packed` is what was decoded of the block, where somebody did; an encoder is opened by
    `find_encoder`, else by its path. Raises `ValueError` for a block that is damaged, `DataError`
    where the source model or encoder is not the one it was trained with.
    """
    packed = packed or decode(block)
    try:
        pointer, origin = packed.model["store"], packed.model["source"]
        settings = DNNSettings.model_validate(packed.settings)
        if (settings.vectors == "store") != bool(pointer):
            raise TypeError("settings and model disagree about the vectors")
        if (settings.transfer is not None) != bool(origin):
            raise TypeError("settings and model disagree about a source model")
        if settings.reads_encoder != bool(reading := packed.model.get("encoder")):
            raise TypeError("settings and model disagree about an encoder")
        source = SourceModel.open(Path(origin["path"])) if origin else None
        if source is not None:
            refuse_other("source", origin, source.digest)
        if pointer:
            words: WordVectors = StoreVectors.over(find(pointer), settings.vector_norm)
        else:
            seed = packed.model["seed"] if source is None else source.seed
            words = drawn_vectors(settings, seed)
        encoder = None
        if reading:
            encoder = (find_encoder or encoder_of)(reading)
            encoder = source.tuned_over(encoder) if source is not None else encoder
        return assembled(block, packed, words, source, Contexts.over(encoder, settings))
    except (KeyError, TypeError, AttributeError, RuntimeError, ValidationError) as error:
        raise ValueError(f"does not fit ({error})") from None


def encoder_of(pointer: Mapping[str, str]) -> Representation:
    """The encoder of a pointer, opened by the path it had."""
    encoder = open_encoder(Path(pointer["path"]))
    refuse_other("encoder", pointer, encoder.id)
    return encoder


def refuse_other(what: str, pointer: Mapping[str, str], found: str) -> None:
    """Raise `DataError` where a store, source model or encoder is not that of the pointer."""
    if found != pointer["digest"]:
        wanted = pointer["digest"][:12]
        fault = f"is {what} {found[:12]}, and the network was trained with {what} {wanted}"
        raise DataError(pointer["path"], None, fault, f"put that {what} back")
