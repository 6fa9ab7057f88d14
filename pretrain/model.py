"""The masked language model: a word table below and above a light transformers encoder."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import BertConfig, BertModel

from pretrain.settings import PretrainSettings


class MaskedWordModel(nn.Module):
    """Word table -> encoder -> the same table; only masked positions reach the softmax.

    The product is the table (words, width), tied as input and output (Press and Wolf 2017), so
    every gradient of the objective (Devlin et al. 2019) ends in it.
    """

    def __init__(self, settings: PretrainSettings, words: int) -> None:
        super().__init__()
        self.settings = settings
        self.table = nn.Embedding(words, settings.width, sparse=True)
        nn.init.normal_(self.table.weight, std=settings.width**-0.5)
        self.bias = nn.Parameter(torch.zeros(words))
        config = BertConfig(
            vocab_size=1,  # its own word table is not used
            hidden_size=settings.width,
            num_hidden_layers=settings.layers,
            num_attention_heads=settings.heads,
            intermediate_size=settings.feed_forward,
            max_position_embeddings=settings.row,
            hidden_dropout_prob=settings.dropout,
            attention_probs_dropout_prob=0.0,  # keeps the fused attention kernel
        )
        self.encoder = BertModel(config, add_pooling_layer=False)
        # several processes wait for the gradient of every parameter; this one never has any
        self.encoder.embeddings.word_embeddings.requires_grad_(False)
        self.transform = nn.Linear(settings.width, settings.width)
        self.norm = nn.LayerNorm(settings.width)

    def start_from(self, table: NDArray[np.float32]) -> None:
        """Copy a table (words, width), scaled to mean norm 1; its zero rows stay as drawn."""
        given = torch.from_numpy(table)
        norms = given.norm(dim=1)
        known = norms > 0
        with torch.no_grad():
            self.table.weight[known] = given[known] / norms[known].mean()

    def encode(self, ids: Tensor, positions: Tensor) -> Tensor:
        """Contextual states at flat `positions` of ids (rows, row) -> (masked, width)."""
        scale = self.settings.width**0.5  # unit-norm words enter with unit-variance components
        states = self.encoder(inputs_embeds=self.table(ids) * scale).last_hidden_state
        masked = states.reshape(-1, states.shape[-1])[positions]
        normed: Tensor = self.norm(F.gelu(self.transform(masked)))
        return normed

    def forward(
        self, ids: Tensor, positions: Tensor, targets: Tensor,
        candidates: Tensor | None = None, log_expected: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """Mean cross-entropy at the masked positions, targets (masked,).

        With `candidates` (n,), word ids in which every target stands once, and the log of their
        expected counts, a sampled softmax (Jean et al. 2015): logits of the candidates alone,
        less the log-expectation of those that were drawn.
        """
        states = self.encode(ids, positions)
        if candidates is None:  # by look-up too: the table's optimizer takes sparse gradients only
            candidates = torch.arange(self.table.num_embeddings, device=states.device)
        table = self.table(candidates)
        logits = F.linear(states, table, self.bias[candidates])
        if log_expected is not None:
            logits = logits - log_expected
        place = torch.searchsorted(candidates, targets)  # candidates are sorted
        return F.cross_entropy(logits, place)
