"""The encoder store: a folder that `transformers.AutoModel.from_pretrained` opens by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import ElectraModel, PreTrainedTokenizerFast

from data_cards.scratch import written_whole
from pretrain.transformer.pieces import END, MASK, PAD, UNKNOWN

CARD = "README.md"


def write(folder: Path, encoder: ElectraModel, tokenizer: Tokenizer, card: str) -> None:
    """Write model (float16), configuration, tokenizer and card; all of it or nothing."""
    with written_whole(folder, "free some space") as scratch:
        scratch.mkdir()
        half = {k: v.to(torch.float16) for k, v in encoder.state_dict().items()}
        with _no_bars():
            encoder.save_pretrained(scratch, state_dict=half)
        fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
            tokenizer_object=tokenizer, unk_token=UNKNOWN, mask_token=MASK, pad_token=PAD,
            sep_token=END, model_max_length=encoder.config.max_position_embeddings,
        )  # fmt: skip
        fast.save_pretrained(scratch)
        (scratch / CARD).write_text(card, "utf-8")


@contextmanager
def _no_bars() -> Iterator[None]:
    """No progress bars of transformers, which come even where nobody sits at a terminal."""
    from transformers.utils import logging

    told: Any = logging
    shown = told.is_progress_bar_enabled()
    told.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            told.enable_progress_bar()
