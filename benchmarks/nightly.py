"""How often the nightly gate alarms where nothing changed, and how often it finds a planted loss.

Simulated nights of 18 skills with known truth (tests/toys/night_world.py), in series that the
rule was not chosen on: their seeds stand here and are used nowhere else. With `--history` also on
real answers: the nights of a history, dealt anew (evaluation/nights/drill.py).

    python benchmarks/nightly.py --json nightly.json [--series 40] [--history runs/nightly]
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the rooms, before this folder's pretrain.py
sys.path.append(str(ROOT / "tests" / "toys"))

from night_world import RULE, SKILLS, UTTERANCES, World, alarmed  # noqa: E402

from evaluation.nights.drill import Drill, drill  # noqa: E402
from evaluation.nights.rehearsal import pools  # noqa: E402
from evaluation.nights.verdicts import CellEvidence, CellKey, judge  # noqa: E402
from evaluation.results.figures import write_figures  # noqa: E402
from evaluation.scoring.metrics import COLUMNS  # noqa: E402

SEED = 20_261_126
MEASURES = (drill.__module__, judge.__module__)
NIGHTS = 50
WORLDS = {
    "3 seeds, a seed moves 2 points": {"seeds": 3, "luck": 0.06},
    "3 seeds, a seed moves 5 points": {"seeds": 3, "luck": 0.15},
    "1 seed, a seed moves 2 points": {"seeds": 1, "luck": 0.06},
    "3 seeds, nothing random": {"seeds": 3, "luck": 0.0, "noise": 0.0},
}
"""The first is the setting of docs/NIGHTLY.md; the others are harder, or have no chance at all."""


def main() -> None:
    """Print the table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--series", type=int, default=40)
    parser.add_argument("--history", type=Path)
    parser.add_argument("--worlds", type=int, default=len(WORLDS))
    asked = parser.parse_args()
    started = time.monotonic()
    figures: dict[str, float] = {}
    for number, (name, options) in enumerate(list(WORLDS.items())[: asked.worlds]):
        found = simulated(np.random.SeedSequence([SEED, number]), asked.series, options)
        told(figures, f"simulated_{number}", name, found)
    quiet = neutral(np.random.SeedSequence([SEED, 99]), asked.series)
    print(f"a neutral change of a system without chance: alarms in {quiet} of {asked.series}")
    figures["neutral_change_alarms"] = quiet / asked.series
    if asked.history is not None:
        held, seeds = pools(asked.history)
        dealt = drill(held, seeds, asked.series, np.random.default_rng(SEED))
        name = f"real answers, {seeds} seeds a night, {dealt.nights} nights a series"
        told(figures, "real", name, dealt)
    write_figures(asked.json, figures, time.monotonic() - started, MEASURES)


def simulated(seed: np.random.SeedSequence, series: int, options: dict[str, float]) -> Drill:
    """Series of nights without a change, and of five nights with a loss from the third one on."""
    alarms = noisy = often = everywhere = one = 0
    for child in seed.spawn(series):
        quiet, all_skills, one_skill = child.spawn(3)
        world = World(np.random.default_rng(quiet), **options)
        found = [alarmed(night) for night in world.nights(NIGHTS)]
        alarms, noisy, often = alarms + sum(found), noisy + any(found), often + (sum(found) > 1)
        world = World(np.random.default_rng(all_skills), **options)
        nights = list(world.nights(5, lambda night, skill: 0.03 if night >= 2 else 0.0))
        everywhere += any(suites[0].verdict == "regression" for _, suites in nights[2:])
        world = World(np.random.default_rng(one_skill), **options)
        hit = int(world.rng.integers(SKILLS))
        nights = list(
            world.nights(5, lambda night, skill, hit=hit: 0.08 * (night >= 2 and skill == hit))
        )
        one += any(cells[hit].verdict == "regression" for cells, _ in nights[2:])
    return Drill(series, NIGHTS, alarms, noisy, often, everywhere, one)


def neutral(seed: np.random.SeedSequence, series: int) -> int:
    """Series with an alarm within 3 nights of a change that is no loss: a system without chance
    answers a tenth of all utterances anew, each as likely right as the skill's others."""
    noisy = 0
    for child in seed.spawn(series):
        rng = np.random.default_rng(child)
        world = World(rng, luck=0.0, noise=0.0)
        cells = []
        for i in range(SKILLS):
            before = world.run(i, RULE.window * world.seeds)
            after = before[: world.seeds].copy()
            anew = rng.random(UTTERANCES) < 0.1
            frame = COLUMNS.index("frame")
            right = rng.random(UTTERANCES) < before[0, :, frame].mean()
            after[:, anew, frame] = right[anew]
            key = CellKey("suite", f"skill {i}", "en-US", None, "dnn")
            cells.append(CellEvidence(key, before, (after,) * RULE.window))
        noisy += alarmed(judge(cells, RULE))
    return noisy


def told(figures: dict[str, float], key: str, name: str, found: Drill) -> None:
    """Print one setting's line and keep its figures."""
    nights = found.nights * found.series
    print(
        f"{name}: {found.alarms} of {nights} nights without a change alarmed, in "
        f"{found.series_with_alarm} of {found.series} series, more than once in "
        f"{found.series_with_more}; found 3 points everywhere {found.found_everywhere} of "
        f"{found.series}, 8 points in one skill {found.found_in_one} of {found.series}",
        flush=True,
    )
    figures |= {
        f"{key}_false_alarms": found.alarms,
        f"{key}_nights": nights,
        f"{key}_series_with_alarm": found.series_with_alarm / found.series,
        f"{key}_series_with_more_alarms": found.series_with_more / found.series,
        f"{key}_found_3_points_everywhere": found.found_everywhere / found.series,
        f"{key}_found_8_points_in_one": found.found_in_one / found.series,
    }


if __name__ == "__main__":
    main()
