"""Trains the toy model in each process that `accelerate launch` starts, and keeps its table."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
from accelerate import Accelerator
from pretrain_toys import corpus, settings

from pretrain.mlm.model import MaskedWordModel
from pretrain.mlm.training import Observer, Progress, train

STEPS, EVERY = 60, 20
HERE = Path(__file__).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def trained(folder: Path, accelerator: Accelerator) -> tuple[MaskedWordModel, list[float]]:
    """The model and its reported losses; the corpus below `folder` is there already."""
    seen: list[Progress] = []
    model = train(
        corpus(folder), settings(rows=32, negatives=0), accelerator, seed=1, steps=STEPS,
        observer=Observer(seen.append, EVERY),
    )  # fmt: skip
    return model, [progress.loss for progress in seen]


def launched(*command: str) -> subprocess.CompletedProcess[str]:
    """Two processes of one thread run a script, or a module after -m, with these arguments."""
    # "multi_gpu" is accelerate's name for its launcher of several processes; on CPU gloo joins them
    launch = [
        sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2",
        "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no",
        "--main_process_ip", "127.0.0.1", "--main_process_port", str(free_port()),
    ]  # fmt: skip
    path = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    room = {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    done = subprocess.run(
        [*launch, *command], capture_output=True, text=True, timeout=240, check=False,
        env=os.environ | room,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done


if __name__ == "__main__":
    place = Path(sys.argv[1])
    this = Accelerator(cpu=True)
    model, losses = trained(place, this)
    rank = this.process_index
    np.save(place / f"table-{rank}.npy", model.table.weight.detach().numpy())
    found = {"world": this.num_processes, "losses": losses}
    (place / f"losses-{rank}.json").write_text(json.dumps(found), "utf-8")
    this.end_training()
