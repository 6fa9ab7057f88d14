"""What small numbers cost in frame accuracy: the same fitted networks on tables of fewer bytes.

Each skill is fitted once, on a private float32 table and with float32 weights. Then only the
numbers change under it: float16, int8, int4, product quantisation, and as the store keeps them.
The float32 originals of the packaged stores were not kept, so that their numbers are moved at
random within half a step of int8: a float32 table of which the packaged one is a rounding.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2, vq

from data_cards.card import card
from data_cards.draws import draw
from data_cards.faults import Faults
from data_cards.records import Skill, Utterance
from data_cards.registry.loading import load
from data_cards.words import normalise
from dnn.block import decode, encode, opened
from dnn.fitted import Fitted
from dnn.packs.reader import PackFile
from dnn.packs.writer import PackWriter
from dnn.settings import DNNSettings
from dnn.system import DNN
from pretrain.store.quantising import coded, decoded
from pretrain.store.vector_store import VectorStore, write

CARDS, SHOTS, SEED = ("hwu64", "starter"), 10, 0
SUBSPACES, CENTROIDS = 60, 256

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Variant:
    """A way to keep a table of words, and the bytes that a word takes in it."""

    name: str
    bytes_a_word: float
    table: Floats  # (words, 300), what comes out of it


def float32_store(language: str, folder: Path) -> VectorStore:
    """A float32 table that the packaged store may be the rounding of."""
    packaged = VectorStore.packaged(language)
    table = packaged.dequantised(np.arange(len(packaged)))
    noise = np.random.default_rng(4).uniform(-0.5, 0.5, table.shape).astype(np.float32)
    table += noise * packaged.scales[:, None]
    if not (folder / language).exists():
        write(
            folder / language, packaged.words, table, {"language": language}, "",
            kind="float32", grams=False,
        )  # fmt: skip
    return VectorStore.open(folder / language)


def variants(table: Floats) -> Iterator[Variant]:
    """The table in each of the ways."""
    width = table.shape[1]
    yield Variant("float32", 4.0 * width, table)
    yield Variant("float16", 2.0 * width, table.astype(np.float16).astype(np.float32))
    yield Variant("int8", width + 4.0, decoded(*coded(table, "int8")))
    scales = np.abs(table).max(axis=1, keepdims=True) / 7
    scales[scales == 0] = 1
    yield Variant("int4", width / 2 + 4, np.rint(table / scales).astype(np.float32) * scales)
    shared = SUBSPACES * CENTROIDS * (width / SUBSPACES) * 4 / len(table)
    yield Variant("product quantisation", SUBSPACES + shared, product_quantised(table))


def product_quantised(table: Floats) -> Floats:
    """Each 60th of a vector by the nearest of 256 (Jégou, Douze and Schmid 2011)."""
    out = np.empty_like(table)
    parts = np.split(np.arange(table.shape[1]), SUBSPACES)
    sample = np.random.default_rng(5).choice(len(table), min(8000, len(table)), replace=False)
    for part in parts:
        cells = table[:, part]
        centroids, _ = kmeans2(cells[sample], CENTROIDS, iter=8, minit="points", seed=6)
        out[:, part] = centroids[vq(cells, centroids)[0]]
    return out


@dataclass(frozen=True)
class Table:
    """Word vectors from a table in memory, as the network takes them."""

    rows: Mapping[str, int]
    table: Floats

    @property
    def width(self) -> int:
        return self.table.shape[1]

    def vectors(self, words: Sequence[str]) -> Floats:
        out = np.zeros((len(words), self.width), np.float32)
        for i, word in enumerate(words):
            row = self.rows.get(normalise(word))
            if row is not None:
                out[i] = self.table[row]
        return out


def fitted(skills: Sequence[Skill], stores: Mapping[str, VectorStore], packs: Path) -> None:
    """Fit each skill that the pack file lacks, weights and words in float32."""
    with PackWriter(packs) as writer:
        for number, skill in enumerate(skills):
            if skill.key in writer:
                continue
            system = DNN(DNNSettings(weights="float32"), stores[skill.language].path)
            system.fit(replace(draw(skill, SHOTS, SEED), test=()), SEED)
            writer.append(skill.key, system.packed())
            print(f"fitted {number + 1} of {len(skills)}", file=sys.stderr, flush=True)


def right(network: Fitted, asked: Sequence[Utterance]) -> NDArray[np.bool_]:
    """(utterances,): whether the whole frame is right."""
    blank = [replace(u, frame=type(u.frame)("")) for u in asked]
    answers = network.predict(blank)
    return np.array([a.frame == u.frame for a, u in zip(answers, asked, strict=True)])


def loss(before: Sequence[NDArray[Any]], after: Sequence[NDArray[Any]]) -> tuple[float, ...]:
    """Points of mean frame accuracy lost, with the 95 % interval of a bootstrap over skills and
    within each over its utterances."""
    changes = [b.astype(float) - a for b, a in zip(before, after, strict=True)]
    rng, draws = np.random.default_rng(7), []
    for _ in range(2000):
        chosen = rng.integers(len(changes), size=len(changes))
        draws.append(np.mean([rng.choice(changes[i], len(changes[i])).mean() for i in chosen]))
    mean = float(np.mean([change.mean() for change in changes]))
    low, high = np.quantile(draws, [0.025, 0.975])
    return 100 * mean, 100 * float(low), 100 * float(high)


@dataclass(frozen=True)
class Row:
    """One way to keep numbers: its size, the accuracy with it, the loss and its interval."""

    name: str
    bytes_a_word: float
    bytes_a_network: float
    accuracy: float
    loss: tuple[float, ...]


def measure(folder: Path) -> list[Row]:
    """The size-against-accuracy table; the last rows are what the store and packs do."""
    skills = [skill for name in CARDS for skill in load(card(name), Faults())]
    languages = {skill.language for skill in skills}
    stores = {language: float32_store(language, folder) for language in sorted(languages)}
    packs = folder / "accuracy.packs"
    fitted(skills, stores, packs)
    answers: dict[str, list[NDArray[np.bool_]]] = {}
    words: dict[str, float] = {}
    networks: dict[str, list[int]] = {}
    with closing(PackFile(packs)) as file:
        for language, store in stores.items():
            rows = {word: row for row, word in enumerate(store.words)}
            for variant in variants(store.dequantised(np.arange(len(store)))):
                words[variant.name] = variant.bytes_a_word
                kinds = ("float32", "float16", "int8") if variant.name == "int8" else ("float32",)
                for skill in skills:
                    if skill.language != language:
                        continue
                    packed = decode(file.read(skill.key))
                    for kind in kinds:
                        name = f"{variant.name}, weights {kind}"
                        block = encode(packed, kind)
                        network = opened(block, lambda pointer, store=store: store)
                        factor = DNNSettings().vector_norm / store.mean_norm
                        table = Table(rows, variant.table * np.float32(factor))
                        network = replace(network, reader=replace(network.reader, words=table))
                        answers.setdefault(name, []).append(right(network, skill.test))
                        networks.setdefault(name, []).append(len(block))
    base = answers["float32, weights float32"]
    return [
        Row(
            name, words[name.split(",")[0]], float(np.mean(networks[name])),
            100 * float(np.mean([part.mean() for part in found])), loss(base, found),
        )
        for name, found in answers.items()
    ]  # fmt: skip


def render(rows: Sequence[Row]) -> str:
    """The table as text."""
    lines = [f"{'words, weights':<38}{'B/word':>8}{'MB/skill':>10}{'frame':>7}  points lost (95 %)"]
    for r in rows:
        lost = f"{r.loss[0]:.2f} ({r.loss[1]:.2f} to {r.loss[2]:.2f})"
        size = r.bytes_a_network / 1e6
        lines.append(f"{r.name:<38}{r.bytes_a_word:>8.0f}{size:>10.2f}{r.accuracy:>7.1f}  {lost}")
    return "\n".join(lines)
