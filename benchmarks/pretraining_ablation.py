"""Pretraining with one thing changed, down to the frame accuracy of a network that reads it.

    SKILLWISE_DATA=... python benchmarks/pretraining_ablation.py --text FILE... --locale en \
        --steps 3000 --work runs/pretraining --json docs/results/pretraining.json

Each row trains a transformer for --steps (some rows for a share of them) on the same text, less the
test utterances of all cards that are here. `dnn-context` then reads its word vectors and its states
on the development skills (`evaluation/planning/tuned_on.py`), each cut by
`data_cards.draws.develop`: no reported test utterance is read. A finished row is kept in --work,
and an unfinished one goes on from its checkpoint. Differences to the base are in points, with the
paired interval over seeds, utterances and skills.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the rooms, before this folder's pretrain.py

from benchmarks.mlm_downstream import Cells, interval, mean  # noqa: E402
from data_cards.card import card, cards  # noqa: E402
from data_cards.draws import develop  # noqa: E402
from data_cards.errors import SkillwiseError, nearest  # noqa: E402
from data_cards.locales import language as language_of  # noqa: E402
from data_cards.records import Skill  # noqa: E402
from data_cards.registry.loading import load  # noqa: E402
from evaluation.planning.systems import SYSTEMS  # noqa: E402
from evaluation.planning.tuned_on import TUNED, development  # noqa: E402
from evaluation.results.figures import write_figures  # noqa: E402
from evaluation.scoring.measure import measure  # noqa: E402
from pretrain.store.vector_store import FILE  # noqa: E402
from pretrain.text import sources  # noqa: E402
from pretrain.text.stop_list import StopList  # noqa: E402
from pretrain.transformer.budget import CHECKPOINT  # noqa: E402
from pretrain.transformer.pipeline import ENCODER, pretrain  # noqa: E402
from pretrain.transformer.request import Request  # noqa: E402
from pretrain.transformer.settings import EncoderSettings  # noqa: E402

MEASURES = ("pretrain.transformer.pipeline", "dnn.system")
BASE, SYSTEM, SHOTS = "base", "dnn-context", 10


@dataclass(frozen=True, slots=True)
class Row:
    """One named change of the base."""

    what: str
    set: Mapping[str, Any] = field(default_factory=dict)
    steps: float = 1.0
    """Share of the steps; 0 leaves the encoder untrained over the counted start."""
    texts: int = 1
    """Every so many-th text is read."""


ROWS: dict[str, Row] = {
    BASE: Row("the settings as they are"),
    "mask-15": Row("15 % of the words masked", {"mask": 0.15}),
    "mask-40": Row("40 % of the words masked", {"mask": 0.4}),
    "layers-2": Row("two layers", {"layers": 2}),
    "layers-6": Row("six layers", {"layers": 6}),
    "width-192": Row("states of 192", {"width": 192, "heads": 3, "feed_forward": 768}),
    "width-448": Row("states of 448", {"width": 448, "heads": 7, "feed_forward": 1792}),
    "no-neighbours": Row("without the neighbouring lines' words", {"neighbours": 0.0}),
    "no-start": Row("from random tables", {"counted_start": False}),
    "untrained": Row("the counted start alone, below an untrained encoder", steps=0.0),
    "half-the-steps": Row("half the words seen", steps=0.5),
    "twice-the-steps": Row("twice the words seen", steps=2.0),
    "half-the-texts": Row("every second text", texts=2),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What all rows share."""

    texts: tuple[str, ...]
    language: str
    steps: int
    work: Path
    settings: Mapping[str, Any]
    stop: StopList


def trained(name: str, asked: Asked) -> Path:
    """The stores of a row, trained where they are not there yet."""
    row, folder = ROWS[name], asked.work / name
    out = folder / "model"
    if (out / FILE).exists():
        return out
    folder.mkdir(parents=True, exist_ok=True)
    for shared in (asked.work / BASE).glob("*-*"):  # corpus, start and what was left out
        if not (folder / shared.name).exists():
            (folder / shared.name).symlink_to(shared.resolve())
    texts = tuple(asked.stop.without(sources.file(text)) for text in asked.texts[:: row.texts])
    untrained = {"table_rate": 0.0, "rate": 1e-12} if not row.steps else {}
    settings = EncoderSettings.model_validate({**asked.settings, **row.set, **untrained})
    request = Request(
        texts, asked.language, out, settings, 0, max(1, round(asked.steps * row.steps)),
        (folder / CHECKPOINT).exists(), folder, asked.stop, f"pretraining_ablation.py, row {name}",
    )  # fmt: skip
    return pretrain(request, print, lambda p: print(f"{name}: step {p.step:,} loss {p.loss:.3f}"))


def skills(language: str) -> Iterator[Skill]:
    """The development skills of a language, cut from their training utterances."""
    for suite in TUNED:
        for skill in load(card(suite)):
            if skill.language == language and development(f"{suite}/{skill.key}"):
                cut = develop(skill, None)
                if cut.test and cut.train:
                    yield cut


def main() -> int:
    """Train and score the rows, print, and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true", help="name the rows and stop")
    parser.add_argument("--text", action="append", default=[], help="as of `skillwise pretrain`")
    parser.add_argument("--locale", default="en")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--set", action="append", default=[], help="a setting of every row")
    parser.add_argument("--work", type=Path, default=Path("runs/pretraining"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", type=Path, help="file for the figures")
    given = parser.parse_args()
    if given.list:
        print("\n".join(f"{name:<18}{row.what}" for name, row in ROWS.items()))
        return 0
    torch.set_num_threads(given.threads)
    started = time.monotonic()
    names = list(dict.fromkeys([BASE, *given.rows.split(",")]))
    for name in names:
        if name not in ROWS:
            raise SkillwiseError(f"--rows {name}: no such row; {nearest(name, ROWS)}")
    from evaluation.commands.training import Encoder, settings_of

    language = language_of(given.locale)
    asked = Asked(
        tuple(given.text), language, given.steps, given.work,
        settings_of(Encoder.transformer, given.set).model_dump(),
        StopList.of(cards().values(), language),
    )  # fmt: skip
    found = list(skills(language))
    if not found:
        raise SkillwiseError(f"no development skill of {language!r} is on this machine")
    print(f"{len(found)} development skills: {', '.join(s.key for s in found)}", flush=True)
    cells: dict[str, Cells] = {f"{i} {s.key}": {n: {} for n in names} for i, s in enumerate(found)}
    for name in names:
        out = trained(name, asked)
        _count(name, out, found, cells, given.seeds, given.jobs)
    figures: dict[str, float | None] = {"skills": float(len(found))}
    for name in names:
        figures |= effect(name, cells)
        print(f"{name:<18}{figures[f'frame_accuracy_{_slug(name)}']:.4f}  {ROWS[name].what}")
    if given.json:
        write_figures(given.json, figures, time.monotonic() - started, MEASURES)
    return 0


def effect(name: str, cells: dict[str, Cells]) -> dict[str, float | None]:
    """A row's mean frame accuracy over skills, and its points over the base."""
    slug = _slug(name)
    found: dict[str, float | None] = {f"frame_accuracy_{slug}": mean(cells, name)}
    if name != BASE:
        low, high = interval(cells, BASE, name)
        found[f"{slug}_points"] = 100 * (mean(cells, name) - mean(cells, BASE))
        found[f"{slug}_points_ci_low"] = None if low is None else 100 * low
        found[f"{slug}_points_ci_high"] = None if high is None else 100 * high
    return found


def _slug(name: str) -> str:
    return name.replace("-", "_")


def _count(
    name: str, out: Path, found: Sequence[Skill], cells: dict[str, Cells], seeds: int, jobs: int
) -> None:
    """Fit and count what an earlier call did not."""
    todo = [
        (label, skill, seed, out.parent / "cells" / f"{label.replace(' ', '-')}-{seed}.npy")
        for label, skill in zip(cells, found, strict=True)
        for seed in range(seeds)
    ]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        counted = pool.map(_cell, [(skill, out, seed, kept) for _, skill, seed, kept in todo])
        for (label, _, seed, _), counts in zip(todo, counted, strict=True):
            cells[label][name][seed] = counts


def _cell(task: tuple[Skill, Path, int, Path]) -> np.ndarray:
    skill, out, seed, kept = task
    if kept.exists():
        found: np.ndarray = np.load(kept)
        return found
    torch.set_num_threads(1)
    system = SYSTEMS[SYSTEM].make(out, None, out / ENCODER)
    counts = measure(system, skill, seed, SHOTS).counts
    kept.parent.mkdir(exist_ok=True)
    scratch = kept.with_name(f".{kept.name}")
    with scratch.open("wb") as file:
        np.save(file, counts)
    scratch.rename(kept)
    return counts


if __name__ == "__main__":
    raise SystemExit(main())
