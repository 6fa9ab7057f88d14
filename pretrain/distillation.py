"""Static vectors out of somebody else's encoder: a comparator, not something of ours.

As model2vec does (Tulkens and van Dongen 2024), each word of a vocabulary passes through the
encoder by itself, the states of its pieces are averaged, principal components make them as narrow
as a store, and frequent words are weighed down: SIF (Arora, Liang and Ma 2017) with the shares of
Zipf's law, since a vocabulary tells ranks and no counts.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from data_cards.errors import DataError, SkillwiseError

Floats = NDArray[np.float32]
Pooling = Literal["words", "sentence"]

CONFIG = "config.json"
RARE = 1e-4
"""The a of a / (a + p), a word's weight where its share is p."""
BATCH = 256
"""Words read at a time."""


@dataclass(frozen=True)
class Encoder:
    """An encoder's folder, open: its tokenizer, its model, and the digest of its weights."""

    name: str
    digest: str
    tokenizer: Any
    model: Any

    @classmethod
    def open(cls, folder: Path) -> "Encoder":
        """What `save_pretrained` wrote, weights as safetensors; no code of the folder is run.

        Raises `DataError` for what is no such folder.
        """
        if not (folder / CONFIG).is_file():
            raise DataError(
                folder, None, f"holds no encoder (no {CONFIG})",
                "name a folder that `save_pretrained` of transformers wrote",
            )  # fmt: skip
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model = AutoModel.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
            )
            digest = hashlib.sha256()
            for file in sorted(folder.glob("*.safetensors")):
                digest.update(file.read_bytes())
        except Exception as error:  # of many kinds: what a folder lacks shows in many places
            reason = (str(error).strip() or type(error).__name__).partition("\n")[0]
            raise DataError(
                folder, None, f"cannot be opened as an encoder ({reason[:200]})",
                "name a folder with config.json, tokenizer.json and model.safetensors",
            ) from None  # fmt: skip
        return cls(folder.resolve().name, digest.hexdigest(), tokenizer, model.eval())

    @torch.inference_mode()
    def states(self, words: Sequence[str], pooling: Pooling) -> Floats:
        """(len(words), width): each word read by itself, the mean of its pieces' last states.

        `sentence` takes the marks at both ends into the mean, as an encoder of sentences does. A
        word without a piece of its own is a sentence of marks alone.
        """
        given = self.tokenizer(
            list(words), padding=True, truncation=True, max_length=64, return_tensors="pt",
            return_special_tokens_mask=True,
        )  # fmt: skip
        marks = given.pop("special_tokens_mask")
        last = self.model(**given).last_hidden_state  # (words, pieces, width)
        inside = given["attention_mask"]
        own = inside * (1 - marks) if pooling == "words" else inside
        own = torch.where(own.sum(1, keepdim=True) > 0, own, inside).unsqueeze(2)
        found: Floats = ((last * own).sum(1) / own.sum(1).clamp(min=1)).numpy()
        return found


def distilled(
    encoder: Encoder,
    words: Sequence[str],
    width: int,
    pooling: Pooling = "words",
    report: Callable[[int], None] = lambda _: None,
) -> Floats:
    """Vectors (words, width) of a vocabulary, most frequent word first; mean norm 1.

    Narrower where the encoder is. `report` is told how many words are read. Raises `SkillwiseError`
    for states that are no finite numbers.
    """
    order = sorted(range(len(words)), key=lambda i: len(words[i]))  # little padding
    states: Floats | None = None
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        read = encoder.states([words[i] for i in part], pooling)
        states = np.empty((len(words), read.shape[1]), np.float32) if states is None else states
        states[part] = read
        report(start + len(part))
    if states is None or not np.isfinite(states).all():
        raise SkillwiseError(
            f"{encoder.name}: gives no finite numbers for these {len(words):,} words; "
            "name another encoder or vocabulary"
        )
    found = components(states, width) * zipf_weights(len(words))[:, None]
    norm = float(np.linalg.norm(found, axis=1).mean())
    return (found / max(norm, 1e-12)).astype(np.float32)


def components(states: Floats, width: int) -> Floats:
    """The first `width` principal components of centred states, or all where they are fewer."""
    centred = states - states.mean(axis=0)
    covariance = centred.T.astype(np.float64) @ centred
    axes = np.linalg.eigh(covariance)[1][:, ::-1][:, :width]  # largest first
    found: Floats = (centred @ axes).astype(np.float32)
    return found


def zipf_weights(words: int) -> Floats:
    """a / (a + p) for so many ranks, p being their shares by Zipf's law; (words,)."""
    law = 1 / np.arange(2, words + 2)
    found: Floats = (RARE / (RARE + law / law.sum())).astype(np.float32)
    return found
