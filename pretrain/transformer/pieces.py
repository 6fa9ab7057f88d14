"""The word pieces of the encoder, by `tokenizers`: most words whole, rare ones in parts."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from tokenizers.trainers import WordPieceTrainer

from data_cards.errors import SkillwiseError

PAD, UNKNOWN, MASK, END = "[PAD]", "[UNK]", "[MASK]", "[SEP]"
SPECIAL = (PAD, UNKNOWN, MASK, END)
CONTINUES = "##"
"""What a piece begins with that does not begin a word."""

_MARKS = r"[^\p{L}\p{M}\p{N}'.:,+\-$€£¥₹%&@°#=]"
"""Marks that are no words: they stand alone where raw text is read, which training text is not."""


def build(lines: Iterable[str], pieces: int) -> Tokenizer:
    """Learn `pieces` word pieces from lines of normalised words with spaces between.

    Merges are those of byte-pair encoding, read longest match first (WordPiece; Wu et al. 2016).
    Raises `SkillwiseError` where the text has hardly a word.
    """
    tokenizer = Tokenizer(models.WordPiece(unk_token=UNKNOWN, max_input_chars_per_word=64))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex(_MARKS), "isolated")]
    )
    trainer = WordPieceTrainer(
        vocab_size=pieces, min_frequency=2, special_tokens=list(SPECIAL), limit_alphabet=200,
        continuing_subword_prefix=CONTINUES, show_progress=False,
    )  # fmt: skip
    tokenizer.train_from_iterator(lines, trainer)
    if tokenizer.get_vocab_size() < len(SPECIAL) + 2:
        raise SkillwiseError("the text has too few words for word pieces; give more text")
    return tokenizer


def pieces_of(tokenizer: Tokenizer) -> list[str]:
    """The pieces in the order of their ids, special symbols included."""
    by_piece = tokenizer.get_vocab()
    return sorted(by_piece, key=by_piece.__getitem__)


def continuing(tokenizer: Tokenizer) -> NDArray[np.bool_]:
    """Which ids do not begin a word, (pieces,)."""
    return np.array([piece.startswith(CONTINUES) for piece in pieces_of(tokenizer)])
