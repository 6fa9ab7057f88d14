"""The masked language model: transformers' encoder below, an answer table above."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import ElectraConfig, ElectraModel

from pretrain.transformer.pieces import PAD, SPECIAL
from pretrain.transformer.settings import EncoderSettings

HIGH = 512
"""Positions the encoder knows: longer than any line of the corpus, which is cut."""


def config(settings: EncoderSettings, pieces: int) -> ElectraConfig:
    """The architecture by transformers' own name: BERT's layers over narrower piece vectors.

    Electra's model class is BERT's with a projection between table and layers (Clark et al. 2020);
    its discriminator is not used here.
    """
    return ElectraConfig(
        vocab_size=pieces, embedding_size=settings.table, hidden_size=settings.width,
        num_hidden_layers=settings.layers, num_attention_heads=settings.heads,
        intermediate_size=settings.feed_forward, hidden_dropout_prob=settings.dropout,
        attention_probs_dropout_prob=0.0, max_position_embeddings=settings.longest,
        type_vocab_size=1, pad_token_id=SPECIAL.index(PAD),
    )  # fmt: skip


class MaskedLanguageModel(nn.Module):
    """Piece table -> transformer -> answer table, for masked pieces and for pieces of the lines
    beside, which the mean state of a line predicts (the bag of words of FastSent; Hill et al. 2016)
    """

    def __init__(self, settings: EncoderSettings, pieces: int) -> None:
        super().__init__()
        self.settings = settings
        self.encoder = ElectraModel(config(settings, pieces))
        # over short lines the backward pass of the fused attention takes several times as long
        self.encoder.set_attn_implementation("eager")
        own = self.encoder.embeddings.word_embeddings
        own.requires_grad_(False)  # of the table below it is a copy, made when it is exported
        self.table = nn.Embedding(pieces, settings.table, sparse=True)
        self.answers = nn.Embedding(pieces, settings.table, sparse=True)
        self.bias = nn.Embedding(pieces, 1, sparse=True)
        for table in (self.table, self.answers):
            nn.init.normal_(table.weight, std=settings.table**-0.5)
        nn.init.zeros_(self.bias.weight)
        self.word_head = _Head(settings)
        self.line_head = _Head(settings)
        if not settings.table_rate:
            for table in (self.table, self.answers, self.bias):
                table.requires_grad_(False)

    @property
    def tables(self) -> list[Tensor]:
        """What has a row a piece, and sparse gradients; none where they are frozen."""
        found = (self.table.weight, self.answers.weight, self.bias.weight)
        return [table for table in found if table.requires_grad]

    def start_from(self, table: NDArray[np.float32]) -> None:
        """Copy (pieces, width) into both tables, scaled to mean norm 1; zero rows stay as drawn."""
        given = torch.from_numpy(table)
        norms = given.norm(dim=1)
        known = norms > 0
        with torch.no_grad():
            for own in (self.table, self.answers):
                own.weight[known] = given[known] / norms[known].mean()

    def exported(self) -> ElectraModel:
        """The encoder with its table, in float32."""
        with torch.no_grad():
            self.encoder.embeddings.word_embeddings.weight.copy_(self.table.weight)
        return self.encoder

    def states(self, read: Tensor, ids: Tensor) -> Tensor:
        """States (lines, length, width) of ids that index `read` (n,), the pieces in the batch.

        A piece is looked up in the table once, so that its gradient is one row.
        """
        words = F.embedding(ids, self.table(read))
        states: Tensor = self.encoder(inputs_embeds=words).last_hidden_state
        return states

    def forward(
        self, read: Tensor, ids: Tensor, positions: Tensor, targets: Tensor, near_lines: Tensor,
        near_targets: Tensor, candidates: Tensor, log_expected: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
        """-> loss to descend, cross-entropy at the masks, share of masks answered right.

        A sampled softmax (Jean et al. 2015): logits of the candidates alone, less the log of their
        expected counts; targets are places among the candidates.
        """
        states = self.states(read, ids)
        answers, offset = self.answers(candidates), self.bias(candidates)[:, 0] - log_expected
        masked = self.word_head(states.reshape(-1, states.shape[-1])[positions])
        logits = F.linear(masked, answers).float() + offset
        masks = F.cross_entropy(logits, targets)
        right = (logits.detach().argmax(dim=1) == targets).float().mean()
        if not self.settings.neighbours or not len(near_lines):
            return masks, masks.detach(), right
        lines = self.line_head(states.mean(dim=1))
        scores = F.linear(lines, answers).float() + offset
        chosen = scores[near_lines, near_targets]
        near = (scores.logsumexp(dim=1)[near_lines] - chosen).mean()
        return masks + self.settings.neighbours * near, masks.detach(), right


class _Head(nn.Module):
    """States -> answers' width (BERT's transform): linear, GELU, normalisation."""

    def __init__(self, settings: EncoderSettings) -> None:
        super().__init__()
        self.transform = nn.Linear(settings.width, settings.table)
        self.norm = nn.LayerNorm(settings.table)

    def forward(self, states: Tensor) -> Tensor:
        normed: Tensor = self.norm(F.gelu(self.transform(states)))
        return normed
