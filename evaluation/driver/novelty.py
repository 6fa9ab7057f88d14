"""Who notes what is new in a draw's test utterances: a worker, or the driver where none did.

Workers note it with the first cell of a draw. Cells that were finished before without a note, or
taken from a run that had none, and draws whose first cell failed are left to the driver.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from evaluation.planning.cell import Cell
from evaluation.planning.novelty import noted, noting
from evaluation.planning.vectors import Vectors
from evaluation.results.writer import Recorder


def with_notings(
    cells: Iterable[Cell], vectors: Mapping[str, Vectors], known: set[str]
) -> Iterator[Cell]:
    """The cells, the first of each draw that is not `known` told to note it; `known` grows."""
    for cell in cells:
        wanted = noting(cell.skill, cell.shots, cell.seed, vectors.get(cell.skill.language))
        if wanted.draw not in known:
            known.add(wanted.draw)
            cell = replace(cell, noting=wanted)
        yield cell


def note_the_rest(recorder: Recorder, cells: Iterable[Cell], vectors: Mapping[str, Vectors]) -> int:
    """Note every draw of the cells that the file has no note of yet; how many there were."""
    left = 0
    last = None
    known = recorder.noted()
    for cell in cells:
        drawn = (cell.skill.digest, cell.shots, None if cell.shots is None else cell.seed)
        if drawn == last:
            continue  # the systems, and the seeds of all utterances, follow one another
        last = drawn
        wanted = noting(cell.skill, cell.shots, cell.seed, vectors.get(cell.skill.language))
        if wanted.draw not in known:
            known.add(wanted.draw)
            recorder.note(wanted.draw, noted(wanted, cell.skill, cell.shots, cell.seed))
            left += 1
    return left
