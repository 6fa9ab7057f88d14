"""What each step reads and predicts: plain numpy, a pure function of (seed, step)."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pretrain.transformer.lines import Lines
from pretrain.transformer.pieces import MASK, SPECIAL, continuing
from pretrain.transformer.settings import EncoderSettings

_MASK = SPECIAL.index(MASK)
_MOST = 0.6
"""No word is masked more often: what is predicted cannot be read, so something must be left."""
DRAWN = 8
"""Places looked at in the lines before and after; of them rare words are kept."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines of one length with masks in place, and the answers."""

    read: NDArray[np.int64]  # (n,), sorted: each piece that is read, once
    ids: NDArray[np.int64]  # (lines, length), as indices of `read`
    positions: NDArray[np.int64]  # (masked,), flat
    targets: NDArray[np.int64]  # (masked,), as indices of `candidates`
    near_lines: NDArray[np.int64]  # (near,), of which line
    near_targets: NDArray[np.int64]  # (near,), a piece of a line beside it, likewise
    candidates: NDArray[np.int64]  # (n,), sorted
    log_expected: NDArray[np.float32]  # (n,), 0 for a full softmax


@dataclass(frozen=True, slots=True)
class Plan:
    """Which lines each step reads, each pass in another order.

    Lines of one length make a batch, so that none is padded and no attention is masked; batches of
    a pass are shuffled.
    """

    lines: Lines
    settings: EncoderSettings
    seed: int
    _passes: dict[int, list[NDArray[np.int64]]] = field(default_factory=dict)
    _size: list[int] = field(default_factory=list)

    @property
    def steps_a_pass(self) -> int:
        """Batches of one pass over the corpus."""
        if not self._size:
            self._size.append(len(self._pass(0)))
        return self._size[0]

    def indices(self, step: int) -> NDArray[np.int64]:
        """The lines of step 1, 2, …"""
        number, at = divmod(step - 1, self.steps_a_pass)
        return self._pass(number)[at]

    def _pass(self, number: int) -> list[NDArray[np.int64]]:
        if number not in self._passes:
            self._passes.clear()
            self._passes[number] = self._batches(np.random.default_rng([self.seed, number]))
        return self._passes[number]

    def _batches(self, random: np.random.Generator) -> list[NDArray[np.int64]]:
        lengths = self.lines.lengths
        times = np.asarray(self.lines.weights)[self.lines.source]
        times = np.where(lengths >= self.settings.shortest, times, 0)
        read = random.permutation(np.repeat(np.arange(len(lengths)), times))
        read = read[np.argsort(lengths[read], kind="stable")]
        batches = []
        for of_length in np.split(read, np.flatnonzero(np.diff(lengths[read])) + 1):
            count = max(1, self.settings.batch // int(lengths[of_length[0]]))
            batches += np.split(of_length, np.arange(count, len(of_length), count))
        return [batches[i] for i in random.permutation(len(batches))]


class Masker:
    """Draws masks, words of neighbouring lines and candidates."""

    def __init__(self, lines: Lines, settings: EncoderSettings) -> None:
        self.lines, self.settings = lines, settings
        counts = lines.counts
        self.size = len(counts)
        self.continues = continuing(lines.tokenizer)
        chance = np.ones(self.size)
        if settings.subsample:  # Mikolov et al. 2013, applied to what is predicted, not to context
            share = counts / max(counts.sum(), 1)
            chance = np.minimum(1.0, np.sqrt(settings.subsample / np.maximum(share, 1e-12)))
        chance[: len(SPECIAL)] = 0.0
        begins = np.where(self.continues, 0, counts)
        average = float((chance * begins).sum()) / max(1, begins.sum())
        self.rarity = chance
        self.chance = np.minimum(_MOST, chance * settings.mask / max(average, 1e-12))
        aimed = self.chance * counts
        self.target_share = aimed / max(float(aimed.sum()), 1e-12)
        proposal = counts**0.75
        proposal[: len(SPECIAL)] = 0.0
        self.proposal = proposal / max(float(proposal.sum()), 1e-12)
        self.cumulative = np.cumsum(self.proposal)

    def __call__(self, lines: NDArray[np.int64], random: np.random.Generator) -> Batch:
        """Mask some words of lines that all have one length, all pieces of a word together."""
        ids = self.lines.take(lines, int(self.lines.lengths[lines[0]]))
        flat = ids.ravel().copy()
        positions = np.flatnonzero(self._masked(ids, random).ravel())
        answers = flat[positions]
        flat[positions] = self._shown(answers, random)
        near_lines, near = self._near(lines, random)
        candidates, log_expected = self._candidates(np.concatenate([answers, near]), random)
        read, places = np.unique(flat, return_inverse=True)
        return Batch(
            read, places.reshape(ids.shape), positions, np.searchsorted(candidates, answers),
            near_lines, np.searchsorted(candidates, near), candidates, log_expected,
        )  # fmt: skip

    def _masked(self, ids: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.bool_]:
        """Which places of (lines, length) are predicted: whole words, at least one in the batch."""
        begins = ~self.continues[ids]
        begins[:, 0] = True  # a line that was cut in a word
        drawn = begins & (random.random(ids.shape, dtype=np.float32) < self.chance[ids])
        if not drawn.any():
            places = np.argwhere(begins & (ids >= len(SPECIAL)))
            drawn[tuple(places[0] if len(places) else (0, 0))] = True
        word = np.cumsum(begins.ravel()) - 1
        masked: NDArray[np.bool_] = drawn[begins][word].reshape(ids.shape)
        return masked

    def _shown(self, answers: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
        """What stands in the place of a piece that is to be predicted (Devlin et al. 2019)."""
        kind = random.random(len(answers))
        shown = np.full(len(answers), _MASK)
        kept = kind < self.settings.keep
        shown[kept] = answers[kept]
        replaced = ~kept & (kind < self.settings.keep + self.settings.replace)
        shown[replaced] = random.integers(len(SPECIAL), self.size, int(replaced.sum()))
        return shown

    def _near(
        self, lines: NDArray[np.int64], random: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pieces of the line before and the line after, rare ones rather: (which line, piece)."""
        if not self.settings.neighbours:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        beside = lines[:, None] + np.where(np.arange(DRAWN) % 2, 1, -1)
        inside = (beside >= 0) & (beside < len(self.lines.source))
        beside = np.where(inside, beside, 0)
        same = self.lines.source[beside] == self.lines.source[lines][:, None]
        starts, lengths = self.lines.starts[beside], self.lines.lengths[beside]
        at = starts + (random.random(beside.shape) * lengths).astype(np.int64)
        pieces = self.lines.ids[np.minimum(at, len(self.lines.ids) - 1)].astype(np.int64)
        rare = random.random(pieces.shape) < self.rarity[pieces]
        kept = inside & same & (lengths > 0) & rare
        of_line = np.broadcast_to(np.arange(len(lines))[:, None], kept.shape)
        return of_line[kept], pieces[kept]

    def _candidates(
        self, answers: NDArray[np.int64], random: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        count = self.settings.negatives
        if not count or count >= self.size:
            return np.arange(self.size), np.zeros(self.size, np.float32)
        drawn = np.searchsorted(self.cumulative, random.random(count) * self.cumulative[-1])
        candidates = np.unique(np.concatenate([answers, np.minimum(drawn, self.size - 1)]))
        # chance to stand in the set, as a negative or as another position's target
        seen = count * self.proposal[candidates] + len(answers) * self.target_share[candidates]
        log_expected = np.log(-np.expm1(-seen) + 1e-12)
        return candidates, log_expected.astype(np.float32)
