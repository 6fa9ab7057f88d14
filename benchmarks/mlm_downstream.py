"""The vectors where they are used: the network on HWU64 and on the apple/orange probe."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from data_cards.card import card
from data_cards.readers.probe import SUBSTITUTED
from data_cards.records import Skill
from data_cards.registry.loading import load
from evaluation.planning.systems import SYSTEMS
from evaluation.scoring.measure import measure
from evaluation.scoring.metrics import METRICS, Counts
from evaluation.stats.bootstrap import skill_replicates
from evaluation.stats.suite_interval import suite_interval, suite_replicates
from pretrain.store.vector_store import default_store

SHOTS = 10
METRIC = "frame_accuracy"
OURS, PEERS = "mlm", ("sgns", "fasttext", "svd", "random")
Cells = dict[str, dict[int, Counts]]
"""One skill: vectors or system -> seed -> counts."""


def compare(work: Path, seeds: int, jobs: int) -> dict[str, float | None]:
    """All HWU64 scenarios on the reported test split, with the paired hierarchical interval."""
    stores = [name for name in (OURS, *PEERS) if (work / name).exists()]
    cells: dict[str, Cells] = {}
    todo = []
    for skill in load(card("hwu64")):
        cells[skill.key] = {name: {} for name in stores}
        todo += [
            (skill, "dnn-mlm", work / name, seed, work / "cells" / f"{skill.key}-{name}-{seed}.npy")
            for name in stores
            for seed in range(seeds)
        ]
    asked = [(s.key, path.name, seed) for s, _, path, seed, _ in todo]
    for (key, name, seed), counts in zip(asked, _counted(todo, jobs), strict=True):
        cells[key][name][seed] = counts
    figures: dict[str, float | None] = {}
    for name in stores:
        figures[f"frame_accuracy_{name}"] = mean(cells, name)
    for peer in stores[1:]:
        low, high = interval(cells, peer, OURS)
        figures[f"frame_accuracy_minus_{peer}"] = mean(cells, OURS) - mean(cells, peer)
        figures |= {f"frame_accuracy_minus_{peer}_low": low}
        figures |= {f"frame_accuracy_minus_{peer}_high": high}
    return figures


def probe(seeds: int, jobs: int) -> dict[str, float | None]:
    """The half of the probe whose words stand nowhere in training; the packaged store."""
    skills = [s for s in load(card("apple-orange")) if s.name.endswith(SUBSTITUTED)]
    systems = ("maxent-crf", "dnn-mlm")
    todo = [
        (skill, system, default_store("en") if system == "dnn-mlm" else None, seed, None)
        for skill in skills
        for system in systems
        for seed in range(seeds)
    ]
    found: dict[str, list[float]] = {system: [] for system in systems}
    for (_, system, *_), counts in zip(todo, _counted(todo, jobs, shots=None), strict=True):
        found[system].append(float(METRICS[METRIC].of(counts.sum(axis=0))))
    base, ours = (float(np.mean(found[system])) for system in systems)
    return {"probe_maxent_crf": base, "probe_dnn_mlm": ours, "probe_ratio": ours / base}


Task = tuple[Skill, str, Path | None, int, Path | None]


def _counted(todo: Sequence[Task], jobs: int, shots: int | None = SHOTS) -> Iterable[Counts]:
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_cell, todo, [shots] * len(todo))


def _cell(task: Task, shots: int | None) -> Counts:
    """Fit and count, or read what an earlier run of the benchmark counted."""
    skill, system, vectors, seed, kept = task
    if kept is not None and kept.exists():
        return np.load(kept)  # type: ignore[no-any-return]
    torch.set_num_threads(1)
    counts = measure(SYSTEMS[system].make(vectors), skill, seed, shots).counts
    if kept is not None:
        kept.parent.mkdir(exist_ok=True)
        scratch = kept.with_name(f".{kept.name}")
        np.save(scratch, counts)
        scratch.rename(kept)
    return counts


def mean(cells: dict[str, Cells], name: str) -> float:
    metric = METRICS[METRIC]
    return float(
        np.mean(
            [metric.of(c.sum(axis=0)) for skill in cells.values() for c in skill[name].values()]
        )
    )


def interval(
    cells: dict[str, Cells], baseline: str, candidate: str
) -> tuple[float | None, float | None]:
    """Of candidate - baseline, mean over skills: seeds, utterances and skills are drawn."""
    rng, pair = np.random.default_rng(0), (baseline, candidate)
    metric = METRICS[METRIC]
    scores, replicates, names = [], [], []
    for key, skill in cells.items():
        found = skill_replicates(skill, [pair], rng)[pair][METRIC]
        replicates.append(found)
        means = [np.mean([metric.of(c.sum(axis=0)) for c in skill[s].values()]) for s in pair]
        scores.append((float(means[0]), float(means[1])))
        names.append(key)
    drawn = suite_replicates(scores, replicates, names, rng)
    return suite_interval(drawn[:, 1] - drawn[:, 0], names)
