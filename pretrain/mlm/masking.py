"""What is predicted and what it competes with: plain numpy, ahead of the step.

Nothing is replaced by a mask: the log-bilinear encoder hides each word from itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pretrain.mlm.settings import PretrainSettings
from pretrain.text.vocabulary import SPECIAL


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows and what is predicted in them."""

    read: NDArray[np.int64]  # (n,), sorted: each word that is read, once
    ids: NDArray[np.int64]  # (rows, row), as indices of `read`
    positions: NDArray[np.int64]  # (predicted,), flat
    targets: NDArray[np.int64]  # (predicted,)
    candidates: NDArray[np.int64] | None  # (n,), sorted; None = the whole vocabulary
    log_expected: NDArray[np.float32] | None  # (n,)


class Masker:
    """Draws predicted words and candidates for a corpus with the given word counts."""

    def __init__(self, counts: NDArray[np.int64], settings: PretrainSettings) -> None:
        self.settings = settings
        self.words = len(counts)
        share = counts / counts.sum()
        chance = np.ones(self.words)
        if settings.subsample:  # Mikolov et al. 2013, applied to what is predicted, not to context
            chance = np.minimum(1.0, np.sqrt(settings.subsample / np.maximum(share, 1e-12)))
        chance[: len(SPECIAL)] = 0.0
        average = float((chance * share).sum())
        # every word keeps its relative chance; the mean over running words is `mask`
        self.chance = np.minimum(1.0, chance * settings.mask / max(average, 1e-12))
        targets = self.chance * counts
        self.target_share = targets / max(float(targets.sum()), 1e-12)
        proposal = counts**0.75
        proposal[: len(SPECIAL)] = 0.0
        self.proposal = proposal / proposal.sum()
        self.cumulative = np.cumsum(self.proposal)

    def __call__(self, rows: NDArray[np.int32], random: np.random.Generator) -> Batch:
        """Choose some places of rows (rows, row) of word ids."""
        flat = rows.astype(np.int64).ravel()
        positions = np.flatnonzero(random.random(flat.shape, dtype=np.float32) < self.chance[flat])
        if not len(positions):  # a row of nothing but frequent words: predict one of them
            ordinary = np.flatnonzero(flat >= len(SPECIAL))
            positions = random.choice(ordinary if len(ordinary) else np.arange(len(flat)), 1)
        targets = flat[positions]
        read, ids = np.unique(flat, return_inverse=True)
        candidates, log_expected = self._candidates(targets, random)
        return Batch(read, ids.reshape(rows.shape), positions, targets, candidates, log_expected)

    def _candidates(
        self, targets: NDArray[np.int64], random: np.random.Generator
    ) -> tuple[NDArray[np.int64] | None, NDArray[np.float32] | None]:
        count = self.settings.negatives
        if not count or count >= self.words:
            return None, None
        drawn = np.searchsorted(self.cumulative, random.random(count) * self.cumulative[-1])
        candidates = np.unique(np.concatenate([targets, np.minimum(drawn, self.words - 1)]))
        # chance to stand in the set, as a negative or as another position's target
        seen = count * self.proposal[candidates] + len(targets) * self.target_share[candidates]
        log_expected = np.log(-np.expm1(-seen) + 1e-12)
        return candidates, log_expected.astype(np.float32)
