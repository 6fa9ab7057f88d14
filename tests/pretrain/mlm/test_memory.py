"""Memory stays flat while the corpus grows ten times (about 10 CPU seconds)."""

import hashlib
import sys
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import pytest
from pretrain_toys import lines, settings

from benchmarks.peak import peak_mb
from pretrain.mlm import warm_start
from pretrain.mlm.training import Plan
from pretrain.text.corpus import prepare
from pretrain.text.sources import Source

pytestmark = pytest.mark.slow

SENTENCES = 15_000
GROWTH = 25
"""Megabytes: ten times the text would be 70 MB as lists of words."""


def peak(folder: Path, times: int) -> float:
    """Prepare, factorise and read a corpus; the peak of this process in megabytes."""
    some = lines(SENTENCES // 10)

    def sentences() -> Iterator[list[str]]:
        for _ in range(10 * times):
            yield from some

    source = Source("toy", 1, hashlib.sha256(str(times).encode()).hexdigest(), sentences)
    corpus = prepare([source], folder, row=64, max_words=100, min_count=1)
    assert corpus.counts.sum() > 6 * SENTENCES * times
    warm_start.ROWS = 1000  # a block is constant, but the small corpus must fill one as well
    warm_start.factorise(corpus, 16, 5, 0)
    plan = Plan(len(corpus.rows), 20, settings(rows=32), 0)
    for step in range(1, 21):
        corpus.take(plan.indices(step))
    return peak_mb()


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is Linux's VmHWM")
def test_memory_is_flat(tmp_path: Path) -> None:
    peaks = []
    for times in (1, 10):
        with get_context("spawn").Pool(1) as pool:  # a peak never falls again
            peaks.append(pool.apply(peak, (tmp_path / str(times), times)))
    assert peaks[1] - peaks[0] < GROWTH, peaks
