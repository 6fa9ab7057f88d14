"""Words to an encoder's pieces, and which word each piece belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from data_cards.words import clean, normalise, shown
from pretrain.encoder.folder import json_of

NOBODY = -1
"""The owner of a piece that stands for no word: [CLS], [SEP]."""


@dataclass(frozen=True)
class Pieces:
    """The tokenizer of an encoder: words are cut on their own, none runs into the next.

    A cased one is given words as they are written, any other those of every vocabulary here
    (`words.normalise`).
    """

    tokenizer: Any  # tokenizers.Tokenizer
    cased: bool

    @classmethod
    def open(cls, path: Path, longest: int) -> "Pieces":
        """The fast tokenizer of a folder, which leaves out what is over `longest` pieces."""
        from transformers import AutoTokenizer  # takes seconds

        try:
            loaded: Any = AutoTokenizer.from_pretrained(path, local_files_only=True)
            found = loaded.backend_tokenizer
        except Exception as error:  # of many kinds: what a folder lacks shows in many places
            reason = str(error).strip().partition("\n")[0]
            raise DataError(
                path, None, f"its tokenizer cannot be opened ({reason[:200]})",
                "name a folder with a tokenizer.json, as `save_pretrained` writes it",
            ) from None  # fmt: skip
        _mark_beginnings(found)
        found.no_padding()
        found.enable_truncation(longest)
        return cls(found, json_of(path / "tokenizer_config.json").get("do_lower_case") is False)

    def cut(self, words: Sequence[str]) -> tuple[list[int], list[int]]:
        """The ids of a sentence's pieces, and of each the number of its word or `NOBODY`."""
        if not words:
            return [], []
        found = self.tokenizer.encode(self._written(words), is_pretokenized=True)
        return found.ids, [NOBODY if at is None else at for at in found.word_ids]

    def _written(self, words: Sequence[str]) -> list[str]:
        return [shown(clean(w)) for w in words] if self.cased else [normalise(w) for w in words]


def _mark_beginnings(tokenizer: Any) -> None:
    """Where a piece tells by a space before it that a word begins, every word gets that space."""
    from tokenizers.pre_tokenizers import ByteLevel

    if isinstance(tokenizer.pre_tokenizer, ByteLevel):
        tokenizer.pre_tokenizer.add_prefix_space = True
