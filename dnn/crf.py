"""A linear-chain CRF over a batch of padded sentences, vectorised over the batch.

Lafferty, McCallum and Pereira (2001). Tags that may not follow one another (I-x after O) have no
weight in the partition function nor in decoding, so that no answer is ill-formed.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from data_cards.bio import may_follow

FORBIDDEN = -1e4
"""Log-weight of a forbidden step: exp() of it is 0 in float32, and sums of it stay finite."""


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

    def log_partition(self, emissions: Tensor, lengths: Tensor) -> Tensor:
        """The log-sum over all tag sequences; emissions (batch, words, tags) -> (batch,).

        The forward recursion runs in the exponential domain, rescaled at each word: a matrix
        product in place of a (batch, tags, tags) log-sum-exp.
        """
        transitions, start = self._scores()
        weights = transitions.exp()  # (from, to)
        alpha = start + emissions[:, 0]  # (batch, tags)
        for t in range(1, emissions.shape[1]):
            top = alpha.detach().amax(dim=1, keepdim=True)
            reached = (alpha - top).exp() @ weights
            step = reached.clamp_min(1e-30).log() + top + emissions[:, t]
            alpha = torch.where((lengths > t).unsqueeze(1), step, alpha)
        return torch.logsumexp(alpha + self.end, dim=1)

    def score(self, emissions: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
        """The log-weight of the given tag ids (batch, words) -> (batch,)."""
        transitions, start = self._scores()
        inside = torch.arange(tags.shape[1]) < lengths.unsqueeze(1)
        emitted = emissions.gather(2, tags.unsqueeze(2)).squeeze(2) * inside
        moved = transitions[tags[:, :-1], tags[:, 1:]] * inside[:, 1:]
        last = tags.gather(1, (lengths - 1).unsqueeze(1)).squeeze(1)
        return emitted.sum(1) + moved.sum(1) + start[tags[:, 0]] + self.end[last]

    def decode(self, emissions: Tensor, lengths: Tensor) -> tuple[list[list[int]], Tensor]:
        """Viterbi: the best tag ids of each sentence and their probability (batch,)."""
        transitions, start = self._scores()
        alpha = start + emissions[:, 0]
        pointers = []
        for t in range(1, emissions.shape[1]):
            best, origin = (alpha.unsqueeze(2) + transitions).max(dim=1)
            going = (lengths > t).unsqueeze(1)
            alpha = torch.where(going, best + emissions[:, t], alpha)
            pointers.append(torch.where(going, origin, torch.arange(origin.shape[1])))
        score, last = (alpha + self.end).max(dim=1)
        path = [last]
        for origin in reversed(pointers):
            path.append(origin.gather(1, path[-1].unsqueeze(1)).squeeze(1))
        ids = torch.stack(path[::-1], dim=1).tolist()
        best_ids = [row[:n] for row, n in zip(ids, lengths.tolist(), strict=True)]
        log_probability = score - self.log_partition(emissions, lengths)
        return best_ids, log_probability.exp().clamp(max=1.0)
