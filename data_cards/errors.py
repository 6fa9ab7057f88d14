"""The one family of errors that a user can mend; the rest are bugs and keep their traceback."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError


class SkillwiseError(Exception):
    """Bad input or settings: `main` prints it as one line and exits 2."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))  # one line, whatever was quoted in it


class DataError(SkillwiseError):
    """A fault in a file: says where it stands, what is there and what to do."""

    def __init__(self, path: Path | str, line: int | None, fault: str, remedy: str) -> None:
        place = f"{path}:{line}" if line is not None else f"{path}"
        super().__init__(f"{place}: {fault}; {remedy}")
        self.path, self.line, self.fault, self.remedy = Path(path), line, fault, remedy

    def __reduce__(self) -> tuple[type, tuple[Path, int | None, str, str]]:
        """Cross a process border whole (Exception pickles its args, which are not ours)."""
        return type(self), (self.path, self.line, self.fault, self.remedy)


@dataclass(frozen=True, slots=True)
class FieldFault:
    """The field of typed settings that does not fit: what was given there and what is wrong."""

    path: tuple[str, ...]
    value: Any
    problem: str
    unknown: bool
    missing: bool

    @property
    def field(self) -> str:
        """The field's name with those of the groups around it, joined by dots."""
        return ".".join(self.path)


def first_fault(error: "ValidationError") -> FieldFault:
    """The fault to tell of all that pydantic found: a name that is unknown, else the first.

    A mistyped name comes first, for the field that it was meant for is then missing as well.
    """
    faults = error.errors()
    first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
    return FieldFault(
        path=tuple(str(part) for part in first["loc"]),
        value=first["input"],
        problem=first["msg"],
        unknown=first["type"] == "extra_forbidden",
        missing=first["type"] == "missing",
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """Suggest the known name nearest to a mistyped one, or list them all."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names)}"
