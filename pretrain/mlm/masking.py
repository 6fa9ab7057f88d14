"""What is masked and what it competes with: plain numpy, ahead of the step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pretrain.mlm.settings import PretrainSettings
from pretrain.text.vocabulary import MASK, SPECIAL

_MASK_ID = SPECIAL.index(MASK)


@dataclass(frozen=True, slots=True)
class Batch:
    """Masked rows and their answers."""

    read: NDArray[np.int64]  # (n,), sorted: each word that is read, once
    ids: NDArray[np.int64]  # (rows, row), masks in place, as indices of `read`
    positions: NDArray[np.int64]  # (masked,), flat
    targets: NDArray[np.int64]  # (masked,)
    candidates: NDArray[np.int64] | None  # (n,), sorted; None = the whole vocabulary
    log_expected: NDArray[np.float32] | None  # (n,)


class Masker:
    """Draws masks and candidates for a corpus with the given word counts."""

    def __init__(self, counts: NDArray[np.int64], settings: PretrainSettings) -> None:
        self.settings = settings
        self.words = len(counts)
        share = counts / counts.sum()
        chance = np.ones(self.words)
        if settings.subsample:  # Mikolov et al. 2013, applied to what is predicted, not to context
            chance = np.minimum(1.0, np.sqrt(settings.subsample / np.maximum(share, 1e-12)))
        chance[: len(SPECIAL)] = 0.0
        average = float((chance * share).sum())
        # every word keeps its relative chance; the mean over running words is `mask`. What a
        # transformer predicts it cannot read, so that something must be left
        most = 0.8 if settings.encoder == "transformer" else 1.0
        self.chance = np.minimum(most, chance * settings.mask / max(average, 1e-12))
        targets = self.chance * counts
        self.target_share = targets / max(float(targets.sum()), 1e-12)
        proposal = counts**0.75
        proposal[: len(SPECIAL)] = 0.0
        self.proposal = proposal / proposal.sum()
        self.cumulative = np.cumsum(self.proposal)

    def __call__(self, rows: NDArray[np.int32], random: np.random.Generator) -> Batch:
        """Mask some of rows (rows, row) of word ids."""
        flat = rows.astype(np.int64).ravel()
        positions = np.flatnonzero(random.random(flat.shape, dtype=np.float32) < self.chance[flat])
        if not len(positions):  # a row of nothing but frequent words: predict one of them
            ordinary = np.flatnonzero(flat >= len(SPECIAL))
            positions = random.choice(ordinary if len(ordinary) else np.arange(len(flat)), 1)
        targets = flat[positions]
        if self.settings.encoder == "transformer":  # the other encoder hides a word from itself
            flat[positions] = self._shown(targets, random)
        read, ids = np.unique(flat, return_inverse=True)
        candidates, log_expected = self._candidates(targets, random)
        return Batch(read, ids.reshape(rows.shape), positions, targets, candidates, log_expected)

    def _shown(self, targets: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
        """What stands in the place of a word that is to be predicted."""
        kind = random.random(len(targets))
        shown = np.full(len(targets), _MASK_ID)
        kept = kind < self.settings.keep
        shown[kept] = targets[kept]
        replaced = ~kept & (kind < self.settings.keep + self.settings.replace)
        shown[replaced] = random.integers(len(SPECIAL), self.words, int(replaced.sum()))
        return shown

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
