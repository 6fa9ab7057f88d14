"""The CRF held against brute force over all tag sequences."""

from itertools import pairwise, product

import pytest
import torch
from torch import Tensor

from data_cards.bio import may_follow, tag_names
from dnn.layers.crf import CRF

FREE = ["O", "B-a", "B-b"]
BOUND = tag_names(["a", "b"])  # O B-a I-a B-b I-b
LENGTHS = torch.tensor([4, 1, 3, 2])


def inside(lengths: Tensor) -> Tensor:
    """1 at the words of each sentence, (words, batch)."""
    return (torch.arange(int(lengths.max())).unsqueeze(1) < lengths).double()


INSIDE = inside(LENGTHS)


def drawn(tags: list[str], scale: float = 1.0) -> tuple[CRF, Tensor]:
    torch.manual_seed(len(tags))
    crf = CRF(tags).double()
    for parameter in crf.parameters():
        torch.nn.init.normal_(parameter)
    shape = (int(LENGTHS.max()), len(LENGTHS), len(tags))
    return crf, scale * torch.randn(shape, dtype=torch.float64)


def allowed(tags: list[str], path: tuple[int, ...]) -> bool:
    names = ["", *(tags[i] for i in path)]
    return all(may_follow(a, b) for a, b in pairwise(names))


def weight(crf: CRF, emissions: Tensor, path: tuple[int, ...]) -> Tensor:
    """The log-weight of one path over emissions (words, tags), term by term."""
    total = crf.start[path[0]] + crf.end[path[-1]]
    total = total + torch.stack([emissions[t, tag] for t, tag in enumerate(path)]).sum()
    for a, b in pairwise(path):
        total = total + crf.transitions[a, b]
    return total


def brute(crf: CRF, tags: list[str], emissions: Tensor) -> dict[tuple[int, ...], Tensor]:
    paths = product(range(len(tags)), repeat=len(emissions))
    return {path: weight(crf, emissions, path) for path in paths if allowed(tags, path)}


@pytest.mark.parametrize("tags", [FREE, BOUND, ["O"]], ids=["free", "forbidden", "one tag"])
def test_equals_brute_force(tags: list[str]) -> None:
    crf, emissions = drawn(tags)
    log_z = crf.log_partition(emissions, INSIDE)
    best, chance = crf.decode(emissions, INSIDE)
    for row, length in enumerate(LENGTHS.tolist()):
        found = brute(crf, tags, emissions[:length, row])
        expected = torch.logsumexp(torch.stack(list(found.values())), 0)
        torch.testing.assert_close(log_z[row], expected)
        top = max(found, key=lambda path: found[path].item())
        assert tuple(best[row]) == top
        torch.testing.assert_close(chance[row], (found[top] - expected).exp())
        for path, value in found.items():
            padded = torch.zeros(emissions.shape[:2], dtype=torch.long)
            padded[:length, row] = torch.tensor(path)
            torch.testing.assert_close(crf.score(emissions, padded, INSIDE)[row], value)


@pytest.mark.parametrize("tags", [FREE, BOUND], ids=["free", "forbidden"])
def test_probabilities_sum_to_one(tags: list[str]) -> None:
    crf, emissions = drawn(tags)
    log_z = crf.log_partition(emissions, INSIDE)
    total = torch.zeros(len(LENGTHS), dtype=torch.float64)
    for path in product(range(len(tags)), repeat=len(emissions)):
        within = [path[: int(n)] for n in LENGTHS]
        padding = [any(path[int(n) :]) for n in LENGTHS]
        scores = crf.score(emissions, torch.tensor([path] * len(LENGTHS)).t(), INSIDE)
        for row in range(len(LENGTHS)):
            if not padding[row] and allowed(tags, within[row]):
                total[row] += (scores[row] - log_z[row]).exp().detach()
    torch.testing.assert_close(total, torch.ones_like(total))


def test_gradient_of_the_partition_equals_brute_force() -> None:
    crf, emissions = drawn(BOUND)
    emissions.requires_grad_()
    given = [emissions, *crf.parameters()]
    ours = torch.autograd.grad(crf.log_partition(emissions, INSIDE).sum(), given)
    parts = [
        torch.logsumexp(torch.stack(list(brute(crf, BOUND, emissions[:n, r]).values())), 0)
        for r, n in enumerate(LENGTHS.tolist())
    ]
    theirs = torch.autograd.grad(torch.stack(parts).sum(), given)
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other)


def test_decoding_obeys_the_constraint() -> None:
    crf, _ = drawn(BOUND)
    torch.manual_seed(5)
    lengths = torch.randint(1, 9, (200,))
    emissions = 20 * torch.randn(8, 200, len(BOUND), dtype=torch.float64)
    emissions[:, :, [2, 4]] += 15  # the network loves I-, everywhere
    best, chance = crf.decode(emissions, inside(lengths))
    assert [len(path) for path in best] == lengths.tolist()
    assert all(allowed(BOUND, tuple(path)) for path in best)
    assert any(BOUND[tag].startswith("I-") for path in best for tag in path)
    assert ((chance >= 0) & (chance <= 1)).all()


def test_long_sentences_stay_finite() -> None:
    crf = CRF(BOUND)
    torch.manual_seed(0)
    emissions = (30 * torch.randn(512, 2, len(BOUND))).requires_grad_()
    lengths = torch.tensor([512, 511])
    loss = crf.log_partition(emissions, inside(lengths).float()).sum()
    (gradient,) = torch.autograd.grad(loss, emissions)
    assert torch.isfinite(loss)
    # marginals: they sum to one at each word inside and to zero beyond
    sums = torch.ones(512, 2)
    sums[511, 1] = 0
    torch.testing.assert_close(gradient.sum(2), sums, atol=1e-3, rtol=0)
