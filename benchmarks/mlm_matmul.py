"""How much of a training step is matrix products at the rate that the machine gives them.

One step is recorded, and its products are run again bare, forward and backward, at their own shapes
and strides: their time over the step's is the share of the machine's measured rate. Both are CPU
seconds: on a machine that others use too, wall time says whose turn it was (and gave 1.09).
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from pretrain.mlm.masking import Masker
from pretrain.mlm.model import MaskedWordModel
from pretrain.mlm.settings import PretrainSettings
from pretrain.mlm.training import Observer, tensors, train
from pretrain.text.corpus import Corpus

PRODUCTS = {
    torch.ops.aten.mm.default, torch.ops.aten.addmm.default, torch.ops.aten.bmm.default,
    torch.ops.aten.baddbmm.default,
}  # fmt: skip
WARM, TIMED = 3, 10


class _Recorder(TorchDispatchMode):
    """Keeps the products that run below it, to be run again."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in PRODUCTS:
            again = tuple(_like(a) if isinstance(a, Tensor) else a for a in args)
            self.found.append((func, again))
        return func(*args, **(kwargs or {}))


def _like(given: Tensor) -> Tensor:
    return torch.empty_strided(given.shape, given.stride(), dtype=given.dtype).normal_()


def measure(corpus: Corpus) -> dict[str, float | None]:
    """The share for the log-bilinear encoder."""
    share, rate = _share(corpus, PretrainSettings(ramp=0.0))
    return {"matmul_fraction": share, "matmul_gigaflops": rate}


def _share(corpus: Corpus, settings: PretrainSettings) -> tuple[float, float]:
    """The share, and the bare rate in billions of operations a second."""
    marks: list[float] = []
    train(
        corpus, settings, Accelerator(cpu=True), seed=0, steps=WARM + TIMED,
        observer=Observer(after_step=lambda *_: marks.append(time.process_time())),
    )  # fmt: skip
    step = (marks[-1] - marks[WARM - 1]) / TIMED
    rows = corpus.take(np.arange(settings.rows))
    batch = Masker(corpus.counts, settings)(rows, np.random.default_rng(0))
    model = MaskedWordModel(settings, len(corpus.counts))
    with _Recorder() as recorder:
        model(*tensors(batch, torch.device("cpu"))).backward()
    bare, operations = 0.0, 0
    with torch.inference_mode():
        for product, args in recorder.found:
            bare += _seconds(product, args)
            left, right = [a for a in args if isinstance(a, Tensor) and a.ndim > 1][-2:]
            operations += 2 * left.numel() * right.shape[-1]
    return bare / step, operations / bare / 1e9


def _seconds(product: Callable[..., Any], args: tuple[Any, ...]) -> float:
    product(*args)
    clock = time.process_time()
    for _ in range(TIMED):
        product(*args)
    return (time.process_time() - clock) / TIMED
