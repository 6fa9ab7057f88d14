"""How often the nightly gate alarms where nothing changed, and how often it finds a planted loss.

Simulated nights of 18 skills with known truth (tests/evaluation/night_world.py), in series that the
rule was not chosen on: their seeds stand here and are used nowhere else. With `--history` also on
real answers: the nights of a history, dealt anew (evaluation/night_drill.py).

    python benchmarks/nightly.py --json nightly.json [--series 40] [--history runs/nightly]
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "evaluation"))

from night_world import World, alarmed

from evaluation.night_drill import drill
from evaluation.night_rehearsal import pools
from evaluation.versions import commit

SEED = 20_261_125
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
        told(figures, f"simulated_{number}", name, found, asked.series)
    if asked.history is not None:
        held, seeds = pools(asked.history)
        dealt = drill(held, seeds, asked.series, np.random.default_rng(SEED))
        told(
            figures, "real", f"real answers, {seeds} seeds a night, {dealt.nights} nights a series",
            (dealt.alarms, dealt.nights * dealt.series, dealt.series_with_alarm,
             dealt.found_everywhere, dealt.found_in_one),
            dealt.series,
        )  # fmt: skip
    content = {
        "schema": 1, "commit": commit(), "seconds": round(time.monotonic() - started, 1),
        "figures": figures,
    }  # fmt: skip
    asked.json.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def simulated(
    seed: np.random.SeedSequence, series: int, options: dict[str, float]
) -> tuple[int, int, int, int, int]:
    """Nights with an alarm, of how many, in how many series; both losses found within 3 nights."""
    alarms = noisy = everywhere = one = 0
    for child in seed.spawn(series):
        quiet, all_skills, one_skill = child.spawn(3)
        world = World(np.random.default_rng(quiet), **options)
        found = [alarmed(night) for night in world.nights(NIGHTS)]
        alarms, noisy = alarms + sum(found), noisy + any(found)
        world = World(np.random.default_rng(all_skills), **options)
        nights = list(world.nights(5, lambda night, skill: 0.03 if night >= 2 else 0.0))
        everywhere += any(suites[0].verdict == "regression" for _, suites in nights[2:])
        world = World(np.random.default_rng(one_skill), **options)
        hit = int(world.rng.integers(18))
        nights = list(
            world.nights(5, lambda night, skill, hit=hit: 0.08 * (night >= 2 and skill == hit))
        )
        one += any(cells[hit].verdict == "regression" for cells, _ in nights[2:])
    return alarms, NIGHTS * series, noisy, everywhere, one


def told(
    figures: dict[str, float], key: str, name: str, found: tuple[int, int, int, int, int],
    series: int,
) -> None:  # fmt: skip
    """Print one setting's line and keep its figures."""
    alarms, nights, noisy, everywhere, one = found
    print(
        f"{name}: {alarms} of {nights} nights without a change alarmed (in {noisy} of {series} "
        f"series); found 3 points everywhere {everywhere} of {series}, "
        f"8 points in one skill {one} of {series}",
        flush=True,
    )
    figures |= {
        f"{key}_false_alarms": alarms, f"{key}_nights": nights, f"{key}_series_with_alarm": noisy,
        f"{key}_found_3_points_everywhere": everywhere / series,
        f"{key}_found_8_points_in_one": one / series,
    }  # fmt: skip


if __name__ == "__main__":
    main()
