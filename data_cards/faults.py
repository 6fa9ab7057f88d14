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
    """The faults that one reading met, in order; a reader appends, the caller shows them.

    Rows of a file = its utterances + its faults. What is no row and was not read (a section, a
    column, a second label of the same words) is a note: it is told, and no row is missing for it.
    """

    found: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    def add(self, path: Path, line: int | None, reason: str) -> None:
        """Count one entry that could not be used."""
        self.found.append(Fault(path, line, reason))

    def note(self, path: Path, line: int | None, reason: str) -> None:
        """Tell of something that is no row and was not used."""
        self.notes.append(Fault(path, line, reason))

    def __len__(self) -> int:
        return len(self.found)
