"""How often the interval of `compare --folds` covers the truth, by simulation.

    SKILLWISE_DATA=DIR python benchmarks/folds.py [--systems] [--json docs/results/folds.json]

Skills of 40 (or 100) utterances are drawn from worlds whose truth is known from many other draws:
the mean difference of two learners that were trained on as many utterances as a fold leaves. Each
drawn skill is cross-validated, and the interval of each pair of learners covers that difference or
does not. `--systems` adds maxent-crf against itself without word pairs, which takes some minutes.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the rooms, before this folder's pretrain.py

from baselines.features import IntentGroups, TokenGroups  # noqa: E402
from baselines.maxent_crf import MaxEntCRF, MaxEntCRFSettings  # noqa: E402
from benchmarks.fold_worlds import LEARNERS, World, worlds  # noqa: E402
from data_cards.records import Skill  # noqa: E402
from evaluation.results.figures import write_figures  # noqa: E402
from evaluation.scoring.deals import deal  # noqa: E402
from evaluation.stats.cross_validated import deals_error  # noqa: E402
from evaluation.stats.paired_error import paired_error  # noqa: E402
from evaluation.stats.paired_interval import interval  # noqa: E402

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

TRUTHS, ASKED = 1_000, 300
"""Draws that the true difference is the mean of, and fresh utterances that each is asked."""

MEASURES = ("evaluation.stats.cross_validated", "data_cards.folds")
NAMES = tuple(LEARNERS)
KINDS = ("plain", "widened", "corrected")


@dataclass(frozen=True)
class Design:
    """A simulated comparison: utterances of a skill, folds, deals, and how many skills."""

    size: int = 40
    folds: int = 5
    deals: int = 1
    skills: int = 400

    @property
    def name(self) -> str:
        """Its figures begin so."""
        return f"n{self.size}_k{self.folds}_d{self.deals}"


DESIGNS = (Design(skills=800), Design(deals=3), Design(folds=10), Design(size=100))


class Answering:
    """The small learners on a world: who is right where -> (learners, asked), 1 or 0.

    They are not told of words that their training rows have not.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, train: Rows, asked: Rows, rng: np.random.Generator) -> Floats:
        """Fit each on some rows and ask others."""
        learnt, intents = self.world.words[train], self.world.intents
        known = np.flatnonzero(learnt.any(axis=0))
        learnt, told = learnt[:, known], self.world.words[np.ix_(asked, known)]
        said = [
            learn(learnt, intents[train], told, rng) == intents[asked]
            for learn in LEARNERS.values()
        ]
        return np.array(said, dtype=float)


class Systems(Answering):
    """maxent-crf, and the same with single words only; right is a whole frame."""

    def __call__(self, train: Rows, asked: Rows, rng: np.random.Generator) -> Floats:
        """Fit each on some rows and ask others."""
        rows = self.world.utterances
        skill = Skill("small", "en-US", tuple(rows[i] for i in train))
        questions = [rows[i] for i in asked]
        single = MaxEntCRFSettings(
            intent=IntentGroups(words=1, position=False), token=TokenGroups(words=1)
        )
        right = []
        for settings in (MaxEntCRFSettings(), single):
            system = MaxEntCRF(settings)
            system.fit(skill, 0)
            answers = system.predict(questions)
            both = zip(answers, questions, strict=True)
            right.append([a.frame == u.frame for a, u in both])
        return np.array(right, dtype=float)


def truth(answering: Answering, design: Design, draws: int, rng: np.random.Generator) -> Floats:
    """Mean scores of the learners at the size that a fold leaves to train on -> (learners,)."""
    rows = answering.world.utterances
    found = []
    for draw in range(draws):
        own = rng.choice(len(rows), design.size, replace=False)
        fold = _dealt(answering.world, own, design, -1 - draw)
        asked = np.setdiff1d(rng.choice(len(rows), ASKED, replace=False), own)
        found.append(answering(own[fold != 0], asked, rng).mean(axis=1))
    means: Floats = np.mean(found, axis=0)
    return means


def cross_validated(
    answering: Answering, design: Design, number: int, rng: np.random.Generator
) -> tuple[Floats, Rows]:
    """A drawn skill: who is right where, (deals, learners, utterances), and the folds of the rows,
    (deals, utterances)."""
    own = rng.choice(len(answering.world.utterances), design.size, replace=False)
    folds = np.stack(
        [_dealt(answering.world, own, design, number * 100 + d) for d in range(design.deals)]
    )
    right = []
    for fold in folds:
        parts = [answering(own[fold != f], own[fold == f], rng) for f in range(design.folds)]
        pooled = np.zeros((len(parts[0]), design.size))
        for f, part in enumerate(parts):
            pooled[:, fold == f] = part
        right.append(pooled)
    return np.stack(right), folds


def _dealt(world: World, own: Rows, design: Design, seed: int) -> Rows:
    return np.frombuffer(
        deal([world.utterances[i] for i in own], design.folds, seed), np.uint8
    ).astype(np.int64)


def intervals(differences: Floats, folds: Rows, count: int) -> list[tuple[float, float]]:
    """The interval of (deals, utterances) differences in each of `KINDS`: as if the answers were
    independent; as `compare --folds` gives it; and by the corrected t of Nadeau and Bengio."""
    means = np.array([
        d[f == k].mean() for d, f in zip(differences, folds, strict=True) for k in range(count)
    ])  # fmt: skip
    corrected = (1 / len(means) + 1 / (count - 1)) * means.var(ddof=1)
    half = float(stdtrit(len(means) - 1, 0.975)) * float(np.sqrt(corrected))
    centre = float(means.mean())
    return [
        interval(paired_error(differences.mean(axis=0, keepdims=True))),
        interval(deals_error(differences)),
        (centre - half, centre + half),
    ]


def covered(answering: Answering, design: Design, truths: int = TRUTHS) -> Floats:
    """How often each kind of interval covers the truth -> (pairs of learners, kinds)."""
    rng = np.random.default_rng(1)
    true = truth(answering, design, truths, rng)
    pairs = list(combinations(range(len(true)), 2))
    hits = np.zeros((len(pairs), len(KINDS)))
    for number in range(design.skills):
        right, folds = cross_validated(answering, design, number, rng)
        for at, (first, second) in enumerate(pairs):
            gap = true[second] - true[first]
            found = intervals(right[:, second] - right[:, first], folds, design.folds)
            hits[at] += [low <= gap <= high for low, high in found]
    return hits / design.skills


def told(name: str, shares: Floats) -> str:
    """A line of the table."""
    means = "  ".join(
        f"{k} {100 * v:5.1f}" for k, v in zip(KINDS, shares.mean(axis=0), strict=True)
    )
    widened = shares[:, 1]
    return f"{name:34} {means}   widened, least {100 * widened.min():.1f}"


def kept(figures: dict[str, float | None], name: str, shares: Floats) -> None:
    """Enter the means over pairs, and the least and the greatest of the widened interval."""
    for kind, mean in zip(KINDS, shares.mean(axis=0), strict=True):
        figures[f"{name}_{kind}"] = float(mean)
    figures[f"{name}_least"] = float(shares[:, 1].min())
    figures[f"{name}_greatest"] = float(shares[:, 1].max())
    figures[f"{name}_under_93"] = float((shares[:, 1] < 0.93).mean())


@cache
def _worlds() -> list[World]:
    return list(worlds())


def _small(world: int, design: Design) -> Floats:
    return covered(Answering(_worlds()[world]), design)


def _systems() -> Floats:
    named = (w for w in _worlds() if w.name.startswith("calendarskill"))
    return covered(Systems(next(named, _worlds()[0])), Design(), truths=300)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables and keep their figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--systems", action="store_true", help="maxent-crf too")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(arguments)
    started = time.monotonic()
    figures: dict[str, float | None] = {}
    everywhere = [world.name for world in _worlds()]
    learns = np.array(["commonest" not in pair for pair in combinations(NAMES, 2)])
    with ProcessPoolExecutor(asked.jobs) as pool:
        slow = pool.submit(_systems) if asked.systems else None
        done = {
            (design, number): pool.submit(_small, number, design)
            for design in DESIGNS
            for number in range(len(everywhere))
        }
        for design in DESIGNS:
            by_world = []
            for number, name in enumerate(everywhere):
                shares = done[design, number].result()
                by_world.append(shares)
                print(told(f"{design.name} {name}", shares[learns]), flush=True)
                if design == DESIGNS[0]:
                    kept(figures, f"world_{number + 1}", shares[learns])
            kept(figures, design.name, np.concatenate([s[learns] for s in by_world]))
            kept(
                figures, f"{design.name}_commonest", np.concatenate([s[~learns] for s in by_world])
            )
        if slow is not None:
            shares = slow.result()
            print(told("maxent-crf, calendarskill", shares), flush=True)
            kept(figures, "maxent_crf", shares)
    if asked.json is not None:
        write_figures(asked.json, figures, time.monotonic() - started, MEASURES)


if __name__ == "__main__":
    main()
