"""What one call of `skillwise pretrain --encoder transformer` is asked for."""

from dataclasses import dataclass, field
from pathlib import Path

from pretrain.text.sources import Source
from pretrain.text.stop_list import StopList
from pretrain.transformer.settings import EncoderSettings


@dataclass(frozen=True, slots=True)
class Request:
    """Sources, settings, and where things go."""

    sources: tuple[Source, ...]
    language: str
    out: Path
    settings: EncoderSettings
    seed: int
    steps: int | None = None
    resume: bool = False
    work: Path | None = None
    """Where corpus and checkpoint lie; by default in `out`."""
    stop: StopList = field(default_factory=StopList)
    command: str = ""
    minutes: float | None = None
    """A budget of time in place of `steps`: the machine's speed is measured first."""

    @property
    def folder(self) -> Path:
        """The folder of corpus and checkpoint."""
        return self.work or self.out / ".work"

    @property
    def keep(self) -> bool:
        """Whether that folder outlives the training: it does where it was named."""
        return self.work is not None
