"""The word pieces of the encoder, by `tokenizers`: most words whole, rare ones in parts."""

from collections import Counter
from collections.abc import Callable, Iterable

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

ALPHABET = 200
"""Different letters, at most; a word with another one is unknown."""


def build(lines: Callable[[], Iterable[str]], pieces: int) -> Tokenizer:
    """Learn `pieces` word pieces from lines of normalised words with spaces between, read twice.

    Merges are those of byte-pair encoding, read longest match first (WordPiece; Wu et al. 2016).
    Letters are numbered before the trainer sees them: it numbers them as a hash table has them,
    and breaks ties by these numbers, so that one text had other pieces in every process.
    Raises `SkillwiseError` where the text has hardly a word.
    """
    tokenizer = _untrained({})
    letters, inner = _letters(lines(), tokenizer)
    trainer = WordPieceTrainer(
        vocab_size=pieces, min_frequency=2, special_tokens=[*SPECIAL, *inner],
        initial_alphabet=letters, limit_alphabet=len(letters),
        continuing_subword_prefix=CONTINUES, show_progress=False,
    )  # fmt: skip
    tokenizer.train_from_iterator(lines(), trainer)
    if tokenizer.get_vocab_size() < len(SPECIAL) + 2:
        raise SkillwiseError("the text has too few words for word pieces; give more text")
    trained = _untrained(tokenizer.get_vocab())  # in which inner letters are no special symbols
    trained.add_special_tokens(list(SPECIAL))
    return trained


def _untrained(vocabulary: dict[str, int]) -> Tokenizer:
    model = models.WordPiece(vocabulary, unk_token=UNKNOWN, max_input_chars_per_word=64)
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex(_MARKS), "isolated")]
    )
    return tokenizer


def _letters(lines: Iterable[str], tokenizer: Tokenizer) -> tuple[list[str], list[str]]:
    """The most frequent letters of a text, and those that stand within words, as pieces."""
    words: Counter[str] = Counter()
    for line in lines:
        words.update(line.split())
    counts: Counter[str] = Counter()
    within: set[str] = set()
    for written, count in words.items():
        found = tokenizer.normalizer.normalize_str(written)
        for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(found):
            for letter in word:
                counts[letter] += count
            within.update(word[1:])
    letters = sorted(sorted(counts), key=lambda letter: -counts[letter])[:ALPHABET]
    return sorted(letters), [CONTINUES + letter for letter in sorted(within & set(letters))]


def pieces_of(tokenizer: Tokenizer) -> list[str]:
    """The pieces in the order of their ids, special symbols included."""
    by_piece = tokenizer.get_vocab()
    return sorted(by_piece, key=by_piece.__getitem__)


def continuing(tokenizer: Tokenizer) -> NDArray[np.bool_]:
    """Which ids do not begin a word, (pieces,)."""
    return np.array([piece.startswith(CONTINUES) for piece in pieces_of(tokenizer)])
