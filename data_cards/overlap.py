"""Texts that stand twice: exactly, by their normalised words, and nearly, by character trigrams.

Near-duplicates are found by MinHash (Broder 1997) over character trigrams with locality-sensitive
banding, each candidate then verified by its exact Jaccard similarity: memory and time grow with
the number of texts, not with its square.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from data_cards.records import Utterance
from data_cards.words import normalise

NEAR = 0.8
"""Jaccard similarity of trigram sets from which two texts are near-duplicates: one word changed in
a sentence of eight is below, a plural or a misspelling above."""

_BANDS, _ROWS = 10, 5  # a pair at NEAR shares a band with probability .981, one at .4 with .10
_CANDIDATES = 8  # verified a band and text; keeps time linear where thousands share a band
_BATCH = 8192

Hashes = npt.NDArray[np.uint64]


def same_words(utterance: Utterance) -> str:
    """What two exact duplicates have in common: their words, lower case, without punctuation."""
    return normalise(" ".join(utterance.tokens))


def distinct(utterances: Iterable[Utterance]) -> list[str]:
    """Each normalised text once, in order of appearance."""
    return list(dict.fromkeys(map(same_words, utterances)))


def text_hashes(utterances: Iterable[Utterance]) -> Hashes:
    """A 64-bit hash of each utterance's normalised words, in their order."""
    digests = (hashlib.blake2b(same_words(u).encode(), digest_size=8).digest() for u in utterances)
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def trigrams(text: str) -> frozenset[str]:
    """Character trigrams of a text with a space on either side, so that even "a" has one."""
    padded = f" {text} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared trigrams over all trigrams."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


@dataclass(slots=True)
class Sketch:
    """Distinct texts and the band keys they may meet in, (texts, bands)."""

    texts: list[str]
    keys: Hashes
    sizes: list[int]
    """How many trigrams each has: sets of unlike size cannot be near."""
    _order: list[npt.NDArray[np.intp]] = field(default_factory=list)

    def order(self, band: int) -> npt.NDArray[np.intp]:
        """Text indices by the band's key, sorted once."""
        if not self._order:
            self._order = [np.argsort(self.keys[:, b], kind="stable") for b in range(_BANDS)]
        return self._order[band]


def sketch(texts: Sequence[str]) -> Sketch:
    """Band keys of distinct, non-empty texts."""
    keys = np.empty((len(texts), _BANDS), np.uint64)
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        keys[start : start + len(batch)] = _band_keys(batch)
    return Sketch(list(texts), keys, [len(trigrams(text)) for text in texts])


def near_duplicates(of: Sketch, among: Sketch, threshold: float = NEAR) -> list[int]:
    """Indices of texts of `of` that have a near, but not an equal, text in `among`."""
    if not of.texts or not among.texts:
        return []
    equal = set(among.texts)
    lefts, rights = zip(*(_bounds(of.keys[:, b], among, b) for b in range(_BANDS)), strict=True)
    left, right = np.stack(lefts), np.stack(rights)  # (bands, texts)
    grams: dict[int, frozenset[str]] = {}
    found = []
    for i in np.flatnonzero((right > left).any(axis=0)).tolist():  # the few that share a band
        if of.texts[i] in equal:
            continue
        own, tried = trigrams(of.texts[i]), set[int]()
        for band in np.flatnonzero(right[:, i] > left[:, i]).tolist():
            start, end = left[band, i], min(right[band, i], left[band, i] + _CANDIDATES)
            tried.update(among.order(band)[start:end].tolist())
        least, most = len(own) * threshold, len(own) / threshold
        for j in tried:
            if not least <= among.sizes[j] <= most:
                continue
            other = grams.get(j)
            if other is None:
                other = grams[j] = trigrams(among.texts[j])
            if jaccard(own, other) >= threshold:
                found.append(i)
                break
    return found


def _bounds(
    keys: Hashes, among: Sketch, band: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    ordered = among.keys[among.order(band), band]
    return np.searchsorted(ordered, keys, "left"), np.searchsorted(ordered, keys, "right")


def _band_keys(texts: Sequence[str]) -> Hashes:
    """Fold `_ROWS` minimal hashes a band into one key, (texts, bands)."""
    hashes, starts = _trigram_hashes(texts)
    keys = np.empty((len(texts), _BANDS), np.uint64)
    for band in range(_BANDS):
        key = np.zeros(len(texts), np.uint64)
        for row in range(_ROWS):
            seed = np.uint64(0x9E3779B97F4A7C15 * (band * _ROWS + row + 1) % 2**64)
            key = _mix(key ^ np.minimum.reduceat(_mix(hashes ^ seed), starts))
        keys[:, band] = key
    return keys


def _trigram_hashes(texts: Sequence[str]) -> tuple[Hashes, npt.NDArray[np.intp]]:
    """The hash of every trigram of every text, and where each text's begin."""
    joined = "".join(f" {text} " for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le"), np.uint32).astype(np.uint64)
    lengths = np.fromiter((len(text) + 2 for text in texts), np.intp, len(texts))
    ends = np.cumsum(lengths)
    packed = codes[:-2] << np.uint64(42) | codes[1:-1] << np.uint64(21) | codes[2:]  # 21 bits each
    within = np.ones(len(codes), bool)
    within[ends - 1] = within[ends - 2] = False  # trigrams that would reach into the next text
    counts = lengths - 2
    return packed[within[:-2]], np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.intp)


def _mix(values: Hashes) -> Hashes:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection that scatters bits."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
