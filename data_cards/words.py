"""The one tokenizer of the project: text to words, with character offsets.

Voice has no punctuation, so punctuation marks are no words; symbols that are spoken ("%", "€")
are. Clitics after an apostrophe stand alone ("what's" is "what" + "'s"), so that a slot can end
before a possessive; contractions that no cut would make clearer ("don't", "o'clock") stay whole.

A combining mark belongs to the letter before it: vowel signs of Devanagari, Bengali, Tamil or Thai,
points of Arabic and Hebrew, accents that have no composed form. Characters that only guide the
display (soft hyphens, zero-width joiners and spaces, marks of direction, variation selectors)
neither cut a word nor stay in it.
"""

import hashlib
import re
import sys
import unicodedata
from functools import cache
from itertools import groupby
from typing import NamedTuple

from data_cards.records import Slot

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'"})
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
"""Unicode's Default_Ignorable_Code_Point, but for symbols of musical and shorthand notation."""

_LETTERS = r"[^\W\d_]+(?:{marks}+[^\W\d_]*)*"
_LETTER = r"[^\W\d_]{marks}*"
_RULES = rf"""
      \d+(?:[.,:]\d+)+                              # 7:30, 1,000, 3.5
    | \d+(?:st|nd|rd|th)\b                          # 5th
    | \d+                                           # 7 (of 7pm)
    | (?:{_LETTER}\.){{{{2,}}}}                         # a.m., z.B.
    | '(?:s|ll|re|ve|d|m|n|t)\b(?!')                # 's of what's
    | {_LETTER}-{_LETTERS}                           # e-mail, t-shirt, U-Bahn
    | {_LETTERS}(?:'(?!(?:s|ll|re|ve|d|m|n)\b){_LETTERS})*   # words, don't, o'clock, l'oréal
    | [$€£¥₹%&@+°\#=]                               # spoken symbols
"""


def _marks() -> str:
    """The combining marks of this Python's Unicode, as a class of a regular expression."""
    found = [n for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n))[0] == "M"]
    runs = (list(run) for _, run in groupby(enumerate(found), key=lambda pair: pair[1] - pair[0]))
    return "[" + "".join(f"{chr(run[0][1])}-{chr(run[-1][1])}" for run in runs) + "]"


@cache
def _with_marks() -> "re.Pattern[str]":
    return re.compile(_RULES.format(marks=_marks()), re.VERBOSE | re.IGNORECASE)


_FIRST_MARK = "\u0300"
_WITHOUT_MARKS = re.compile(_RULES.format(marks=f"[{_FIRST_MARK}]"), re.VERBOSE | re.IGNORECASE)
"""The same rules for texts whose characters all lie below the first mark: nearly all English and
German ones. The class of all marks takes a tenth of a second to make, so it waits for its need."""

_HIDDEN = re.compile(f"[{_UNSEEN}]+")


def rules_digest() -> str:
    """Digest of the rules by which texts are cut, kept in the metadata of what was made by them."""
    parts = (_RULES, _UNSEEN, str(sorted(_APOSTROPHES.items())))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


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
    """Cut a cleaned text into its words; offsets are of `text` as given.

    A word's text lacks the unseen characters that its span may hold.
    """
    seen = shown(text)
    found = [Word(m[0], *m.span()) for m in _rules(seen).finditer(seen)]
    if len(seen) == len(text):
        return found
    at = [i for i, c in enumerate(text) if not _HIDDEN.match(c)]
    return [Word(word, at[start], at[end - 1] + 1) for word, start, end in found]


def bare_words(text: str) -> tuple[str, ...]:
    """The words of a cleaned text without their offsets, in half the time."""
    seen = shown(text)
    return tuple(_rules(seen).findall(seen))


def shown(text: str) -> str:
    """A text without the characters that nobody sees: they part no words and stay in none."""
    return text if text.isascii() else _HIDDEN.sub("", text)


def _rules(text: str) -> "re.Pattern[str]":
    plain = text.isascii() or max(text) < _FIRST_MARK
    return _WITHOUT_MARKS if plain else _with_marks()


def tokenize(text: str) -> tuple[str, ...]:
    """The words of a text, case kept."""
    return bare_words(clean(text))


def normalise(word: str) -> str:
    """The form under which every vocabulary and vector store knows a word: lower case, NFC."""
    return shown(clean(word)).lower()


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
    return "".join(c if c.isprintable() else "?" for c in shown(token))
