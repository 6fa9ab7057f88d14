"""The same network with a skill's own words in its local store, and without: what they are worth.

    SKILLWISE_DATA=... python benchmarks/local_words.py --slice-vectors en --work runs/local-words \
        --json docs/results/local-words.json [--reported]

Two slices are fixed before anything is fitted. `oov_slice` holds the utterances with a word that
is neither in training nor in the store that --slice-vectors names (en and de name the packaged
ones), so that other --vectors do not move it. `listed_slice` holds those with a value that stands
in a catalog and in no training utterance. Only skills that have such utterances are fitted; `all`
is every utterance of theirs. By default they are the English development skills (settings may be
chosen on these), with --reported the collected English ones that count.

Variants, of which the first one asked for has figures without its name in front:
  both      a word's contexts and its spelling, n/(n+k) and k/(n+k) after n contexts
  half      both, always half and half
  spelling  the spelling alone
  context   the contexts alone
  listed    as both, but a word that no developer wrote has no vector

A difference is in points of frame accuracy over the pooled utterances of a slice, its interval
that of a ratio over skills (`evaluation.findings.slices`). A run that was cut short goes on.
"""

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the rooms, before this folder's pretrain.py

from data_cards.draws import draw  # noqa: E402
from data_cards.errors import SkillwiseError, nearest  # noqa: E402
from evaluation.driver.compare import compare  # noqa: E402
from evaluation.findings.slices import FRAME, ratio_half_width  # noqa: E402
from evaluation.planning.changes import written  # noqa: E402
from evaluation.planning.novelty import LISTED, OUT_OF_VECTORS, novelty  # noqa: E402
from evaluation.planning.plan import FOLDER, CompareSettings, plan  # noqa: E402
from evaluation.planning.skill_block import PackedSkill, unpack  # noqa: E402
from evaluation.planning.skills import COLLECTED  # noqa: E402
from evaluation.planning.tuned_on import TUNED, development  # noqa: E402
from evaluation.results.figures import SCORING, write_figures  # noqa: E402
from evaluation.results.reader import FILE, Results  # noqa: E402
from evaluation.workers.progress import say  # noqa: E402
from pretrain.store.vector_store import VectorStore, default_store  # noqa: E402

OFF = "off"
VARIANTS: dict[str, dict[str, object]] = {
    OFF: {"local_words": "none"},
    "both": {"local_words": "both"},
    "half": {"local_words": "both", "local_prior": 0.0},
    "spelling": {"local_words": "spelling"},
    "context": {"local_words": "context"},
    "listed": {"local_words": "both", "local_unseen": False},
}
LEFT_OUT = ("hwu64", "snips", "slurp")
"""Cards that others report on: a figure of theirs stands by itself."""
MEASURES = ("dnn.system", *SCORING)

Key = tuple[str, int]
"""A skill's label and a seed."""
Slices = Mapping[str, NDArray[np.bool_]]
"""The name of a slice -> (utterances,) of a test split."""
Right = Mapping[Key, NDArray[np.bool_]]
"""(utterances,): which frames one variant has right."""


def sliced(skill: PackedSkill, shots: int | None, seed: int, store: VectorStore) -> Slices:
    """The slices of the test split for what is drawn of the training split."""
    found = novelty(draw(unpack(skill), shots, seed), store)
    newest = [max(values, default=-1) for values in found.values]
    return {
        "oov_slice": np.array(found.words) == OUT_OF_VECTORS,
        "listed_slice": np.array(newest) == LISTED,
        "all": np.ones(len(newest), dtype=bool),
    }


@dataclass(frozen=True)
class Asked:
    """The skills to be fitted, and their slices."""

    skills: tuple[PackedSkill, ...]
    slices: Mapping[Key, Slices]

    @classmethod
    def of(
        cls, skills: Sequence[PackedSkill], shots: int | None, seeds: int, store: VectorStore
    ) -> "Asked":
        """Those of some skills, in the store's language, that have an utterance in a slice."""
        kept, slices = [], {}
        for skill in skills:
            if skill.language != store.language:
                continue
            own = {(skill.label, seed): sliced(skill, shots, seed, store) for seed in range(seeds)}
            if any(s["oov_slice"].any() or s["listed_slice"].any() for s in own.values()):
                kept.append(skill)
                slices |= own
        if not kept:
            raise SkillwiseError("no skill has an utterance in either slice; name other skills")
        return cls(tuple(kept), slices)


def counted(label: str, reported: bool) -> bool:
    """Whether a skill, suite/name@locale, is among those to be measured."""
    return development(label) != reported and label.partition("/")[0] not in LEFT_OUT


def right(work: Path, settings: CompareSettings, skills: Sequence[PackedSkill], jobs: int) -> Right:
    """Fit one variant on some skills, or read what is there; which frames it has right."""
    planned = plan(settings, work.parent / FOLDER)
    chosen = {skill.label for skill in skills}
    planned = replace(planned, skills=tuple(s for s in planned.skills if s.label in chosen))
    run = compare(planned, work, jobs=jobs)
    if run.failures:
        raise SkillwiseError(f"{work}: {len(run.failures)} cells failed; its report says why")
    with Results(work / FILE) as results:
        return {
            (cell.label, cell.row.seed): results.counts(cell.row.key)[:, FRAME].astype(bool)
            for cell in run.cells
        }


def compared(asked: Asked, before: Right, after: Right) -> dict[str, float | None]:
    """The points of each slice with their interval, its size, and both accuracies. Pure."""
    names = sorted({skill.name for skill in asked.skills})
    name_of = {skill.label: names.index(skill.name) for skill in asked.skills}
    found: dict[str, float | None] = {}
    for part in ("oov_slice", "listed_slice", "all"):
        totals = np.zeros((len(names), 3))  # utterances, right before, right after
        for key, slices in asked.slices.items():
            at = slices[part]
            totals[name_of[key[0]]] += at.sum(), before[key][at].sum(), after[key][at].sum()
        totals = totals[totals[:, 0] > 0]
        count, old, new = totals.sum(axis=0) if len(totals) else (0.0, 0.0, 0.0)
        points = 100 * (new - old) / count if count else None
        half = ratio_half_width(totals[:, 2] - totals[:, 1], totals[:, 0]) if count else None
        found |= {
            f"{part}_points": points,
            f"{part}_low_points": None if half is None or points is None else points - 100 * half,
            f"{part}_high_points": None if half is None or points is None else points + 100 * half,
            f"{part}_off": old / count if count else None,
            f"{part}_on": new / count if count else None,
            f"{part}_utterances": float(count),
            f"{part}_skills": float(len(totals)),
        }
    return found


def run(asked: argparse.Namespace) -> dict[str, float | None]:
    """What the options ask for."""
    variants = asked.variants.split(",")
    for name in variants:
        if name not in VARIANTS or name == OFF:
            raise SkillwiseError(f"--variants {name}: no such variant; {nearest(name, VARIANTS)}")
    named = Path(asked.slice_vectors)
    packaged = None if named.exists() else default_store(asked.slice_vectors)
    store = VectorStore.open(packaged or named)
    suites = tuple(asked.suite or ([COLLECTED] if asked.reported else [*TUNED]))
    settings = CompareSettings(
        suites=() if asked.data else suites, data=tuple(asked.data or ()), systems=(asked.system,),
        shots=(asked.shots,), seeds=asked.seeds, skills=asked.skills,
        vectors=tuple(asked.vectors or ()),
    )  # fmt: skip
    skills = plan(settings, asked.work / FOLDER).skills
    if not asked.data:
        skills = tuple(skill for skill in skills if counted(skill.label, asked.reported))
    chosen = Asked.of(skills, asked.shots, asked.seeds, store)
    say(f"{len(chosen.skills)} skills have an utterance in a slice")
    answers: dict[str, Right] = {}
    for name in (OFF, *variants):
        values = {**VARIANTS[name]}
        changes = [written(f"{asked.system}.{key}", value) for key, value in values.items()]
        changed = settings.model_copy(update={"changes": (*(asked.set or ()), *changes)})
        answers[name] = right(asked.work / name, changed, chosen.skills, asked.jobs)
    figures: dict[str, float | None] = {}
    for name in variants:
        found = compared(chosen, answers[OFF], answers[name])
        figures |= found if name == variants[0] else {}
        figures |= {f"{name}_{key}": value for key, value in found.items()}
    return figures


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--work", type=Path, default=Path("runs/local-words"), help="its runs")
    parser.add_argument("--slice-vectors", required=True, help="store whose words fix the slice")
    parser.add_argument("--vectors", action="append", type=Path, help="store of the network")
    parser.add_argument("--system", default="dnn-mlm")
    parser.add_argument("--variants", default="both,half,spelling,context,listed")
    parser.add_argument("--set", action="append", help="system.key=value, on both sides")
    parser.add_argument("--reported", action="store_true", help="skills that count, not to tune on")
    parser.add_argument("--suite", action="append", help="data card")
    parser.add_argument("--data", action="append", type=Path, help="folder of skills")
    parser.add_argument("--skills", default="*", help="globs over skill@locale")
    parser.add_argument("--shots", type=int, default=10, help="utterances an intent [10]")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    asked = parser.parse_args(argv)
    started = time.monotonic()
    try:
        figures = run(asked)
    except SkillwiseError as error:
        print(f"local_words: {error}", file=sys.stderr)
        return 2
    for name, value in figures.items():
        print(f"{name:<36}{'-' if value is None else f'{value:,.3f}':>12}")
    if asked.json:
        write_figures(asked.json, figures, time.monotonic() - started, MEASURES)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
