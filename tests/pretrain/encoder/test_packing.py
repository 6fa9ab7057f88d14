"""Packed layers compute what the plain ones do, and a model without them is read all the same."""

from pathlib import Path
from typing import Any

import pytest
import torch
from encoder_toys import make_encoder
from torch import nn

from pretrain.encoder import packing
from pretrain.encoder.packing import PackedLinear, packed
from pretrain.encoder.reading import open_encoder


def model() -> nn.Module:
    torch.manual_seed(0)
    inner = nn.Sequential(nn.Linear(8, 5), nn.GELU(), nn.Linear(5, 3, bias=False))
    return nn.Sequential(nn.LayerNorm(8), inner).requires_grad_(False)


@pytest.mark.parametrize("shape", [(8,), (2, 8), (4, 7, 8), (1, 1, 8)])
def test_it_reads_as_the_plain_model_does(shape: tuple[int, ...]) -> None:
    plain, asked = model(), torch.randn(shape)
    torch.testing.assert_close(packed(plain)(asked), plain(asked))


def test_the_plain_model_stays_and_shares_its_other_weights() -> None:
    plain = model()
    fast = packed(plain)
    assert not any(isinstance(part, PackedLinear) for part in plain.modules())
    assert isinstance(plain[0], nn.LayerNorm) and isinstance(fast, nn.Sequential)
    assert fast[0].weight is plain[0].weight


@pytest.mark.parametrize("fault", [NotImplementedError("no kernel"), None], ids=["none", "wrong"])
def test_without_the_kernels_layers_stay_plain(
    fault: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other(PackedLinear):
        def forward(self, inputs: Any) -> Any:
            if fault is not None:
                raise fault
            return super().forward(inputs) + 1

    monkeypatch.setattr(packing, "PackedLinear", Other)
    plain, asked = model(), torch.randn(2, 8)
    fast = packed(plain)
    assert not any(isinstance(part, PackedLinear) for part in fast.modules())
    assert torch.equal(fast(asked), plain(asked))


def test_an_encoder_keeps_the_weights_that_tuning_asks_for(tmp_path: Path) -> None:
    encoder = open_encoder(make_encoder(tmp_path / "e"))
    encoder.read([("play", "jazz")])
    assert "encoder.layer.0.output.dense.weight" in encoder.model.state_dict()
