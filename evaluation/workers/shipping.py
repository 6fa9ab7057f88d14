"""A skill goes to a worker once, not with each of its cells.

A cell is sent without its skill's data block. A worker that does not have the block asks for it,
and the cell is sent again with it. So it works over every executor, and a new worker needs no
special case.
"""

from collections import OrderedDict
from dataclasses import replace

from evaluation.planning.cell import Cell, Outcome, run_cell

KEPT = 64
"""Skills that a worker keeps: cells come skill by skill, so a few would do."""

_blocks: OrderedDict[str, bytes] = OrderedDict()


class SkillMissing(Exception):
    """The worker does not have the skill with this digest yet."""


def light(cell: Cell) -> Cell:
    """The cell without its skill's block."""
    return replace(cell, skill=replace(cell.skill, block=b""))


def run_shipped(cell: Cell) -> Outcome:
    """In a worker: do a cell that came with or without its skill; SkillMissing asks for it."""
    digest = cell.skill.digest
    if cell.skill.block:
        _blocks[digest] = cell.skill.block
        if len(_blocks) > KEPT:
            _blocks.popitem(last=False)
    elif digest not in _blocks:
        raise SkillMissing(digest)
    _blocks.move_to_end(digest)
    return run_cell(replace(cell, skill=replace(cell.skill, block=_blocks[digest])))
