"""The log-bilinear encoder against its formula, and what it cannot see."""

import pytest
import torch
from pretrain_toys import settings
from torch.nn import functional as F

from pretrain.mlm.log_bilinear import LogBilinear

ROWS, ROW, WIDTH = 3, 8, 16
EVERY = torch.arange(ROWS * ROW)


def encoder(reach: int = 3) -> LogBilinear:
    torch.manual_seed(1)
    made = LogBilinear(settings(reach=reach))
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter)
    return made


def words() -> torch.Tensor:
    return torch.randn(ROWS, ROW, WIDTH, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("reach", [1, 3, 7, 20])
def test_the_formula_word_by_word(reach: int) -> None:
    made, read = encoder(reach), words()
    middle, size = (made.weights.shape[1] - 1) // 2, WIDTH // made.heads
    assert middle == min(reach, ROW - 1)
    context = torch.zeros(ROWS, ROW, WIDTH)
    for at in range(ROW):
        for other in range(ROW):
            if other != at and abs(other - at) <= reach:
                weight = made.weights[:, other - at + middle].repeat_interleave(size)
                context[:, at] += weight * read[:, other]
    expected = F.layer_norm(made.transform(context), (WIDTH,)).reshape(-1, WIDTH)
    torch.testing.assert_close(made(read, EVERY), expected, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(made(read, EVERY[5:9]), expected[5:9], atol=1e-4, rtol=1e-4)


def test_no_word_sees_itself() -> None:
    made, read = encoder(), words()
    before = made(read, EVERY).view(ROWS, ROW, WIDTH)
    read[1, 4] = 99.0
    after = made(read, EVERY).view(ROWS, ROW, WIDTH)
    changed = (before != after).any(dim=2)
    wanted = torch.zeros(ROWS, ROW, dtype=torch.bool)
    wanted[1, [1, 2, 3, 5, 6, 7]] = True  # within three words, and not the word's own place
    assert torch.equal(changed, wanted)
