"""Fitting the skills of a plan into a pack file."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from data_cards.draws import draw
from data_cards.errors import SkillwiseError
from dnn.packs.writer import PackWriter
from dnn.system import DNN
from evaluation.driver.sources import prepare_sources
from evaluation.planning.cell import Cell
from evaluation.planning.plan import Plan
from evaluation.planning.skill_block import unpack


def add(plan: Plan, out: Path, *, seed: int, again: bool, jobs: int | None = None) -> Iterator[str]:
    """Fit each skill that the file lacks (all with `again`), add its pack, say so in a line.

    Source models that these skills need and that are not there yet are trained first, `jobs` at a
    time.
    """
    cells = [replace(cell, seed=seed) for cell in plan.cells()]
    names = [cell.skill.key for cell in cells]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SkillwiseError(f"{twice} stands in two suites; add one suite at a time")
    with PackWriter(out) as writer:
        wanted = [s for s in plan.skills if again or s.key not in writer]
        prepare_sources(replace(plan, skills=tuple(wanted)), jobs)
        for cell in cells:
            name = cell.skill.key
            if name in writer and not again:
                yield f"{name}: is there already"
                continue
            started = perf_counter()
            block = _fitted(cell).packed()
            writer.append(name, block)
            yield f"{name}: {len(block):,} bytes, fitted in {perf_counter() - started:.1f} s"


def _fitted(cell: Cell) -> DNN:
    system = cell.system()
    if not isinstance(system, DNN):
        raise SkillwiseError(f"system {cell.spec.name} cannot be packed; name a network, dnn-…")
    skill = draw(unpack(cell.skill), cell.shots, cell.seed)
    system.fit(replace(skill, test=()), cell.seed)
    return system
