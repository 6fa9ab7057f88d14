"""The state of a running MLM training: one safetensors file, replaced whole."""

import os
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from data_cards.errors import DataError, SkillwiseError


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Parameters and optimizer moments in `path`, of the run with `digest` and `steps`.

    Randomness is no state: every draw is a function of (seed, step).
    """

    path: Path
    digest: str
    steps: int

    def write(self, model: nn.Module, optimizer: torch.optim.Optimizer, step: int) -> None:
        """Replace the checkpoint by the state after `step`."""
        tensors = {f"model.{k}": v.contiguous() for k, v in model.state_dict().items()}
        for i, state in enumerate(_moments(optimizer)):
            for name, value in state.items():
                tensors[f"optimizer.{i}.{name}"] = value.contiguous()
        meta = {"step": str(step), "steps": str(self.steps), "digest": self.digest}
        scratch = self.path.with_suffix(".tmp")
        try:
            save_file(tensors, str(scratch), meta)
            os.replace(scratch, self.path)
        except (OSError, SafetensorError) as error:
            scratch.unlink(missing_ok=True)
            raise SkillwiseError(
                f"{self.path}: checkpoint cannot be written ({error}); free some space and go on "
                "with --resume"
            ) from None

    def restore(self, model: nn.Module, optimizer: torch.optim.Optimizer) -> int:
        """Load the state, where there is one; returns the step after which it was taken, else 0."""
        if not self.path.exists():
            return 0
        with open_checkpoint(self.path) as file:
            if file.metadata()["digest"] != self.digest:
                raise SkillwiseError(
                    f"{self.path}: belongs to a run with other text, settings or seed; "
                    "resume with the same ones, or name another --out"
                )
            model.load_state_dict({k: file.get_tensor(f"model.{k}") for k in model.state_dict()})
            for i, parameter in enumerate(_parameters(optimizer)):
                optimizer.state[parameter] = {
                    name: file.get_tensor(f"optimizer.{i}.{name}")
                    for name in ("step", "exp_avg", "exp_avg_sq")
                }
            return int(file.metadata()["step"])


def open_checkpoint(path: Path) -> safe_open:
    """Open a checkpoint, or raise a `DataError` where the file is damaged."""
    try:
        return safe_open(str(path), framework="pt")
    except (SafetensorError, OSError) as error:
        raise DataError(path, None, f"damaged checkpoint ({error})", "remove it") from None


def _parameters(optimizer: torch.optim.Optimizer) -> list[torch.Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"]]


def _moments(optimizer: torch.optim.Optimizer) -> list[dict[str, torch.Tensor]]:
    return [optimizer.state[p] for p in _parameters(optimizer) if p in optimizer.state]
