"""What each representation of words is worth: the same network on random vectors, counted ones,
skip-gram, our static vectors and our encoder, with transfer and without.

    SKILLWISE_DATA=... python benchmarks/representations.py --start DIR --sgns DIR \
        --untrained hf:DIR --work runs/representations [--reported] \
        --json docs/results/representations-development.json

Without --reported it measures the development skills. They choose two controls: the better of
`dnn-random` and `dnn-random-frozen`, and the better of the counted start alone and the untrained
encoder over it. With --reported, and --chosen naming the figures that were measured on development
skills, it measures all counted English skills outside HWU64, SNIPS and SLURP.

--start is the factorised co-occurrence matrix (`benchmarks/comparators.py --only ppmi-svd`),
--sgns skip-gram vectors of the same text, --untrained what `--untrained-from WORK` writes of the
work folder of `skillwise pretrain --encoder transformer --work WORK`: its encoder before the first
step. Static vectors and the encoder are the packaged ones unless --vectors names others.

A figure ends in `_annotated` or `_expanded` where it is of skills that people wrote, said or
translated, or of expanded templates; without an ending both are together. Points are of frame
accuracy. Intervals resample families of skills (95 %, percentile). A run that was cut short goes
on.
"""

import argparse
import json
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

from data_cards.card import card  # noqa: E402
from data_cards.errors import SkillwiseError  # noqa: E402
from data_cards.registry.kinds import kind  # noqa: E402
from evaluation.driver.compare import compare  # noqa: E402
from evaluation.planning.families import stem  # noqa: E402
from evaluation.planning.plan import FOLDER, CompareSettings, plan  # noqa: E402
from evaluation.planning.skill_block import PackedSkill  # noqa: E402
from evaluation.planning.skills import COLLECTED  # noqa: E402
from evaluation.planning.tuned_on import TUNED, development  # noqa: E402
from evaluation.results.figures import SCORING, write_figures  # noqa: E402
from evaluation.workers.progress import say  # noqa: E402

LEFT_OUT = ("hwu64", "snips", "snips-joint", "slurp")
"""Cards that others report on: a figure of theirs stands by itself."""
MEASURES = ("dnn.system", *SCORING)
RESAMPLES = 10_000
LEVEL = 0.95

Floats = NDArray[np.float64]
Figures = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Arm:
    """A system and the vectors it reads, by the options that name them; "" is the packaged one."""

    system: str
    reads: tuple[str, ...] = ()


ARMS = {
    "frozen": Arm("dnn-random-frozen"),
    "table": Arm("dnn-random"),
    "start": Arm("dnn-mlm", ("start",)),
    "sgns": Arm("dnn-mlm", ("sgns",)),
    "static": Arm("dnn-mlm", ("vectors",)),
    "untrained": Arm("dnn-context", ("start", "untrained")),
    "context": Arm("dnn-context", ("vectors",)),
    "static-transfer": Arm("dnn-mlm-transfer", ("vectors",)),
    "dnn": Arm("dnn", ("vectors",)),
}
CONTROLS = {"random": ("table", "frozen"), "before": ("start", "untrained")}
"""The controls of which the better one counts, on development skills."""

PAIRS = {
    "mlm_over_start": ("before", "context"),
    "mlm_over_sgns": ("sgns", "context"),
    "mlm_static_over_svd": ("start", "static"),
    "mlm_static_over_sgns": ("sgns", "static"),
    "context_over_static": ("static", "context"),
    "context_over_static_transfer": ("static-transfer", "dnn"),
    "context": ("random", "context"),
    "static": ("random", "static"),
    "transfer": ("static", "static-transfer"),
}
"""What is compared: the control and who stands against it."""


@dataclass(frozen=True)
class Measured:
    """Mean frame accuracy over seeds of each skill, by arm; skills in one order."""

    families: tuple[str, ...]
    annotated: NDArray[np.bool_]
    scores: Mapping[str, Floats]


def measured(asked: argparse.Namespace) -> Measured:
    """Fit every arm on the skills, or read what is there."""
    suites = (COLLECTED,) if asked.reported else tuple(TUNED)
    chosen: dict[str, PackedSkill] = {}
    scores: dict[str, dict[str, float]] = {}
    for name, arm in ARMS.items():
        if asked.only and name not in asked.only.split(","):
            continue
        given = [path for option in arm.reads for path in getattr(asked, option) or ()]
        settings = CompareSettings(
            suites=tuple(asked.suite or suites), systems=(arm.system,), shots=(asked.shots,),
            seeds=asked.seeds, skills=asked.skills, vectors=tuple(given),
            sources=tuple(asked.sources or ()),
        )  # fmt: skip
        planned = plan(settings, asked.work / FOLDER)
        kept = tuple(s for s in planned.skills if counted(s, asked.reported))
        chosen |= {skill.label: skill for skill in kept}
        say(f"{name}: {arm.system} on {len(kept)} skills")
        run = compare(replace(planned, skills=kept), asked.work / name, jobs=asked.jobs)
        if run.failures:
            raise SkillwiseError(f"{asked.work / name}: {len(run.failures)} cells failed")
        own: dict[str, list[float]] = {}
        for cell in run.cells:
            own.setdefault(cell.label, []).append(cell.row.frame_accuracy)
        scores[name] = {label: float(np.mean(values)) for label, values in own.items()}
    labels = sorted(set.intersection(*(set(found) for found in scores.values())))
    return Measured(
        tuple(stem(chosen[label].name) for label in labels),
        np.array(
            [kind(chosen[label], card(chosen[label].suite)) != "expanded" for label in labels]
        ),
        {name: np.array([found[label] for label in labels]) for name, found in scores.items()},
    )


def counted(skill: PackedSkill, reported: bool) -> bool:
    """Whether a skill is among those to be measured."""
    outside = skill.suite not in LEFT_OUT
    return skill.language == "en" and outside and development(skill.label) != reported


def choose(scores: Mapping[str, Floats]) -> dict[str, str]:
    """The better arm of each control, by mean frame accuracy."""
    return {
        name: max(arms, key=lambda arm: float(scores[arm].mean()))
        for name, arms in CONTROLS.items()
        if all(arm in scores for arm in arms)
    }


def figures(found: Measured, chosen: Mapping[str, str]) -> Figures:
    """Every pair on all skills, annotated ones and expanded ones. Pure."""
    out: Figures = {f"skills_{n}": float(v) for n, v in _counts(found).items()}
    for ending, part in _parts(found):
        for name, values in found.scores.items():
            out[f"frame_{name}{ending}"] = float(values[part].mean()) if part.any() else None
        for name, pair in PAIRS.items():
            control, against = (chosen.get(arm, arm) for arm in pair)
            if control in found.scores and against in found.scores:
                families = np.array(found.families)[part]
                one, other = found.scores[control][part], found.scores[against][part]
                out |= _pair(name, ending, one, other, families)
    return out


def _counts(found: Measured) -> dict[str, int]:
    return {
        "all": len(found.families), "annotated": int(found.annotated.sum()),
        "expanded": int((~found.annotated).sum()), "families": len(set(found.families)),
    }  # fmt: skip


def _parts(found: Measured) -> list[tuple[str, NDArray[np.bool_]]]:
    everything = np.ones(len(found.annotated), dtype=bool)
    return [("", everything), ("_annotated", found.annotated), ("_expanded", ~found.annotated)]


def _pair(
    name: str, ending: str, control: Floats, against: Floats, families: NDArray[np.str_]
) -> Figures:
    """Points and relative gain of one pair with intervals, and on how many skills it is ahead."""
    if not len(control):
        return {f"{name}_points{ending}": None, f"{name}_relative_gain{ending}": None}
    means = resampled(control, against, families)
    points = 100 * (means[:, 1] - means[:, 0])
    gains = means[:, 1] / np.maximum(means[:, 0], 1e-9) - 1
    tail = 50 * (1 - LEVEL)
    low, high = np.percentile(points, [tail, 100 - tail])
    gain_low, gain_high = np.percentile(gains, [tail, 100 - tail])
    return {
        f"{name}_points{ending}": 100 * float(against.mean() - control.mean()),
        f"{name}_points_ci_low{ending}": float(low),
        f"{name}_points_ci_high{ending}": float(high),
        f"{name}_relative_gain{ending}": float(against.mean() / control.mean() - 1),
        f"{name}_relative_gain_ci_low{ending}": float(gain_low),
        f"{name}_relative_gain_ci_high{ending}": float(gain_high),
        f"{name}_wins{ending}": float((against > control).sum()),
    }


def resampled(control: Floats, against: Floats, families: NDArray[np.str_]) -> Floats:
    """Means over skills of both sides, (resamples, 2), families drawn with replacement."""
    _, of = np.unique(families, return_inverse=True)
    count = int(of.max()) + 1
    sums = np.stack(
        [np.bincount(of, values, count) for values in (np.ones(len(of)), control, against)]
    )
    drawn = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), RESAMPLES)
    totals = drawn @ sums.T  # (resamples, 3)
    means: Floats = totals[:, 1:] / totals[:, :1]
    return means


def untrained(work: Path, out: Path, seed: int) -> Path:
    """The encoder of a pretraining's work folder before its first step, over the counted start."""
    import torch

    from pretrain.transformer import writing
    from pretrain.transformer.lines import opened
    from pretrain.transformer.model import MaskedLanguageModel
    from pretrain.transformer.settings import EncoderSettings

    folders, starts = sorted(work.glob("lines-*")), sorted(work.glob("start-*.npy"))
    if len(folders) != 1 or len(starts) != 1:
        raise SkillwiseError(f"{work}: is no work folder of one pretraining; name that of --work")
    lines, start = opened(folders[0], (1,), ""), np.load(starts[0])
    pieces = lines.tokenizer.get_vocab_size()
    settings = EncoderSettings(pieces=pieces, table=start.shape[1])
    torch.manual_seed(seed)
    model = MaskedLanguageModel(settings, pieces)
    model.start_from(start)
    card = "---\nlanguage: [en]\n---\nAn encoder before its first step, over the counted start.\n"
    writing.write(out, model.exported(), lines.tokenizer, card)
    return out


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--work", type=Path, default=Path("runs/representations"), help="its runs")
    parser.add_argument("--start", action="append", type=Path, help="store of the counted start")
    parser.add_argument("--sgns", action="append", type=Path, help="store of skip-gram vectors")
    parser.add_argument("--untrained", action="append", type=Path, help="hf: and the folder")
    parser.add_argument("--vectors", action="append", type=Path, help="our store, our encoder")
    parser.add_argument("--untrained-from", type=Path, help="write --work/untrained-encoder, stop")
    parser.add_argument("--reported", action="store_true", help="skills that count")
    parser.add_argument("--chosen", type=Path, help="figures of development skills: the controls")
    parser.add_argument("--only", help="these arms alone, by commas")
    parser.add_argument("--suite", action="append", help="data card")
    parser.add_argument("--sources", action="append", help="cards whose skills teach in stage 1")
    parser.add_argument("--skills", default="*", help="globs over skill@locale")
    parser.add_argument("--shots", type=int, default=10, help="utterances an intent [10]")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    asked = parser.parse_args(argv)
    started = time.monotonic()
    try:
        if asked.untrained_from is not None:
            print(untrained(asked.untrained_from, asked.work / "untrained-encoder", 0))
            return 0
        found = measured(asked)
    except SkillwiseError as error:
        print(f"representations: {error}", file=sys.stderr)
        return 2
    if asked.chosen is not None:
        before = json.loads(asked.chosen.read_text("utf-8"))["figures"]
        scores = {
            name: np.array([before[f"frame_{name}"]])
            for name in ARMS if before.get(f"frame_{name}") is not None
        }  # fmt: skip
        chosen = choose(scores)
    else:
        chosen = choose(found.scores)
    say(f"controls: {chosen}")
    result = figures(found, chosen)
    for name, value in result.items():
        print(f"{name:<52}{'-' if value is None else f'{value:,.3f}':>10}")
    if asked.json:
        write_figures(asked.json, result, time.monotonic() - started, MEASURES)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
