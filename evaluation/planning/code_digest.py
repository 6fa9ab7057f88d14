"""Which code made a number: digests of the source a system reaches, and the commit.

A system's digest covers the modules that it imports, directly or not, inside the project (and
inside its own package, where it is somebody else's), and the releases of the numeric libraries. A
change of the report, of a metric or of a reader leaves it alone: cells stay valid, metrics are
computed again from the stored answers, and readers are covered by the digest of their data.

What is hashed of a module are its tokens without comments, layout, docstrings and imports, and
never its name: a comment, a moved module or a renamed folder voids no cell, a changed number does.
Tokens are used, not the syntax tree, whose text form changes between releases of Python.
"""

import ast
import hashlib
import io
import subprocess
import tokenize
from collections.abc import Container, Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

ROOMS = ("data_cards", "pretrain", "baselines", "dnn", "evaluation")
ANSWERING = "evaluation.scoring.answers"
"""What every cell runs besides its system; it must import little: each cell's key depends on it."""

SCORING = "evaluation.scoring.scored"
"""What computes scores from stored answers."""

LIBRARIES = ("numpy", "scipy", "scikit-learn", "sklearn-crfsuite", "python-crfsuite", "torch")


READING = ("transformers", "tokenizers")
"""What computes numbers beside these where a system reads an encoder."""


@cache
def scoring_digest() -> str:
    """Digest of all source that scores stored answers; it is in no cell's key.

    Where a cell was scored by other source, its scores are computed again from its answers.
    """
    return source_digest((SCORING,))


@cache
def code_digest(module: str, libraries: tuple[str, ...] = ()) -> str:
    """Digest of all source that a system in `module` reaches, with the library releases.

    `libraries` are counted beside those of every system.
    """
    packages = {*ROOMS, module.partition(".")[0]}
    found = _reached((module, ANSWERING), packages)
    releases = {name: release(name) for name in (*LIBRARIES, *libraries)}
    return hashlib.sha256(repr((sorted(set(found.values())), releases)).encode()).hexdigest()


def source_digest(modules: Iterable[str]) -> str:
    """Digest of the source that some modules reach, without releases: equal in all environments.

    A module that does not exist adds nothing, so a digest changes when one of them is renamed away.
    """
    found = _reached(modules, set(ROOMS))
    return hashlib.sha256(repr(sorted(set(found.values()))).encode()).hexdigest()


def _reached(modules: Iterable[str], packages: Container[str]) -> dict[str, str]:
    """The token digest of each module that these import, directly or not, inside the packages."""
    found: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        source = _source(name) if name not in found else None
        if source is None:
            continue
        found[name] = token_digest(source.read_bytes())
        waiting += [n for n in _imports(name, source) if n.partition(".")[0] in packages]
    return found


def token_digest(source: bytes) -> str:
    """Digest of what a module does: its tokens, less comments, layout, docstrings and imports."""
    digest = hashlib.sha256()
    for statement in _statements(source):
        if statement[0][1] in ("import", "from") or all(t == _STRING for t, _ in statement):
            continue  # what is imported is hashed where it is defined; a bare string does nothing
        for _, text in statement:
            digest.update(text.encode() + b"\0")
        digest.update(b"\n")
    return digest.hexdigest()


_STRING = tokenize.STRING
_LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}
_BLOCK = {tokenize.INDENT: "{", tokenize.DEDENT: "}"}


def _statements(source: bytes) -> Iterator[list[tuple[int, str]]]:
    """The logical lines of a module, each a list of (type, text); blocks are marked by braces."""
    statement: list[tuple[int, str]] = []
    for kind, text in _tokens(source):
        if kind in _BLOCK:
            yield [(kind, _BLOCK[kind])]
        elif kind == tokenize.NEWLINE:
            if statement:
                yield statement
            statement = []
        elif kind not in _LAYOUT:
            statement.append((kind, text))
    if statement:
        yield statement


def _tokens(source: bytes) -> Iterator[tuple[int, str]]:
    """Tokens as Python 3.11 has them: later releases cut an f-string into parts, here it is one."""
    opens = getattr(tokenize, "FSTRING_START", None)
    closes = getattr(tokenize, "FSTRING_END", None)
    lines = io.BytesIO(source)
    depth, start = 0, (0, 0)
    text = source.decode().splitlines(keepends=True)
    for token in tokenize.tokenize(lines.readline):
        if opens is not None and token.type == opens:
            start = start if depth else token.start
            depth += 1
        elif closes is not None and token.type == closes:
            depth -= 1
            if not depth:
                yield _STRING, _between(text, start, token.end)
        elif not depth:
            yield token.type, token.string


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    (first, left), (last, right) = start, end
    if first == last:
        return lines[first - 1][left:right]
    return "".join((lines[first - 1][left:], *lines[first : last - 1], lines[last - 1][:right]))


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
    for node in _run(ast.parse(source.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) + 1 - node.level]
            base = ".".join([*parents, node.module or ""]).strip(".") if node.level else node.module
            yield base or ""
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _run(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those that only a type checker reads: they compute nothing."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        else:
            waiting += ast.iter_child_nodes(node)
