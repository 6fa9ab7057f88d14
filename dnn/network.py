"""The stacked multitask bi-LSTM: shared layer, a layer for each task, two heads."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dnn.crf import CRF
from dnn.encoding import Sentences
from dnn.lstm import ParallelBiLSTM
from dnn.settings import DNNSettings


class WordInput(nn.Module):
    """A word's generic vector, projected, beside the sum of its character n-grams."""

    def __init__(self, settings: DNNSettings, width: int, grams: int) -> None:
        super().__init__()
        self.settings = settings
        self.project = nn.Linear(width, settings.projection) if settings.projection else None
        if settings.characters:
            self.ngrams = nn.EmbeddingBag(grams + 1, settings.characters, mode="sum", padding_idx=0)
            nn.init.normal_(self.ngrams.weight[1:], std=0.3 / settings.characters**0.5)
        self.width = (settings.projection or width) + settings.characters

    def forward(self, vectors: Tensor, ngrams: Tensor) -> Tensor:
        """(batch, words, 300) and (batch, words, grams) -> (batch, words, width)."""
        batch, words, _ = vectors.shape
        if self.training:
            vectors = self._hide(vectors, self.settings.word_dropout)
            vectors = _locked_dropout(vectors, self.settings.input_dropout)
        parts = [self.project(vectors) if self.project is not None else vectors]
        if self.settings.characters:
            summed = self.ngrams(ngrams.view(batch * words, -1)).view(batch, words, -1)
            if self.training:
                summed = _locked_dropout(summed, self.settings.input_dropout)
            parts.append(summed)
        return torch.cat(parts, dim=2)

    @staticmethod
    def _hide(vectors: Tensor, share: float) -> Tensor:
        keep = torch.rand(vectors.shape[:2]) >= share
        return vectors * keep.unsqueeze(2)


class Network(nn.Module):
    """Word input -> shared bi-LSTM -> intent bi-LSTM and tag bi-LSTM -> their heads."""

    def __init__(
        self, settings: DNNSettings, width: int, grams: int,
        intents: Sequence[str], tags: Sequence[str],
    ) -> None:  # fmt: skip
        super().__init__()
        self.settings = settings
        self.words = WordInput(settings, width, grams)
        self.shared = ParallelBiLSTM(self.words.width, settings.shared)
        self.tasks = ParallelBiLSTM(2 * settings.shared, settings.task, layers=2)
        pooled = 4 * settings.task + (2 * self.words.width if settings.pooled_words else 0)
        self.intent_hidden = nn.Linear(pooled, settings.hidden) if settings.hidden else None
        self.intent_out = nn.Linear(settings.hidden or pooled, len(intents))
        self.tag_out = nn.Linear(2 * settings.task, len(tags))
        self.crf = CRF(tags)
        if not settings.crf:
            self.crf.requires_grad_(False)  # transitions stay 0: they only forbid

    def forward(self, vectors: Tensor, ngrams: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """-> intent logits (batch, intents) and emissions (batch, words, tags)."""
        rate = self.settings.dropout
        words = self.words(vectors, ngrams)
        inside = torch.arange(words.shape[1]) < lengths.unsqueeze(1)
        shared = F.dropout(self.shared(words, inside), rate, self.training)
        for_intent, for_tags = self.tasks(shared, inside).chunk(2, dim=2)
        inside = inside.unsqueeze(2)
        pooled = [_pool(for_intent, inside)]
        if self.settings.pooled_words:
            pooled.append(_pool(words, inside))
        features = F.dropout(torch.cat(pooled, dim=1), rate, self.training)
        if self.intent_hidden is not None:
            features = F.dropout(F.gelu(self.intent_hidden(features)), rate, self.training)
        return self.intent_out(features), self.tag_out(F.dropout(for_tags, rate, self.training))

    def loss(self, sentences: Sentences, vectors: Tensor, ngrams: Tensor,
             intents: Tensor, tags: Tensor) -> Tensor:  # fmt: skip
        """Mean over the batch of intent cross-entropy + negative log-likelihood of the tags."""
        logits, emissions = self(vectors, ngrams, sentences.lengths)
        smoothing = self.settings.label_smoothing
        total = F.cross_entropy(logits, intents, label_smoothing=smoothing)
        if emissions.shape[2] == 1:  # only O: a skill without slots
            return total
        if self.settings.crf:
            log_z = self.crf.log_partition(emissions, sentences.lengths)
            return total + (log_z - self.crf.score(emissions, tags, sentences.lengths)).mean()
        inside = torch.arange(tags.shape[1]) < sentences.lengths.unsqueeze(1)
        tag_loss = F.cross_entropy(emissions[inside], tags[inside], reduction="sum")
        return total + tag_loss / len(intents)


def _pool(states: Tensor, inside: Tensor) -> Tensor:
    """Mean and maximum over the words of each sentence: (batch, words, n) -> (batch, 2n)."""
    mean = (states * inside).sum(1) / inside.sum(1)
    return torch.cat([mean, states.masked_fill(~inside, -1e4).amax(1)], dim=1)


def _locked_dropout(inputs: Tensor, rate: float) -> Tensor:
    """One mask a sentence, the same at every word (Gal and Ghahramani 2016)."""
    keep = (torch.rand(inputs.shape[0], 1, inputs.shape[2]) >= rate) / (1 - rate)
    return inputs * keep
