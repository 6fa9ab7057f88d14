"""The log-bilinear encoder: each word is predicted from its weighted neighbours, itself hidden.

A word's context is the sum of the vectors around it, weighted by their distance and side (Mnih and
Kavukcuoglu 2013, "Learning word embeddings efficiently with noise-contrastive estimation"; Mikolov
et al. 2018 on position weights), mapped linearly and normalised. The weight of the word itself is
zero: to mask every word of a row, one at a time, is then one pass over the row, and every word
gives signal where a transformer learns from the masked quarter.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pretrain.mlm.settings import PretrainSettings


class LogBilinear(nn.Module):
    """Words (rows, row, width) -> states (positions, width) that do not depend on the word there.

    Each of `heads` slices of the vector has position weights of its own, up to `reach` words away.
    """

    distance: Tensor
    seen: Tensor

    def __init__(self, settings: PretrainSettings) -> None:
        super().__init__()
        reach = min(settings.reach, settings.row - 1)
        offsets = torch.arange(-reach, reach + 1).abs().float()
        near = torch.where(offsets > 0, 1 / offsets.clamp(min=1), 0.0)
        start = 1.5 * near / near.sum()
        self.heads = settings.heads
        self.weights = nn.Parameter(start.repeat(settings.heads, 1))  # (heads, 2 reach + 1)
        place = torch.arange(settings.row)
        offset = place[None] - place[:, None]
        self.register_buffer("distance", offset.clamp(-reach, reach) + reach, persistent=False)
        seen = (offset != 0) & (offset.abs() <= reach)
        self.register_buffer("seen", seen.float(), persistent=False)
        self.transform = nn.Linear(settings.width, settings.width)
        nn.init.eye_(self.transform.weight)
        nn.init.zeros_(self.transform.bias)

    def forward(self, words: Tensor, positions: Tensor) -> Tensor:
        """States at flat `positions` (masked,) of words (rows, row, width) -> (masked, width)."""
        rows, row, width = words.shape
        mixing = self.weights[:, self.distance] * self.seen  # (heads, row, row)
        slices = words.view(rows, row, self.heads, -1).permute(2, 1, 0, 3)
        slices = slices.reshape(self.heads, row, -1)  # (heads, row, rows x slice)
        mixed = torch.bmm(mixing, slices).view(self.heads, row, rows, -1)
        context = mixed.permute(2, 1, 0, 3).reshape(-1, width)[positions]
        mapped: Tensor = self.transform(context)
        return F.layer_norm(mapped, (width,))
