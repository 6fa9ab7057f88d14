"""An encoder of `transformers` that is open for reading: states of words, vectors of sentences."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from data_cards.errors import DataError, SkillwiseError
from data_cards.representation import InContext
from pretrain.encoder.folder import CONFIG, POOLING, digest, json_of
from pretrain.encoder.packing import packed
from pretrain.encoder.pieces import NOBODY, Pieces

MOST = 2048
"""Pieces read at a time."""

LONGEST = 512
"""Pieces of a sentence, for an encoder that tells no limit of its own."""

_REMEDY = "name a folder of an encoder that `AutoModel.from_pretrained` opens"


@dataclass(frozen=True)
class Encoder:
    """An open encoder (`data_cards.representation.Representation`).

    A sentence is the mean of its words in the last layer; where the folder says how
    sentence-transformers pool, of all pieces, the marks at both ends too, or the first one alone.
    """

    path: Path
    id: str
    layers: int
    width: int
    model: Any
    pieces: Pieces
    pooling: str
    """`words`, `pieces` or `first`."""
    base: "Encoder | None" = None
    """What it was tuned from."""

    @torch.inference_mode()
    def read(self, sentences: Sequence[Sequence[str]], layers: int = 1) -> InContext:
        """Read sentences of words; sentences of one length in pieces go together, unpadded."""
        if not 0 < layers <= self.layers:
            raise SkillwiseError(
                f"{self.path}: has {self.layers} layers, {layers} are asked for; ask for fewer"
            )
        counts = [len(words) for words in sentences]
        starts = np.zeros(len(counts) + 1, dtype=np.int64)
        np.cumsum(counts, out=starts[1:])
        total = int(starts[-1])
        sums = torch.zeros(total + 1, layers, self.width)  # the last row is nobody's
        pooled = torch.zeros(len(counts), self.width)
        owners = []
        cut = [self.pieces.cut(words) for words in sentences]
        for places in _alike([len(ids) for ids, _ in cut]):
            ids = torch.tensor([cut[i][0] for i in places])
            states = self._states(ids, layers)  # (sentences, pieces, layers, width)
            rows = torch.tensor(
                [[starts[i] + at if at != NOBODY else total for at in cut[i][1]] for i in places]
            ).flatten()
            sums.index_add_(0, rows, states.flatten(0, 1))
            owners.append(rows)
            if self.pooling != "words":
                last = states[:, :, -1]
                pooled[places] = last.mean(1) if self.pooling == "pieces" else last[:, 0]
        found = torch.bincount(torch.cat(owners), minlength=total + 1) if owners else None
        if found is not None:
            sums /= found.clamp_min(1)[:, None, None]
        words = sums[:total].numpy()
        if self.pooling == "words" and found is not None:
            pooled = _means(sums[:total, -1], found[:total] > 0, starts)
        return InContext(words, starts, pooled.numpy())

    @cached_property
    def _packed(self) -> Any:
        """The model as it reads fastest."""
        return packed(self.model)

    def _states(self, ids: Tensor, layers: int) -> Tensor:
        """States after the last layers, (sentences, pieces, layers, width)."""
        found = self._packed(input_ids=ids, output_hidden_states=True).hidden_states
        return torch.stack(found[-layers:], dim=2)


def open_encoder(path: Path) -> Encoder:
    """Open an encoder's folder, once in a process; what is wrong with it is a `DataError`."""
    return _open(path.resolve(), digest(path.resolve()))


@lru_cache(maxsize=8)
def _open(path: Path, id: str) -> Encoder:
    try:
        encoder = _loaded(path, id)
        encoder.read([("a",)])  # a model that tells no states is found out here
    except SkillwiseError:
        raise
    except Exception as error:  # of many kinds: what a folder lacks shows in many places
        reason = str(error).strip().partition("\n")[0]
        raise DataError(path, None, f"cannot be opened ({reason[:200]})", _REMEDY) from None
    return encoder


def _loaded(path: Path, id: str) -> Encoder:
    from transformers import AutoConfig, AutoModel  # takes seconds

    config = AutoConfig.from_pretrained(path, local_files_only=True)
    if config.is_encoder_decoder:
        raise DataError(path / CONFIG, None, "has a decoder beside its encoder", _REMEDY)
    with _silence(), torch.random.fork_rng(devices=[]):  # what the folder lacks is drawn
        model, told = AutoModel.from_pretrained(
            path, config=config, local_files_only=True, use_safetensors=True,
            dtype=torch.float32, output_loading_info=True,
        )  # fmt: skip
    missing = sorted(name for name in told["missing_keys"] if "pooler" not in name)
    if missing:
        fault = f"lacks {len(missing)} of its weights, {missing[0]} first"
        raise DataError(path, None, fault, _REMEDY)
    model.eval().requires_grad_(False)
    return Encoder(
        path, id, int(config.num_hidden_layers), int(config.hidden_size), model,
        Pieces.open(path, _positions(model, config)), _pooling(path),
    )  # fmt: skip


@contextmanager
def _silence() -> Iterator[None]:
    """No progress bars, and no warning of a pooler that was never trained: nobody asks it."""
    from transformers.utils import logging

    told: Any = logging
    before = told.get_verbosity(), told.is_progress_bar_enabled()
    told.set_verbosity_error()
    told.disable_progress_bar()
    try:
        yield
    finally:
        told.set_verbosity(before[0])
        if before[1]:
            told.enable_progress_bar()


def _positions(model: Any, config: Any) -> int:
    """The longest sentence in pieces that a model has positions for."""
    table = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    if isinstance(table, torch.nn.Embedding):
        before = 0 if table.padding_idx is None else table.padding_idx + 1
        return int(table.num_embeddings) - before
    longest = getattr(config, "max_position_embeddings", None)
    return min(int(longest), LONGEST) if isinstance(longest, int) and longest > 0 else LONGEST


def _pooling(path: Path) -> str:
    told = json_of(path / POOLING)
    if not told:
        return "words"
    return "first" if told.get("pooling_mode_cls_token") else "pieces"


def _alike(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of sentences of one length above 0, at most `MOST` pieces at a time."""
    order = sorted((i for i, n in enumerate(lengths) if n), key=lambda i: lengths[i])
    for length, places in groupby(order, key=lambda i: lengths[i]):
        together = list(places)
        size = max(1, MOST // length)
        yield from (together[at : at + size] for at in range(0, len(together), size))


def _means(vectors: Tensor, there: Tensor, starts: np.ndarray) -> Tensor:
    """The mean of each sentence's vectors that are there; vectors (words, width)."""
    count = len(starts) - 1
    of = torch.from_numpy(np.repeat(np.arange(count), np.diff(starts)))
    sums = torch.zeros(count, vectors.shape[1]).index_add_(0, of, vectors)  # others are zeros
    return sums / torch.bincount(of[there], minlength=count).clamp_min(1)[:, None]
