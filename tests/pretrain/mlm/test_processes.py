"""Two processes, joined by gloo, train one model (the slow test: about 20 s)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import two_processes
from accelerate import Accelerator
from pretrain_toys import corpus
from two_processes import launched, trained

pytestmark = pytest.mark.slow

SCRIPT = Path(two_processes.__file__)


gloo = pytest.mark.skipif(
    not (torch.distributed.is_available() and torch.distributed.is_gloo_available()),
    reason="this torch was built without gloo, which joins processes on CPU",
)


@gloo
def test_two_processes_train_one_model(tmp_path: Path) -> None:
    corpus(tmp_path)  # made here, so that both processes open it
    launched(str(SCRIPT), str(tmp_path))
    found = [json.loads((tmp_path / f"losses-{rank}.json").read_text("utf-8")) for rank in (0, 1)]
    assert [one["world"] for one in found] == [2, 2]
    tables = [np.load(tmp_path / f"table-{rank}.npy") for rank in (0, 1)]
    np.testing.assert_array_equal(tables[0], tables[1])
    # each process reports the loss of its own half of the rows; the mean of both is the batch's
    both = np.mean([one["losses"] for one in found], axis=0)
    _, alone = trained(tmp_path, Accelerator(cpu=True))
    # other masks are drawn, so that the curves agree in the mean only: two seeds of one process
    # are as far apart here, and the loss falls from 2.5 to 1.2
    np.testing.assert_allclose(both, alone, atol=0.2)
    assert both[-1] < 0.95 * both[0]


@gloo
def test_one_of_two_processes_speaks(tmp_path: Path) -> None:
    text = tmp_path / "talk.txt"
    text.write_text("play some jazz in the kitchen\nbuy me an apple\n" * 200, "utf-8")
    out = tmp_path / "store"
    done = launched(
        "-m", "evaluation", "pretrain", "--text", str(text), "--steps", "2",
        "--set", "width=30", "--set", "warm_start=false", "--stop-list", "none", "--out", str(out),
    )  # fmt: skip
    assert done.stdout.count("digest") == 1
    assert done.stderr.count("training 2 steps") == 1
    assert (out / "vectors.safetensors").exists()
