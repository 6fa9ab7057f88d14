"""A linear-chain CRF over a batch of padded sentences, vectorised over the batch.

Lafferty, McCallum and Pereira (2001). Tags that may not follow one another (I-x after O) have no
weight in the partition function nor in decoding, so that no answer is ill-formed. Time comes
first in every tensor, and `inside` (words, batch) is 1 at a sentence's words, 0 behind its end.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from data_cards.bio import may_follow

FORBIDDEN = -1e4
"""Log-weight of a forbidden step: exp() of it is 0 in float32, and sums of it stay finite."""


class _LogPartition(torch.autograd.Function):
    """log Z by the scaled forward recursion; its gradient is the marginals, by the backward one.

    Rabiner (1989), section V.A: each step is a matrix product and a normalisation. Shapes:
    emissions (T, B, K), transitions (K, K), start and end (K,), inside (T, B); result (B,).
    Double precision inside: a tag that may not stand here can outweigh the others by e^200.
    """

    @staticmethod
    def forward(
        ctx: Any, emissions: Tensor, transitions: Tensor, start: Tensor, end: Tensor, inside: Tensor
    ) -> Tensor:
        kind = emissions.dtype
        emissions, transitions, start, end, inside = (
            given.double() for given in (emissions, transitions, start, end, inside)
        )
        weights, closing = transitions.exp(), end.exp()
        top = emissions.amax(dim=2, keepdim=True)
        factors = (emissions - top).exp()  # (T, B, K)
        opening = start.amax()
        real = inside.unsqueeze(2).bool()
        chances: list[Tensor] = []
        scales: list[Tensor] = []
        for t, (factor, here) in enumerate(zip(factors.unbind(), real.unbind(), strict=True)):
            mass = factor * ((start - opening).exp() if t == 0 else chances[-1] @ weights)
            scale = mass.sum(dim=1, keepdim=True)
            chance = mass / scale
            chances.append(chance if t == 0 else torch.where(here, chance, chances[-1]))
            scales.append(scale)
        forward, scaled = torch.stack(chances), torch.stack(scales)  # (T, B, K), (T, B, 1)
        last = forward[-1] @ closing  # (B,)
        ctx.save_for_backward(weights, closing, factors, forward, scaled, last, real)
        steps = ((scaled.log() + top).squeeze(2) * inside).sum(0)
        return (steps + opening + last.log()).to(kind)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        weights, closing, factors, forward, scaled, last, real = ctx.saved_tensors
        kind, grad = grads[0].dtype, grads[0].double()
        beta = closing / last.unsqueeze(1)  # (B, K): what follows, over its share in the forward
        d_end = (grad.unsqueeze(1) * forward[-1] * beta).sum(0)
        reached = factors / scaled
        back = weights.t().contiguous()
        marginals, arrivals = [forward[-1] * beta * real[-1]], []
        for t in range(len(factors) - 1, 0, -1):
            arrival = reached[t] * beta
            beta = torch.where(real[t], arrival @ back, beta)
            arrivals.append(arrival * real[t])
            marginals.append(forward[t - 1] * beta * real[t - 1])
        by_word = torch.stack(marginals[::-1]) * grad.unsqueeze(1)  # (T, B, K)
        d_transitions = torch.zeros_like(weights)
        if arrivals:
            into = torch.stack(arrivals[::-1]) * grad.unsqueeze(1)
            tags = weights.shape[0]
            outer = forward[:-1].reshape(-1, tags).t() @ into.reshape(-1, tags)
            d_transitions = outer * weights
        found = (by_word, d_transitions, by_word[0].sum(0), d_end)
        return *(gradient.to(kind) for gradient in found), None


class CRF(nn.Module):
    """Transition scores of `tags`; emissions come from the network above which it stands."""

    allowed: Tensor
    allowed_start: Tensor

    def __init__(self, tags: Sequence[str]) -> None:
        super().__init__()
        self.transitions = nn.Parameter(torch.zeros(len(tags), len(tags)))  # (from, to)
        self.start = nn.Parameter(torch.zeros(len(tags)))
        self.end = nn.Parameter(torch.zeros(len(tags)))
        steps = [[may_follow(previous, tag) for tag in tags] for previous in tags]
        self.register_buffer("allowed", torch.tensor(steps), persistent=False)
        starts = [may_follow("", tag) for tag in tags]
        self.register_buffer("allowed_start", torch.tensor(starts), persistent=False)

    def _scores(self) -> tuple[Tensor, Tensor]:
        return (
            self.transitions.masked_fill(~self.allowed, FORBIDDEN),
            self.start.masked_fill(~self.allowed_start, FORBIDDEN),
        )

    def log_partition(self, emissions: Tensor, inside: Tensor) -> Tensor:
        """The log-sum over all tag sequences; emissions (words, batch, tags) -> (batch,)."""
        transitions, start = self._scores()
        total: Tensor = _LogPartition.apply(emissions, transitions, start, self.end, inside)  # type: ignore[no-untyped-call]
        return total

    def score(self, emissions: Tensor, tags: Tensor, inside: Tensor) -> Tensor:
        """The log-weight of the given tag ids (words, batch) -> (batch,)."""
        transitions, start = self._scores()
        emitted = (emissions.gather(2, tags.unsqueeze(2)).squeeze(2) * inside).sum(0)
        moved = (transitions[tags[:-1], tags[1:]] * inside[1:]).sum(0)
        ends = inside.sum(0).long() - 1
        last = tags.gather(0, ends.unsqueeze(0)).squeeze(0)
        return emitted + moved + start[tags[0]] + self.end[last]

    def decode(self, emissions: Tensor, inside: Tensor) -> tuple[list[list[int]], Tensor]:
        """Viterbi: the best tag ids of each sentence and their probability (batch,)."""
        transitions, start = self._scores()
        real = inside.unsqueeze(2).bool()
        alpha = start + emissions[0]
        stay = torch.arange(emissions.shape[2])
        pointers = []
        for t in range(1, len(emissions)):
            best, origin = (alpha.unsqueeze(2) + transitions).max(dim=1)
            alpha = torch.where(real[t], best + emissions[t], alpha)
            pointers.append(torch.where(real[t], origin, stay))
        score, last = (alpha + self.end).max(dim=1)
        path = [last]
        for origin in reversed(pointers):
            path.append(origin.gather(1, path[-1].unsqueeze(1)).squeeze(1))
        ids = torch.stack(path[::-1], dim=1).tolist()
        lengths = inside.sum(0).long().tolist()
        best_ids = [row[:n] for row, n in zip(ids, lengths, strict=True)]
        log_probability = score - self.log_partition(emissions, inside)
        return best_ids, log_probability.exp().clamp(max=1.0)
