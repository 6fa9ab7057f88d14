"""The word-level vocabulary of a corpus, by `tokenizers`."""

from collections.abc import Iterable
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.trainers import WordLevelTrainer

from data_cards.errors import SkillwiseError

UNKNOWN, MASK, END = "[UNK]", "[MASK]", "[END]"
SPECIAL = (UNKNOWN, MASK, END)


def build(lines: Iterable[str], max_words: int, min_count: int) -> Tokenizer:
    """Count the words of some sentences and keep the most frequent; ids follow frequency.

    Words of a line were cut and normalised by `data_cards.words` and joined by spaces, so that
    `tokenizers` only splits there. Raises `SkillwiseError` where fewer than two words remain.
    """
    tokenizer = Tokenizer(WordLevel(unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    trainer = WordLevelTrainer(
        vocab_size=max_words + len(SPECIAL),
        min_frequency=min_count,
        special_tokens=list(SPECIAL),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    known = tokenizer.get_vocab_size() - len(SPECIAL)
    if known < 2:
        raise SkillwiseError(
            f"the text has {known} words that occur {min_count} times or more; "
            "give more text or lower --set min_count"
        )
    return tokenizer


def words_of(tokenizer: Tokenizer) -> list[str]:
    """The vocabulary in the order of ids, special symbols included."""
    by_word = tokenizer.get_vocab()
    return sorted(by_word, key=by_word.__getitem__)


def load(path: Path) -> Tokenizer:
    """Read a vocabulary that `Tokenizer.save` wrote."""
    return Tokenizer.from_file(str(path))
