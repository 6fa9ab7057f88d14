"""Counted warnings: a faulty entry of real data is skipped, never dropped silently."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry that was left out: where it stands and why. `line` is None for binary formats."""

    path: Path
    line: int | None
    reason: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line is not None else f"{self.path}"
        return f"{place}: {self.reason}"


@dataclass(slots=True)
class Faults:
    """The faults that one reading met, in order; a reader appends, the caller shows them."""

    found: list[Fault] = field(default_factory=list)

    def add(self, path: Path, line: int | None, reason: str) -> None:
        """Count one entry that could not be used."""
        self.found.append(Fault(path, line, reason))

    def __len__(self) -> int:
        return len(self.found)
