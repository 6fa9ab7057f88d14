"""The feature groups of both baselines, as names; each group can be switched off for an ablation.

A name says what it stands for ("2 words=play jazz"), so that `explain` can show it as it is.
"""

from collections.abc import Sequence
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field

START, END = "^", "$"

_LENGTHS = (2, 3, 4, 5, 7, 10, 15)
"""Where a new class of utterance length begins: dense where voice utterances are many."""


class _Groups(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class IntentGroups(_Groups):
    """What the intent classifier sees of an utterance."""

    words: int = Field(3, ge=0, le=5, description="longest word n-gram; 0 leaves the group out")
    length: bool = Field(True, description="the utterance's length, in eight classes")
    position: bool = Field(True, description="each word with the half of the utterance it is in")
    characters: int = Field(
        0, ge=0, le=8, description="longest character n-gram within a word, from 2; 0: none"
    )
    lexicon: bool = Field(False, description="the slots whose known values stand in the utterance")


class TokenGroups(_Groups):
    """What the slot tagger sees of a word."""

    words: int = Field(3, ge=1, le=5, description="longest word n-gram in the window")
    window: int = Field(1, ge=0, le=4, description="words seen to each side")
    length: bool = Field(True, description="the utterance's length, in eight classes")
    position: bool = Field(True, description="the word's place in the utterance, in thirds")
    affixes: int = Field(0, ge=0, le=8, description="longest prefix and suffix; 0: none")
    shape: bool = Field(False, description="case, digits and marks of the word as written")
    neighbours: bool = Field(False, description="affixes and shape of the words beside it too")
    lexicon: bool = Field(False, description="the slots whose known values the word belongs to")


Features = dict[str, list[str]]
"""Feature names by group."""


def utterance_features(
    words: Sequence[str], groups: IntentGroups, matches: Sequence[Sequence[str]] = ()
) -> Features:
    """The features of an utterance for its intent; `words` are normalised.

    `matches` holds the lexicon's marks, a list a word, where that group is on.
    """
    found: Features = {}
    if groups.words:
        found["words"] = _word_ngrams(words, groups.words)
    if groups.length:
        found["length"] = [f"length={length_class(len(words))}"]
    if groups.position:
        halves = [_part(i, len(words), 2) for i in range(len(words))]
        found["position"] = [f"half {half + 1}={w}" for w, half in zip(words, halves, strict=True)]
    if groups.characters:
        found["characters"] = [g for w in words for g in _characters(w, groups.characters)]
    if groups.lexicon:
        marks = {mark for marks in matches for mark in marks}
        found["lexicon"] = [f"lexicon={mark}" for mark in sorted(marks)]
    return found


def token_features(
    tokens: Sequence[str],
    words: Sequence[str],
    groups: TokenGroups,
    matches: Sequence[Sequence[str]] = (),
) -> list[list[str]]:
    """The features of each word for its tag: `tokens` as written, `words` normalised.

    Offsets are relative to the word: "word+1=in" says that the next word is "in".
    """
    n, side = len(words), groups.window
    padded = [START] * side + list(words) + [END] * side
    grams = [
        [" ".join(padded[i : i + size]) for i in range(len(padded) - size + 1)]
        for size in range(1, groups.words + 1)
    ]
    names = _window_names(groups.words, side)
    out = []
    for i in range(n):
        features = [name + grams[size][i + shift] for name, size, shift in names]
        if groups.length:
            features.append(f"length={length_class(n)}")
        if groups.position:
            features.append(f"third={_part(i, n, 3) + 1}")
        out.append(features)
    if groups.affixes or groups.shape:
        own = [_look(token, groups.affixes, groups.shape) for token in tokens]
        for i, features in enumerate(out):
            features += own[i]
            if groups.neighbours:
                features += [f"-1 {name}" for name in own[i - 1]] if i else []
                features += [f"+1 {name}" for name in own[i + 1]] if i + 1 < n else []
    if groups.lexicon:
        for i, features in enumerate(out):
            for offset in (-1, 0, 1):
                if 0 <= i + offset < n:
                    name = f"lexicon{offset:+}=" if offset else "lexicon="
                    features += [name + mark for mark in matches[i + offset]]
    return out


def length_class(n: int) -> str:
    """The class of an utterance of `n` words, as the range it covers: "5-6", "15+"."""
    low = max((b for b in _LENGTHS if b <= n), default=1)
    high = min((b for b in _LENGTHS if b > n), default=0) - 1
    return f"{low}+" if high < 0 else f"{low}" if high == low else f"{low}-{high}"


def _part(i: int, n: int, parts: int) -> int:
    """Which of `parts` equal parts of the utterance the middle of word `i` falls into."""
    return int(parts * (i + 0.5) / n)


def _word_ngrams(words: Sequence[str], longest: int) -> list[str]:
    return [
        f"{size} words={' '.join(words[i : i + size])}" if size > 1 else f"word={words[i]}"
        for size in range(1, longest + 1)
        for i in range(len(words) - size + 1)
    ]


@lru_cache(maxsize=64)
def _window_names(longest: int, side: int) -> tuple[tuple[str, int, int], ...]:
    """(name, n-gram size - 1, shift into the padded words) of each n-gram inside the window."""
    found = []
    for size in range(1, longest + 1):
        for first in range(-side, side - size + 2):
            last = first + size - 1
            place = "" if first == last == 0 else f"{first:+}"
            name = f"word{place}=" if size == 1 else f"words{first:+}..{last:+}="
            found.append((name, size - 1, first + side))
    return tuple(found)


@lru_cache(maxsize=65536)
def _characters(word: str, longest: int) -> tuple[str, ...]:
    """Character n-grams of one word between its edges, after scikit-learn's `char_wb`."""
    edged = f"{START}{word}{END}"
    return tuple(
        f"chars={edged[i : i + size]}"
        for size in range(2, longest + 1)
        for i in range(len(edged) - size + 1)
    )


@lru_cache(maxsize=65536)
def _look(token: str, affixes: int, shape: bool) -> tuple[str, ...]:
    word = token.lower()
    found = [f"prefix={word[:k]}" for k in range(1, min(affixes, len(word)) + 1)]
    found += [f"suffix={word[-k:]}" for k in range(1, min(affixes, len(word)) + 1)]
    if shape:
        found += [f"shape={_shape(token)}"]
    return tuple(found)


def _shape(token: str) -> str:
    """Classes of characters with repeats folded: "Xx" of "Berlin", "d:d" of "7:30"."""
    classes = [
        "d" if c.isdigit() else "X" if c.isupper() else "x" if c.isalpha() else c for c in token
    ]
    return "".join(c for i, c in enumerate(classes) if not i or classes[i - 1] != c)
