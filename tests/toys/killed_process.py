"""Trains the toy model in each process that torch's launcher starts; one of them may be killed.

killed_process.py FOLDER [STEP]: process 1 kills itself once it has reported this step.
"""

import os
import signal
import sys
from pathlib import Path

import numpy as np
from accelerate import Accelerator
from pretrain_toys import corpus, settings

from pretrain.mlm.checkpoint import Checkpoint
from pretrain.mlm.training import Observer, Progress, train

STEPS, EVERY = 40, 10

if __name__ == "__main__":
    place, last = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    this = Accelerator(cpu=True)

    def watch(progress: Progress) -> None:
        if this.process_index == 1 and progress.step == last:
            os.kill(os.getpid(), signal.SIGKILL)

    model = train(
        corpus(place), settings(rows=32, negatives=0), this, seed=1, steps=STEPS,
        observer=Observer(
            watch, 5, checkpoint=Checkpoint(place / "checkpoint.safetensors", "toy", STEPS),
            checkpoint_every=EVERY,
        ),
    )  # fmt: skip
    if this.is_main_process:
        np.save(place / "table.npy", model.table.weight.detach().numpy())
    this.end_training()
