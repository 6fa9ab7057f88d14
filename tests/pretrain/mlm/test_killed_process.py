"""One of two joined processes is killed: the job stops, says so, and goes on to the same result."""

import os
import subprocess
import sys
from pathlib import Path

import killed_process
import numpy as np
import pytest
import torch
from pretrain_toys import corpus
from safetensors import safe_open
from two_processes import free_port

pytestmark = pytest.mark.slow

SCRIPT = Path(killed_process.__file__)


def launched(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The script in two processes that gloo joins on loopback."""
    folder.mkdir(exist_ok=True)
    if not (folder / "corpus").exists():
        corpus(folder)  # made here, so that both processes open it
    launch = [
        sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--nnodes", "1",
        "--master_addr", "127.0.0.1", "--master_port", str(free_port()),
    ]  # fmt: skip
    room = {"PYTHONPATH": os.pathsep.join([str(SCRIPT.parent), *(p for p in sys.path if p)])}
    room |= {"OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    return subprocess.run(
        [*launch, str(SCRIPT), str(folder), *arguments], capture_output=True, text=True,
        timeout=240, check=False, env=os.environ | room,
    )  # fmt: skip


@pytest.mark.skipif(
    not (torch.distributed.is_available() and torch.distributed.is_gloo_available()),
    reason="this torch was built without gloo, which joins processes on CPU",
)
def test_a_killed_process_stops_the_job_which_then_goes_on(tmp_path: Path) -> None:
    alone = launched(tmp_path / "alone")
    assert alone.returncode == 0, alone.stderr[-3000:]
    killed = launched(tmp_path / "killed", "25")  # waiting for the lost one would take half an hour
    assert killed.returncode != 0
    assert "SIGKILL" in killed.stderr
    with safe_open(str(tmp_path / "killed/checkpoint.safetensors"), framework="np") as file:
        assert file.metadata()["step"] == "20"
    again = launched(tmp_path / "killed")
    assert again.returncode == 0, again.stderr[-3000:]
    tables = [np.load(tmp_path / name / "table.npy") for name in ("alone", "killed")]
    np.testing.assert_array_equal(tables[0], tables[1])
