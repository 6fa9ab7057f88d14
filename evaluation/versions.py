"""Which code made a number: digests of the source a system reaches, and the commit.

A system's digest covers the modules that it imports, directly or not, inside the project (and
inside its own package, where it is somebody else's), and the releases of the numeric libraries. A
change of the report or of a reader leaves it alone: cells stay valid, and readers are covered by
the digest of the data that they yield.
"""

import ast
import hashlib
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

ROOMS = ("data_cards", "pretrain", "baselines", "dnn", "evaluation")
MEASURING = "evaluation.measuring"
"""What every cell runs besides its system; keep what it imports small, for all cells hang on it."""

LIBRARIES = ("numpy", "scikit-learn", "sklearn-crfsuite", "python-crfsuite", "torch")


@cache
def code_digest(module: str) -> str:
    """Digest of all source that a system in `module` reaches, with the library releases."""
    packages = {*ROOMS, module.partition(".")[0]}
    found: dict[str, str] = {}
    waiting = [module, MEASURING]
    while waiting:
        name = waiting.pop()
        source = _source(name) if name not in found else None
        if source is None:
            continue
        found[name] = hashlib.sha256(source.read_bytes()).hexdigest()
        waiting += [n for n in _imports(name, source) if n.partition(".")[0] in packages]
    releases = {name: release(name) for name in LIBRARIES}
    return hashlib.sha256(repr((sorted(found.items()), releases)).encode()).hexdigest()


def release(library: str) -> str:
    """The installed release of a library, "" where it is not installed."""
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def commit() -> str | None:
    """The git commit that this code stands at, marked where files differ; None outside of git."""
    here = Path(__file__).resolve().parent
    head = _git(here, "rev-parse", "HEAD")
    if not head:
        return None
    return f"{head}-dirty" if _git(here, "status", "--porcelain", "--untracked-files=no") else head


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True, text=True, timeout=20, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _source(module: str) -> Path | None:
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        return None  # an attribute, not a module
    path = Path(spec.origin) if spec is not None and spec.origin else None
    return path if path is not None and path.suffix == ".py" else None


def _imports(module: str, source: Path) -> Iterator[str]:
    package = module if source.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) + 1 - node.level]
            base = ".".join([*parents, node.module or ""]).strip(".") if node.level else node.module
            yield base or ""
            yield from (f"{base}.{alias.name}" for alias in node.names)
