"""Other people's JSON lines: a line that is no JSON is a counted fault, not the end."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from data_cards.faults import Faults
from data_cards.parsing import sources


class Place(NamedTuple):
    """Where a row stands."""

    path: Path
    line: int


def rows(path: Path, faults: Faults) -> Iterator[tuple[Place, Any]]:
    """Yield (place, value) of each line."""
    found = sources.locate(path)
    for number, line in sources.lines(path, faults):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            faults.add(found, number, f"broken JSON ({error})")
            continue
        yield Place(found, number), value
