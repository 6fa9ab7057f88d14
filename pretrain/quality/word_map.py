"""A map of the words: chosen groups of words as points, near each other where their vectors are.

Two dimensions by t-SNE (van der Maaten and Hinton 2008) of the vectors, centred and of length 1,
from a start by principal components: the same on one machine. Neighbours on the map are meant,
distances between groups are not; so each map tells how many words have their nearest neighbour,
in all dimensions, within their own group.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from data_cards.errors import DataError, SkillwiseError
from pretrain.quality.labels import HEIGHT, WIDTH, Label
from pretrain.quality.labels import placed as labelled
from pretrain.store.vector_store import VectorStore

FEWEST = 12
"""Words that a map must have."""

PERPLEXITY = 9.0
"""About the size of a group."""

MARGIN = 60.0


@dataclass(frozen=True, slots=True)
class MappedWord:
    """A word in its group (a number), at x, y on a canvas of `labels.WIDTH` by `HEIGHT`."""

    word: str
    group: int
    x: float
    y: float
    label: Label


@dataclass(frozen=True, slots=True)
class WordMap:
    """The map of one store. `near` words have their nearest neighbour in their own group; what the
    store does not know is `missing`."""

    language: str
    digest: str
    groups: tuple[str, ...]
    words: tuple[MappedWord, ...]
    near: int
    missing: tuple[str, ...]


@cache
def languages() -> tuple[str, ...]:
    """Languages that have groups."""
    folder = files("pretrain").joinpath("word_groups")
    return tuple(sorted(p.name.removesuffix(".toml") for p in folder.iterdir()))


def word_groups(language: str) -> Mapping[str, tuple[str, ...]]:
    """The groups of a language: name -> words."""
    if language not in languages():
        raise SkillwiseError(
            f"--map: no groups of words for language {language!r}, only for "
            f"{', '.join(languages())}; map a store of one of these"
        )
    text = files("pretrain").joinpath("word_groups", f"{language}.toml").read_text("utf-8")
    return {name: tuple(words) for name, words in tomllib.loads(text)["groups"].items()}


def word_map(store: VectorStore, groups: Mapping[str, tuple[str, ...]] | None = None) -> WordMap:
    """The map of a store, by default of its language's groups; needs `FEWEST` known words."""
    groups = word_groups(store.language) if groups is None else groups
    asked = [(word, number) for number, words in enumerate(groups.values()) for word in words]
    rows = store.rows([word for word, _ in asked])
    known = [pair for pair, row in zip(asked, rows, strict=True) if row >= 0]
    if len(known) < FEWEST:
        raise DataError(
            store.path, None, f"knows {len(known)} of the map's {len(asked)} words",
            f"map a store that knows {FEWEST} or more",
        )  # fmt: skip
    vectors = store.vectors([word for word, _ in known])
    vectors = vectors - vectors.mean(axis=0)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    members = np.array([number for _, number in known])
    places = _on_canvas(_flat(vectors))
    labels = labelled(places, [word for word, _ in known])
    return WordMap(
        language=store.language,
        digest=store.meta["digest"],
        groups=tuple(groups),
        words=tuple(
            MappedWord(word, number, round(float(x), 1), round(float(y), 1), label)
            for (word, number), (x, y), label in zip(known, places, labels, strict=True)
        ),
        near=_near(vectors, members),
        missing=tuple(word for (word, _), row in zip(asked, rows, strict=True) if row < 0),
    )


def caption(found: WordMap) -> str:
    """What a map shows, in a sentence or two."""
    told = (
        f"{found.near} of {len(found.words)} words have their nearest neighbour, in all "
        "dimensions, in their own group. Near words are alike; how far groups lie apart means "
        "nothing."
    )
    return f"{told} Not in the store: {', '.join(found.missing)}." if found.missing else told


def _near(vectors: NDArray[np.float32], members: NDArray[np.int64]) -> int:
    """How many words have their nearest neighbour by cosine in their own group."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    return int((members[cosines.argmax(axis=1)] == members).sum())


def _flat(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """(words, width) -> (words, 2)."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    tsne = TSNE(perplexity=perplexity, init="pca", method="exact", random_state=0)
    with threadpool_limits(1):  # the order of additions must not hang on the number of cores
        flat: NDArray[np.float64] = tsne.fit_transform(vectors.astype(np.float64))
    return flat


def _on_canvas(flat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turned so that the longer axis lies flat, and stretched to the canvas; up is less y."""
    centred = flat - flat.mean(axis=0)
    _, _, turn = np.linalg.svd(centred, full_matrices=False)
    turn *= np.where(turn[np.arange(2), np.abs(turn).argmax(axis=1)] < 0, -1, 1)[:, None]
    turned = centred @ turn.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    share = (turned - low) / np.maximum(high - low, 1e-12)
    room = np.array([WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN])
    placed: NDArray[np.float64] = share * room + MARGIN
    return placed
