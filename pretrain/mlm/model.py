"""The masked language model: a word table below the log-bilinear encoder and one above it."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from pretrain.mlm.log_bilinear import LogBilinear
from pretrain.mlm.settings import PretrainSettings


class MaskedWordModel(nn.Module):
    """Word table -> encoder -> answer table; only predicted positions reach the softmax.

    The product is the tables (words, width): the one that is read and the one that answers, which
    are the same where the settings tie them (Press and Wolf 2017).
    """

    def __init__(self, settings: PretrainSettings, words: int) -> None:
        super().__init__()
        self.settings = settings
        self.table = _table(words, settings.width)
        self.answers = self.table if settings.tied else _table(words, settings.width)
        self.bias = nn.Embedding(words, 1, sparse=True)
        nn.init.zeros_(self.bias.weight)
        self.encoder = LogBilinear(settings)

    @property
    def word_parameters(self) -> list[Tensor]:
        """What has a row a word, and sparse gradients."""
        tables = [self.table.weight, self.answers.weight, self.bias.weight]
        return list({id(table): table for table in tables}.values())

    def start_from(self, table: NDArray[np.float32]) -> None:
        """Copy (words, width) into the tables, scaled to mean norm 1; zero rows stay as drawn."""
        given = torch.from_numpy(table)
        norms = given.norm(dim=1)
        known = norms > 0
        with torch.no_grad():
            for own in (self.table, self.answers):
                own.weight[known] = given[known] / norms[known].mean()

    def encode(self, read: Tensor, ids: Tensor, positions: Tensor) -> Tensor:
        """States at flat `positions` -> (masked, width); ids (rows, row) index `read` (n,) words.

        A word is looked up in the table once, so that its gradient is one row.
        """
        states: Tensor = self.encoder(F.embedding(ids, self.table(read)), positions)
        return states

    def forward(
        self, read: Tensor, ids: Tensor, positions: Tensor, targets: Tensor,
        candidates: Tensor | None = None, log_expected: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """Mean cross-entropy at the predicted positions, targets (masked,).

        With `candidates` (n,), word ids in which every target stands once, and the log of their
        expected counts, a sampled softmax (Jean et al. 2015): logits of the candidates alone,
        less the log-expectation of those that were drawn.
        """
        states = self.encode(read, ids, positions)
        if candidates is None:  # by look-up too: the tables' optimizer takes sparse gradients only
            candidates = torch.arange(self.table.num_embeddings, device=states.device)
        offset = self.bias(candidates)[:, 0]
        if log_expected is not None:
            offset = offset - log_expected
        logits = F.linear(states, self.answers(candidates), offset)
        place = torch.searchsorted(candidates, targets)  # candidates are sorted
        return F.cross_entropy(logits, place)


def _table(words: int, width: int) -> nn.Embedding:
    table = nn.Embedding(words, width, sparse=True)
    nn.init.normal_(table.weight, std=width**-0.5)
    return table
