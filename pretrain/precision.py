"""Which precision this machine computes fast."""

import torch


def bfloat16_is_fast() -> bool:
    """Whether this processor multiplies bfloat16 matrices itself."""
    return bool(torch.cpu._is_avx512_bf16_supported())  # noqa: SLF001
