"""A hundred thousand simulated skills on disk: a generic store of 200,000 words, a pack a skill.

How many words a skill has of its own is drawn from real skills; which words, and their numbers,
are made up, since neither changes a byte's count.
"""

import gzip
import os
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from data_cards.card import DATA_VARIABLE, card
from data_cards.errors import SkillwiseError
from data_cards.faults import Faults
from data_cards.registry.loading import load
from data_cards.words import bare_words, clean, normalise
from dnn.packs import index as packindex
from dnn.packs.writer import PackWriter
from pretrain.store.local import LocalStore
from pretrain.store.vector_store import FILE, VectorStore, write

CARDS = ("starter", "hwu64", "ask-models", "ovos", "ms-lu", "sgd")
ALSO_SKILLS = ("sgd", "multidogo")
GERMAN = ("common_voice_sentences_de", "gerdracor_de_drama", "mdn_de_prose", "thorsten_corpus_de")
WORDS, WIDTH = 200_000, 300
VOWELS, CONSONANTS = "aeiou", "bdfgklmnprstvz"


def corpus_words(language: str) -> list[str]:
    """The most frequent words of the corpora below SKILLWISE_DATA/text, at most 200,000.

    Those that are cut from the same sources as skills are left out; without the corpora there is
    none.
    """
    base = os.environ.get(DATA_VARIABLE)
    found: Counter[str] = Counter()
    for path in sorted(Path(base, "text").glob("*/text*.gz")) if base else ():
        of = "de" if path.name == "text.de.txt.gz" or path.parent.name in GERMAN else "en"
        if of == language and path.parent.name not in ALSO_SKILLS:
            found.update(bare_words(clean(gzip.decompress(path.read_bytes()).decode()).lower()))
    return [word for word, _ in found.most_common(WORDS)]


def generic_store(folder: Path, words: Sequence[str]) -> VectorStore:
    """A store of 200,000 words: the given ones, filled up with made-up ones.

    Vectors are those of the packaged English store where it has the word, else made up.
    """
    small = VectorStore.packaged("en")
    rng = np.random.default_rng(0)
    known = dict.fromkeys([*words, *made_up(rng, 2 * WORDS)])
    vocabulary = list(known)[:WORDS]
    vectors = small.vectors(vocabulary)
    unknown = np.flatnonzero(~vectors.any(axis=1))
    spread = small.dequantised(np.arange(len(small))).std()
    vectors[unknown] = spread * rng.standard_normal((len(unknown), WIDTH), dtype=np.float32)
    return write(folder, vocabulary, vectors, {"language": "en"}, "For a benchmark.\n")


def made_up(rng: np.random.Generator, count: int) -> list[str]:
    """Pronounceable words of five to eleven letters."""
    lengths = rng.integers(5, 12, count)
    drawn = rng.integers(0, 1 << 30, (count, 11))
    return [
        "".join(
            (CONSONANTS if i % 2 == 0 else VOWELS)[d % (14 if i % 2 == 0 else 5)]
            for i, d in enumerate(row[:n])
        )
        for row, n in zip(drawn.tolist(), lengths.tolist(), strict=True)
    ]


def own_words(vocabularies: Mapping[str, Collection[str]]) -> dict[str, list[int]]:
    """For each card whose data are here: the words of each skill that its language lacks."""
    sizes: dict[str, list[int]] = {}
    for name in CARDS:
        try:
            skills = list(load(card(name), Faults()))
        except SkillwiseError:
            continue  # its data are not here
        for skill in skills:
            known = vocabularies.get(skill.language)
            if known and skill.train:
                words = {normalise(token) for u in skill.train for token in u.tokens}
                sizes.setdefault(name, []).append(sum(word not in known for word in words))
    return sizes


def simulate(folder: Path, store: VectorStore, sizes: Sequence[int], skills: int) -> Path:
    """Write a pack of local words for each of `skills` simulated skills."""
    rng = np.random.default_rng(1)
    path = folder / "local.packs"
    vocabulary = made_up(rng, 50_000)
    with PackWriter(path) as writer:
        for number, size in enumerate(rng.choice(sizes, skills).tolist()):
            start = int(rng.integers(len(vocabulary)))
            own = [vocabulary[(start + i) % len(vocabulary)] for i in range(size)]
            table = rng.integers(-127, 128, (size, WIDTH), dtype=np.int8)
            local = LocalStore(store.id, tuple(own), table, np.full(size, 0.01, np.float32))
            content = save(local.arrays(), {"generic": local.generic})
            writer.append(f"skill{number}@en-US", content, sync=False)
        writer.flush()
    return path


def bytes_of(store: VectorStore, packs: Path) -> dict[str, int]:
    """What lies on the disk, by part."""
    return {
        "generic": (store.path / FILE).stat().st_size,
        "local": packs.stat().st_size,
        "index": packindex.index_path(packs).stat().st_size,
    }
