"""Two processes, joined by gloo, train one transformer (the slow test: about 20 s)."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from pretrain_toys import write_text
from transformer_toys import alone, prepared, settings
from two_processes import launched

from pretrain.encoder.reading import open_encoder
from pretrain.store.vector_store import VectorStore
from pretrain.transformer.batches import Plan
from pretrain.transformer.training import _ahead

TINY = {
    "pieces": 120, "table": 16, "width": 16, "layers": 1, "heads": 2, "feed_forward": 16,
    "batch": 64,
}  # fmt: skip


def test_two_processes_share_the_lines_of_a_step(tmp_path: Path) -> None:
    toy = prepared(tmp_path)
    plan = Plan(toy, settings(), 3)
    together = [batch for _, batch in _ahead(plan, 0, 20, alone())]
    ranks = [SimpleNamespace(process_index=rank, num_processes=2) for rank in (0, 1)]
    shared = [[b for _, b in _ahead(plan, 0, 20, rank)] for rank in ranks]  # type: ignore[arg-type]
    for step, (one, *halves) in enumerate(zip(together, *shared, strict=True), 1):
        lines = plan.indices(step)
        assert len(one.ids) == len(lines)
        if len(lines) > 1:
            assert sum(len(half.ids) for half in halves) == len(lines)
            assert abs(len(halves[0].ids) - len(halves[1].ids)) <= 1
        else:  # each has to step with the other
            assert [len(half.ids) for half in halves] == [1, 1]


@pytest.mark.slow
@pytest.mark.skipif(
    not (torch.distributed.is_available() and torch.distributed.is_gloo_available()),
    reason="this torch was built without gloo, which joins processes on CPU",
)
def test_one_of_two_processes_speaks_and_writes(tmp_path: Path) -> None:
    text, out = write_text(tmp_path / "talk.txt"), tmp_path / "made"
    changes = [part for key, value in TINY.items() for part in ("--set", f"{key}={value}")]
    done = launched(
        "-m", "evaluation", "pretrain", "--encoder", "transformer", "--text", str(text),
        "--steps", "12", "--stop-list", "none", *changes, "--out", str(out),
    )  # fmt: skip
    assert done.stdout.count("digest") == 1
    assert done.stderr.count("training 12 steps") == 1
    store = VectorStore.open(out)
    assert np.isfinite(store.dequantised(np.arange(len(store)))).all()
    assert open_encoder(out / "encoder").width == 16
