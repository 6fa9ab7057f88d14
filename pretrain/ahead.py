"""The next step's batch is made in a thread while this step computes."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Batch = TypeVar("Batch")


def made_ahead(make: Callable[[int], Batch], steps: range) -> Iterator[tuple[int, Batch]]:
    """Each step with what `make` makes of it, in their order; one batch waits at most."""
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(make, steps[0]) if steps else None
        for step in steps:
            assert coming is not None  # the step before asked for it
            batch = coming.result()
            coming = maker.submit(make, step + 1) if step + 1 in steps else None
            yield step, batch
