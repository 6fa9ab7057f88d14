"""The stacked multitask bi-LSTM: word input and shared layer, a layer for each task, two heads."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dnn.layers.crf import CRF
from dnn.layers.lstm import ParallelBiLSTM
from dnn.settings import DNNSettings


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences as the network reads them, time first.

    `vectors` and `ngrams` hold a row for each distinct word; `words` says which row stands where.
    """

    words: Tensor  # (words, batch), rows of `vectors`
    inside: Tensor  # (words, batch), 1 at words, 0 at padding
    vectors: Tensor  # (distinct, 300)
    ngrams: Tensor  # (distinct, grams), 0 pads
    marks: Tensor  # (words, batch, marks) of the lexicon, 0 pads
    wide: tuple[Tensor, Tensor] | None = None  # ids and weights (batch, grams), 0 pads
    wide_tags: Tensor | None = None  # ids (words, batch, features), 0 pads
    context: Tensor | None = None  # (words, batch, width) states of an encoder
    sentence: Tensor | None = None  # (batch, width) vectors of sentences


@dataclass(frozen=True, slots=True)
class Answers:
    """What a batch's sentences mean."""

    intents: Tensor  # (batch,)
    tags: Tensor  # (words, batch), 0 = O also at the padding


@dataclass(frozen=True, slots=True)
class Widths:
    """Numbers that the network reads of a word and of a sentence; 0 where it does not."""

    vector: int  # of a word by itself
    context: int = 0  # of a word in its sentence
    sentence: int = 0


class WordInput(nn.Module):
    """A word's vector, projected, beside the sum of its character n-grams and its states.

    A word without its vector in training lacks its states too: they tell the same, and what is
    learned then is to read its letters and its neighbours. A table that learns has one row for all
    words that it lacks; it learns from these.
    """

    def __init__(self, settings: DNNSettings, widths: Widths, grams: int) -> None:
        super().__init__()
        self.settings = settings
        width, context = widths.vector, widths.context
        projected = bool(settings.projection and width)
        self.project = nn.Linear(width, settings.projection) if projected else None
        if settings.characters:
            self.ngrams = nn.EmbeddingBag(grams + 1, settings.characters, mode="sum", padding_idx=0)
            nn.init.normal_(self.ngrams.weight[1:], std=0.3 / settings.characters**0.5)
        self.unknown = nn.Parameter(torch.zeros(width)) if settings.vectors == "table" else None
        to = settings.context_projection or settings.projection
        self.states = nn.Linear(context, to) if context and to else None
        self.together = bool(context and projected and not settings.context_projection)
        """Whether states and vector are projected as one: what they come to is added up."""
        own = settings.projection if projected else width
        beside = (to or context) if context and not self.together else 0
        self.width = own + settings.characters + beside

    def forward(self, batch: Batch) -> Tensor:
        """-> (words, batch, width); of a word by itself each distinct one is computed once."""
        vectors, context = batch.vectors, batch.context
        keep = None
        if self.training and self.settings.word_dropout:
            keep = torch.rand(len(vectors), 1) >= self.settings.word_dropout
        if self.unknown is not None:
            known = vectors.any(1, keepdim=True)
            vectors = torch.where(known if keep is None else known & keep, vectors, self.unknown)
        elif keep is not None:
            vectors = vectors * keep
        if context is not None:
            if keep is not None:
                context = context * F.embedding(batch.words, keep.to(context.dtype))
            context = self.states(context) if self.states is not None else context
        parts = [self.project(vectors) if self.project is not None else vectors]
        if self.settings.characters:
            grams = self.ngrams(batch.ngrams)
            if self.training and self.settings.character_dropout:
                # n-grams spell the very word: a word known by its vector alone is what is new later
                grams = grams * (torch.rand(len(grams), 1) >= self.settings.character_dropout)
            parts.append(grams)
        words = F.embedding(batch.words, torch.cat(parts, dim=1))
        if context is not None and self.together:
            own = context.shape[2]
            words = torch.cat([words[..., :own] + context, words[..., own:]], dim=2)
        elif context is not None:
            words = torch.cat([words, context], dim=2)
        return locked_dropout(words, self.settings.input_dropout, self.training)


class Trunk(nn.Module):
    """Everything below the output layers: what a mature skill can hand on to a new one."""

    def __init__(self, settings: DNNSettings, widths: Widths, grams: int) -> None:
        super().__init__()
        self.settings = settings
        self.words = WordInput(settings, widths, grams)
        self.shared = ParallelBiLSTM(self.words.width, settings.shared)
        self.tasks = ParallelBiLSTM(2 * settings.shared + settings.gazetteers, settings.task, 2)
        pooled = 4 * settings.task + (2 * self.words.width if settings.pooled_words else 0)
        pooled += widths.sentence
        self.intent_hidden = nn.Linear(pooled, settings.hidden) if settings.hidden else None
        self.features = settings.hidden or pooled
        """Width of what the intent layer reads."""

    def forward(self, batch: Batch, known: Tensor | None) -> tuple[Tensor, Tensor]:
        """-> intent features (batch, features) and tag features (words, batch, 2 * task).

        `known` (words, batch, gazetteers) is what the skill's lexicon says of each word.
        """
        rate, training = self.settings.dropout, self.training
        words = self.words(batch)
        shared = locked_dropout(self.shared(words, batch.inside), rate, training)
        if known is not None:
            shared = torch.cat([shared, known], dim=2)
        for_intent, for_tags = self.tasks(shared, batch.inside).chunk(2, dim=2)
        pooled = [_pool(for_intent, batch.inside)]
        if self.settings.pooled_words:
            pooled.append(_pool(words, batch.inside))
        features = dropout(torch.cat(pooled, dim=1), rate, training)
        if batch.sentence is not None:
            sentence = dropout(batch.sentence, self.settings.sentence_dropout, training)
            features = torch.cat([features, sentence], dim=1)
        if self.intent_hidden is not None:
            features = dropout(F.gelu(self.intent_hidden(features)), rate, training)
        return features, locked_dropout(for_tags, rate, training)


class Heads(nn.Module):
    """A skill's own layers: what its lexicon says, its intents, its tags."""

    def __init__(
        self, trunk: Trunk, marks: int, wide: int, intents: Sequence[str], tags: Sequence[str],
        wide_tags: int = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.settings = settings = trunk.settings
        if settings.gazetteers:
            self.marks = nn.EmbeddingBag(marks + 1, settings.gazetteers, mode="sum", padding_idx=0)
            nn.init.normal_(self.marks.weight[1:], std=1 / settings.gazetteers**0.5)
        self.intent_out = nn.Linear(trunk.features, len(intents))
        self.tag_out = nn.Linear(2 * settings.task, len(tags))
        self.wide = nn.EmbeddingBag(wide + 1, len(intents), mode="sum", padding_idx=0)
        nn.init.zeros_(self.wide.weight)
        self.wide_tags = nn.EmbeddingBag(wide_tags + 1, len(tags), mode="sum", padding_idx=0)
        nn.init.zeros_(self.wide_tags.weight)
        self.crf = CRF(tags)
        if not settings.crf:
            self.crf.requires_grad_(False)  # transitions stay 0: they only forbid

    def known(self, marks: Tensor) -> Tensor | None:
        """What the lexicon says: (words, batch, marks) ids -> (words, batch, gazetteers).

        Marks are dropped at random in training, whole sentences at a time too, so that the model
        does not lean on closed lists.
        """
        if not self.settings.gazetteers:
            return None
        if self.training:
            rate = self.settings.gazetteer_dropout
            keep = torch.rand(1, marks.shape[1], 1) >= rate / 2
            marks = marks * (keep & (torch.rand(marks.shape) >= rate / 2))
        length, batch, _ = marks.shape
        flat: Tensor = self.marks(marks.view(length * batch, -1))
        return flat.view(length, batch, -1)

    def intents(self, features: Tensor, batch: Batch) -> Tensor:
        """Intent logits (batch, intents) of deep features (batch, features) and wide ones."""
        logits: Tensor = self.intent_out(features)
        if batch.wide is None:
            return logits
        ids, weights = batch.wide
        weights = self._thinned(weights, len(weights), 1) * self.settings.wide
        beside: Tensor = self.wide(ids, per_sample_weights=weights)
        return logits + beside

    def emissions(self, states: Tensor, batch: Batch) -> Tensor:
        """Tag scores (words, batch, tags) of deep states (words, batch, 2 * task) and wide ones."""
        scores: Tensor = self.tag_out(states)
        if batch.wide_tags is None:
            return scores
        ids = batch.wide_tags
        weights = self._thinned((ids > 0).to(scores.dtype), 1, ids.shape[1], 1)
        weights = weights * self.settings.wide_tags
        beside: Tensor = self.wide_tags(ids.flatten(0, 1), per_sample_weights=weights.flatten(0, 1))
        return scores + beside.view(*ids.shape[:2], -1)

    def _thinned(self, weights: Tensor, *sentences: int) -> Tensor:
        """Weights of wide features less those dropped: single ones, and all of a sentence.

        What they explain alone gives the deep features nothing to learn. `sentences` is the shape
        of one draw a sentence that `weights` broadcast with.
        """
        weights = dropout(weights, self.settings.dropout, self.training)
        if self.training and self.settings.wide_dropout:
            weights = weights * (torch.rand(sentences) >= self.settings.wide_dropout)
        return weights

    def loss(self, features: Tensor, states: Tensor, batch: Batch, answers: Answers) -> Tensor:
        """Mean over the batch of intent cross-entropy + negative log-likelihood of the tags."""
        smoothing = self.settings.label_smoothing
        logits, inside = self.intents(features, batch), batch.inside
        total = F.cross_entropy(logits, answers.intents, label_smoothing=smoothing)
        if self.tag_out.out_features == 1:  # only O: a skill without slots
            return total
        emissions = self.emissions(states, batch)
        if self.settings.crf:
            log_z = self.crf.log_partition(emissions, inside)
            return total + (log_z - self.crf.score(emissions, answers.tags, inside)).mean()
        real = inside.bool()
        tag_loss = F.cross_entropy(emissions[real], answers.tags[real], reduction="sum")
        return total + tag_loss / len(answers.intents)


class Network(nn.Module):
    """A trunk under a skill's heads."""

    def __init__(self, trunk: Trunk, heads: Heads) -> None:
        super().__init__()
        self.trunk, self.heads = trunk, heads

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """-> intent logits (batch, intents) and emissions (words, batch, tags)."""
        features, states = self.trunk(batch, self.heads.known(batch.marks))
        return self.heads.intents(features, batch), self.heads.emissions(states, batch)

    def loss(self, batch: Batch, answers: Answers) -> Tensor:
        """The mean loss of a batch, a scalar."""
        features, states = self.trunk(batch, self.heads.known(batch.marks))
        return self.heads.loss(features, states, batch, answers)


def dropout(inputs: Tensor, rate: float, training: bool) -> Tensor:
    """Plain dropout; `torch.rand` is four times as fast on a CPU as what `F.dropout` draws by."""
    if not training or not rate:
        return inputs
    return inputs * ((torch.rand(inputs.shape) >= rate) * (1 / (1 - rate)))


def locked_dropout(inputs: Tensor, rate: float, training: bool) -> Tensor:
    """One mask a sentence of (words, batch, n), at every word the same (Gal, Ghahramani 2016)."""
    if not training or not rate:
        return inputs
    return inputs * ((torch.rand(1, *inputs.shape[1:]) >= rate) * (1 / (1 - rate)))


def _pool(states: Tensor, inside: Tensor) -> Tensor:
    """Mean and maximum over the words of each sentence: (words, batch, n) -> (batch, 2n)."""
    real = inside.unsqueeze(2)
    mean = (states * real).sum(0) / real.sum(0)
    return torch.cat([mean, (states - (1 - real) * 1e4).max(0).values], dim=1)
