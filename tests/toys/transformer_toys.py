"""A transformer of a few units, and lines of the toy text in word pieces."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from accelerate import Accelerator
from pretrain_toys import lines as toy_sentences
from pretrain_toys import source

from pretrain.transformer.lines import Lines, prepare
from pretrain.transformer.settings import EncoderSettings

STEPS = 12


def settings(**changes: Any) -> EncoderSettings:
    """A model of a few units, with chance in its layers."""
    small: dict[str, Any] = {
        "pieces": 120, "table": 16, "width": 16, "layers": 2, "heads": 2, "feed_forward": 16,
        "longest": 8, "shortest": 2, "batch": 64, "negatives": 30, "subsample": 0.0,
        "dropout": 0.1, "rate": 0.005, "fewest": 1, "contexts": 8, "remove": 0,
    }  # fmt: skip
    return EncoderSettings(**(small | changes))


def prepared(
    folder: Path, *texts: Sequence[list[str]], pieces: int = 120, longest: int = 8
) -> Lines:
    """The lines of some texts, the toy text by default."""
    sources = [source(text) for text in texts or (toy_sentences(),)]
    return prepare(sources, folder, pieces=pieces, longest=longest)


def alone() -> Accelerator:
    """One process on a CPU, in float32."""
    return Accelerator(cpu=True, mixed_precision="no")
