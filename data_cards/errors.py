"""The one family of errors that a user can mend; the rest are bugs and keep their traceback."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


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


def nearest(word: str, known: Iterable[str]) -> str:
    """Suggest the known name nearest to a mistyped one, or list them all."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names)}"
