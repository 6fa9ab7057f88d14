"""What an encoder says of a skill's utterances, as the network reads it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from data_cards.records import Utterance
from data_cards.representation import Representation, normed, scaled
from dnn.settings import DNNSettings

CHUNK = 2048
"""Texts read at a time: what is kept of them takes a fourth of what reading them does."""


@dataclass(frozen=True, slots=True)
class States:
    """States of the words of some utterances and vectors of their sentences, each text once."""

    words: Tensor  # (rows, width), row 0 pads
    starts: Tensor  # (utterances,), the row of the first word of each
    sentences: Tensor  # (texts, width)
    texts: Tensor  # (utterances,), the row of `sentences` of each

    def take(self, indices: Tensor) -> "States":
        """Those of some of the utterances."""
        return replace(self, starts=self.starts[indices], texts=self.texts[indices])

    def context(self, inside: Tensor) -> Tensor | None:
        """(words, utterances, width) float32; `inside` (words, utterances) is False at padding."""
        if not self.words.shape[1]:
            return None
        rows = (self.starts + torch.arange(len(inside)).unsqueeze(1)) * inside
        return F.embedding(rows, self.words).float()

    def sentence(self) -> Tensor | None:
        """(utterances, width) float32."""
        return self.sentences[self.texts].float() if self.sentences.shape[1] else None


@dataclass(frozen=True)
class Contexts:
    """An open encoder, and what some settings ask of it."""

    encoder: Representation
    settings: DNNSettings

    @classmethod
    def over(cls, encoder: Representation | None, settings: DNNSettings) -> "Contexts | None":
        """None where the settings ask nothing of an encoder."""
        if not settings.reads_encoder:
            return None
        assert encoder is not None  # whoever makes a network refuses that
        return cls(encoder, settings)

    @property
    def width(self) -> int:
        """Of a word's states; 0 where they are not asked for."""
        settings = self.settings
        layers = settings.context_layers if settings.context_merge == "joined" else 1
        return layers * self.encoder.width if settings.context else 0

    @property
    def sentence_width(self) -> int:
        """Of a sentence's vector; 0 where it is not asked for."""
        return self.encoder.width if self.settings.sentence else 0

    def read(self, utterances: Sequence[Utterance], kind: torch.dtype = torch.float32) -> States:
        """Read utterances, one at least, each text once; numbers are kept as `kind`."""
        texts: dict[tuple[str, ...], int] = {}
        rows = torch.tensor([texts.setdefault(u.tokens, len(texts)) for u in utterances])
        asked = list(texts)
        parts = [self._read(asked[at : at + CHUNK], kind) for at in range(0, len(asked), CHUNK)]
        starts = torch.tensor([len(text) for text in asked]).cumsum(0).roll(1)
        starts[0] = 0
        return States(
            torch.cat([torch.zeros(1, self.width, dtype=kind), *(words for words, _ in parts)]),
            (starts + 1)[rows], torch.cat([sentences for _, sentences in parts]), rows,
        )  # fmt: skip

    def _read(self, texts: Sequence[tuple[str, ...]], kind: torch.dtype) -> tuple[Tensor, Tensor]:
        """States (words of all texts, width) and sentences (texts, sentence width) of texts."""
        settings = self.settings
        found = self.encoder.read(texts, settings.context_layers if settings.context else 1)
        words = np.zeros((len(found.words), 0), np.float32)
        sentences = np.zeros((len(texts), 0), np.float32)
        if settings.context:
            words = normed(found.words, settings.context_merge, settings.context_norm)
        if settings.sentence:
            sentences = scaled(found.sentences, settings.sentence_norm)
        return torch.from_numpy(words).to(kind), torch.from_numpy(sentences).to(kind)
