"""How many steps a training has: asked for, recorded by its checkpoint, or timed."""

import shutil
import time
from pathlib import Path

from accelerate import Accelerator

from data_cards.errors import SkillwiseError
from data_cards.scratch import written_whole
from pretrain.mlm.checkpoint import Recorded, recorded
from pretrain.transformer.lines import Lines
from pretrain.transformer.request import Request
from pretrain.transformer.settings import EncoderSettings
from pretrain.transformer.training import Observer, Progress, steady, train

CHECKPOINT, PLATEAU = "checkpoint.safetensors", "plateau.safetensors"
CALIBRATION = 6
"""Steps timed, after two to warm up, to turn a budget of minutes into one of steps."""


def steps_of(request: Request, lines: Lines, run: str, accelerator: Accelerator) -> int:
    """The steps of a request; `run` is the digest of what its checkpoint may belong to.

    A resumed run that is given more steps goes on where the rate has not fallen yet: from its
    checkpoint, or from the state before the fall where that was kept. Raises `SkillwiseError`
    where there is no such state, or no budget at all.
    """
    path = request.folder / CHECKPOINT
    if not request.resume and accelerator.is_main_process:
        for left in (path, request.folder / PLATEAU):
            left.unlink(missing_ok=True)
    accelerator.wait_for_everyone()
    found = recorded(path, run) if request.resume else None
    if found is not None:
        steps = request.steps or found.steps
        _go_on(found, steps, request, run, accelerator)
        return steps
    if request.steps is not None:
        return request.steps
    if request.minutes is None:
        raise SkillwiseError("the transformer has no budget of its own; give --steps or --minutes")
    return steps_within(request.minutes, lines, request.settings, accelerator, request.seed)


def steps_within(
    minutes: float, lines: Lines, settings: EncoderSettings, accelerator: Accelerator, seed: int
) -> int:
    """How many steps this machine does in `minutes`: a few are timed on a scratch model."""
    marks: list[float] = []

    def mark(_: Progress) -> None:
        marks.append(time.perf_counter())

    train(
        lines, settings, accelerator, seed=seed, steps=CALIBRATION + 2, observer=Observer(mark, 1)
    )
    accelerator.free_memory()
    return max(1, int(minutes * 60 * CALIBRATION / (marks[-1] - marks[1])))


def _go_on(
    found: Recorded, steps: int, request: Request, run: str, accelerator: Accelerator
) -> None:
    """See that the checkpoint may be trained for `steps`; the state before the fall may help."""
    before = steady(request.settings, found.steps) if found.steady is None else found.steady
    last = steady(request.settings, steps)
    if (steps, last) == (found.steps, before):
        return
    if last < min(found.step, before):
        raise SkillwiseError(
            f"--steps {steps}: the rate would fall from step {last + 1:,} on, and the checkpoint "
            f"stands after step {found.step:,}; give more steps"
        )
    if found.step <= before:
        return
    kept = recorded(request.folder / PLATEAU, run)
    if kept is None:
        raise SkillwiseError(
            f"--steps {steps}: the checkpoint stands after step {found.step:,} of {found.steps:,}, "
            f"where the rate has been falling since step {before + 1:,}; resume it with --steps "
            f"{found.steps}, or train anew in another --work"
        )
    if accelerator.is_main_process:
        _copy(request.folder / PLATEAU, request.folder / CHECKPOINT)
    accelerator.wait_for_everyone()


def _copy(one: Path, other: Path) -> None:
    with written_whole(other, "free some space and go on with --resume") as scratch:
        shutil.copyfile(one, scratch)
