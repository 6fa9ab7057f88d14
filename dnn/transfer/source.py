"""Stage 1 of transfer: a trunk trained on mature skills, all their intents and slots jointly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load as tensors_from
from safetensors.torch import save as tensors_to
from torch import Tensor

from data_cards import artefact
from data_cards.errors import DataError
from data_cards.overlap import text_hashes
from data_cards.records import Utterance
from data_cards.representation import Representation
from dnn.layers.network import Trunk, Widths
from dnn.layers.skeleton import Undrawn
from dnn.settings import DNNSettings, SourceSettings
from dnn.transfer.tuned import LAYERS, over

WEIGHTS, MODEL, SEEN = "trunk.safetensors", "model.json", "seen.safetensors"
_AGAIN = "remove it; it is trained again"
_NGRAMS = "words.ngrams.weight"


@dataclass(frozen=True)
class SourceModel:
    """A trained trunk, its n-grams, and hashes of every text that it was trained on."""

    settings: SourceSettings
    state: Mapping[str, Tensor]
    ngrams: Mapping[str, int]
    seen: NDArray[np.uint64]
    """Ascending hashes of the training texts: who was seen must not be tested."""
    seed: int
    sources: tuple[str, ...]
    """The skills it was trained on."""
    store: str
    """Digest of the vector store under it, "" for random vectors."""
    digest: str
    widths: Widths
    """What the trunk reads of words and sentences."""
    encoder: str = ""
    """Digest of the encoder under it, "" where it reads none."""
    tuned: bytes = b""
    """The layers of the tuned encoder (`dnn.transfer.tuned`); none where no encoder was tuned."""
    path: Path | None = None
    """Where it was opened; None before it was saved."""

    @staticmethod
    def open(folder: Path) -> "SourceModel":
        """Read what `save` wrote; a damaged folder is a `DataError`. Opened once a process."""
        manifest = folder.resolve() / artefact.MANIFEST
        stamp = manifest.stat().st_mtime_ns if manifest.exists() else 0
        return replace(_open(folder.resolve(), stamp), path=folder)

    def save(self, folder: Path) -> None:
        """Write the folder, whole or not at all; no pickle."""
        model = {
            "ngrams": list(self.ngrams), "seed": self.seed, "sources": list(self.sources),
            "store": self.store, "digest": self.digest, "encoder": self.encoder,
            "widths": asdict(self.widths),
        }  # fmt: skip
        parts = {
            WEIGHTS: tensors_to({k: v.contiguous() for k, v in self.state.items()}),
            SEEN: tensors_to({"hashes": torch.from_numpy(self.seen.astype(np.int64))}),
            MODEL: artefact.packed(model),
            **({LAYERS: self.tuned} if self.tuned else {}),
        }
        artefact.write(folder, "source", self.settings, parts)

    def leaks(self, utterances: Iterable[Utterance]) -> list[Utterance]:
        """The utterances whose text this model was trained on."""
        asked = list(utterances)
        hashes = text_hashes(asked)
        if not len(self.seen):
            return []
        at = np.minimum(np.searchsorted(self.seen, hashes), len(self.seen) - 1)
        return [u for u, leak in zip(asked, self.seen[at] == hashes, strict=True) if leak]

    def hand_on(self, trunk: Trunk, ngrams: Mapping[str, int]) -> None:
        """Copy the layers that `trunk.settings.transfer` keeps into a new skill's trunk.

        `ngrams` numbers the n-grams of the new skill; the ones that this model never met stay as
        they were drawn.
        """
        assert trunk.settings.transfer is not None
        kept = {
            "nothing": (),
            "shared": ("words.", "shared."),
            "tasks": ("words.", "shared.", "tasks."),
            "hidden": ("",),
        }[trunk.settings.transfer.keep]
        own = trunk.state_dict()
        with torch.no_grad():
            for name, value in self.state.items():
                if name != _NGRAMS and name.startswith(kept):
                    own[name].copy_(value)
            if _NGRAMS in own and kept:
                pairs = [
                    (i, self.ngrams[gram]) for gram, i in ngrams.items() if gram in self.ngrams
                ]
                if pairs:
                    mine, theirs = torch.tensor(pairs).t()
                    own[_NGRAMS][mine] = self.state[_NGRAMS][theirs]

    def tuned_over(self, encoder: Representation | None) -> Representation | None:
        """The encoder that this model's trunk was trained on, of the one that it was tuned from."""
        if not self.tuned:
            return encoder
        try:
            return over(encoder, self.tuned)
        except (ValueError, RuntimeError) as error:
            fault = f"its encoder's layers do not fit ({error})"
            raise DataError(self.path or "source model", None, fault, _AGAIN) from None

    def ngram_rows(self, grams: Sequence[str]) -> Tensor:
        """Rows (len(grams), characters) of n-grams that this model knows."""
        rows = torch.tensor([self.ngrams[gram] for gram in grams], dtype=torch.long)
        return self.state[_NGRAMS][rows]


@lru_cache(maxsize=8)
def _open(folder: Path, stamp: int) -> SourceModel:
    """`stamp` changes with the folder: a replaced one is read anew."""
    saved = artefact.read(folder, "source", frozenset({WEIGHTS, MODEL, SEEN}), frozenset({LAYERS}))
    model = saved.json(MODEL)
    try:
        state = tensors_from(saved.parts[WEIGHTS])
        seen = tensors_from(saved.parts[SEEN])["hashes"].numpy().astype(np.uint64)
        ngrams = {gram: i for i, gram in enumerate(model["ngrams"], 1)}
        settings = saved.settings_as(SourceSettings)
        widths = Widths(**model["widths"]) if "widths" in model else _before(state, settings)
        _fits(state, settings.network, widths, len(ngrams))
        return SourceModel(
            settings, state, ngrams, seen, model["seed"], tuple(model["sources"]),
            model["store"], model["digest"], widths, model.get("encoder", ""),
            saved.parts.get(LAYERS, b""),
        )  # fmt: skip
    except (SafetensorError, RuntimeError, KeyError, TypeError) as error:
        raise DataError(folder, None, f"damaged source model ({error})", _AGAIN) from None


def _before(state: Mapping[str, Tensor], settings: SourceSettings) -> Widths:
    """The widths of a source model that was saved before it named them."""
    projected = settings.network.projection
    return Widths(state["words.project.weight"].shape[1] if projected else 300)


def _fits(state: Mapping[str, Tensor], settings: DNNSettings, widths: Widths, grams: int) -> None:
    with Undrawn():  # a fit's draws do not hang on whether its source model was open already
        trunk = Trunk(settings, widths, grams)
    trunk.load_state_dict(dict(state))
