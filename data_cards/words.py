"""The one tokenizer of the project: text to words, with character offsets.

Voice has no punctuation, so punctuation marks are no words; symbols that are spoken ("%", "€")
are. Clitics after an apostrophe stand alone ("what's" is "what" + "'s"), so that a slot can end
before a possessive; contractions that no cut would make clearer ("don't", "o'clock") stay whole.
"""

import re
import unicodedata
from typing import NamedTuple

from data_cards.records import Slot

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'"})
_WORD = re.compile(
    r"""
      \d+(?:[.,:]\d+)+                              # 7:30, 1,000, 3.5
    | \d+(?:st|nd|rd|th)\b                          # 5th
    | \d+                                           # 7 (of 7pm)
    | (?:[^\W\d_]\.){2,}                            # a.m., z.B.
    | '(?:s|ll|re|ve|d|m|n|t)\b(?!')                # 's of what's
    | [^\W\d_]-[^\W\d_]+                            # e-mail, t-shirt, U-Bahn
    | [^\W\d_]+(?:'(?!(?:s|ll|re|ve|d|m|n)\b)[^\W\d_]+)*   # words, don't, o'clock, l'oréal
    | [$€£¥₹%&@+°\#=]                               # spoken symbols
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Word(NamedTuple):
    """A word and the characters `text[start:end]` it stands at."""

    text: str
    start: int
    end: int


def clean(text: str) -> str:
    """Fold apostrophes and Unicode composition (NFC), as every reader does before `words`."""
    if text.isascii() and "`" not in text:
        return text  # nothing to fold, as in nearly all English
    return unicodedata.normalize("NFC", text.translate(_APOSTROPHES))


def words(text: str) -> list[Word]:
    """Cut a cleaned text into its words; offsets are of `text` as given."""
    return [Word(m[0], *m.span()) for m in _WORD.finditer(text)]


def bare_words(text: str) -> tuple[str, ...]:
    """The words of a cleaned text without their offsets, in half the time."""
    return tuple(_WORD.findall(text))


def tokenize(text: str) -> tuple[str, ...]:
    """The words of a text, case kept."""
    return bare_words(clean(text))


def normalise(word: str) -> str:
    """The form under which every vocabulary and vector store knows a word: lower case, NFC."""
    return clean(word).lower()


def align(found: list[Word], name: str, start: int, end: int) -> Slot | None:
    """The slot of the words that touch the characters [start, end); None where no word does.

    A boundary inside a word widens the slot to the whole word: a system that reads words can
    answer in whole words only, and cutting the word at the gold boundary would tell it where.
    """
    touched = [i for i, w in enumerate(found) if w.start < end and start < w.end]
    return Slot(name, touched[0], touched[-1] + 1) if touched else None


def printable(token: str) -> str:
    """A token without control characters and lone surrogates, which crfsuite cannot hold."""
    if token.isprintable():
        return token
    return "".join(c if c.isprintable() else "?" for c in token)
