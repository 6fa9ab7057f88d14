"""The state of a running MLM training: one safetensors file, replaced whole."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from data_cards.errors import DataError, SkillwiseError
from data_cards.scratch import written_whole


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Parameters and optimizer moments in `path`, of the run with `digest` and `steps`.

    Randomness is no state: every draw is a function of (seed, step).
    """

    path: Path
    digest: str
    steps: int
    steady: int | None = None
    """The last step that is the same for longer budgets, where there is such a step."""

    def write(
        self, model: nn.Module, optimizers: Sequence[torch.optim.Optimizer], step: int
    ) -> None:
        """Replace the checkpoint by the state after `step`."""
        # parameters, for tied tables stand twice in a state_dict
        tensors = {f"model.{k}": v.detach().contiguous() for k, v in model.named_parameters()}
        for i, state in enumerate(_states(optimizers)):
            for name, value in state.items():
                tensors[f"optimizer.{i}.{name}"] = torch.as_tensor(value).contiguous()
        meta = {"step": str(step), "steps": str(self.steps), "digest": self.digest}
        if self.steady is not None:
            meta["steady"] = str(self.steady)
        with written_whole(self.path, "free some space and go on with --resume") as scratch:
            try:
                save_file(tensors, str(scratch), meta)
            except SafetensorError as error:  # what it makes of a full disk
                raise OSError(str(error)) from None

    def restore(self, model: nn.Module, optimizers: Sequence[torch.optim.Optimizer]) -> int:
        """Load the state, where there is one; returns the step after which it was taken, else 0."""
        if not self.path.exists():
            return 0
        with _opened(self.path, self.digest) as (file, meta):
            wanted = [name for name, _ in model.named_parameters()]
            model.load_state_dict({k: file.get_tensor(f"model.{k}") for k in wanted}, strict=False)
            names = set(file.keys())
            for i, (optimizer, parameter) in enumerate(_parameters(optimizers)):
                prefix = f"optimizer.{i}."
                optimizer.state[parameter] = {
                    name.removeprefix(prefix): _plain(file.get_tensor(name))
                    for name in names
                    if name.startswith(prefix)
                }
            return int(meta["step"])


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a checkpoint says of its run: the step it was taken after, the budget, `steady`."""

    step: int
    steps: int
    steady: int | None


def recorded(path: Path, digest: str) -> Recorded | None:
    """What the checkpoint at `path` says of the run with `digest`; None where there is none."""
    if not path.exists():
        return None
    with _opened(path, digest) as (_, meta):
        steady = int(meta["steady"]) if "steady" in meta else None
        return Recorded(int(meta["step"]), int(meta["steps"]), steady)


def recorded_steps(path: Path, digest: str) -> int | None:
    """The budget of the interrupted run that `path` belongs to; None where there is none."""
    found = recorded(path, digest)
    return None if found is None else found.steps


def _refuse_other(path: Path, found: str, wanted: str) -> None:
    if found != wanted:
        raise SkillwiseError(
            f"{path}: belongs to a run with other text, settings or seed; "
            "resume with the same ones, or name another --out"
        )


@contextmanager
def _opened(path: Path, digest: str) -> Iterator[tuple[Any, dict[str, str]]]:
    """The file of the run with `digest` and its metadata; damage is a `DataError`."""
    try:
        with safe_open(str(path), framework="pt") as file:
            meta = file.metadata() or {}
            _refuse_other(path, meta["digest"], digest)
            yield file, meta
    except (SafetensorError, OSError, KeyError, ValueError, RuntimeError) as error:
        raise DataError(path, None, f"damaged checkpoint ({error})", "remove it") from None


def _plain(value: torch.Tensor) -> torch.Tensor | int:
    """A count of steps as the integer it was: SparseAdam computes in double with it, else not."""
    counts = value.ndim == 0 and not value.is_floating_point()
    return int(value.item()) if counts else value


def _parameters(
    optimizers: Sequence[torch.optim.Optimizer],
) -> list[tuple[torch.optim.Optimizer, torch.Tensor]]:
    return [(o, p) for o in optimizers for group in o.param_groups for p in group["params"]]


def _states(optimizers: Sequence[torch.optim.Optimizer]) -> list[dict[str, Any]]:
    return [dict(o.state.get(p, {})) for o, p in _parameters(optimizers)]
