"""The code digest of a class that stands in a script or a notebook, where nobody can import it.

It covers the source of the class, of the functions and classes beside it that it reaches, the
values that these read, and the modules that they use. What is neither code nor plain data counts by
its `repr` and, where it has one, its buffer: an object whose `repr` shows its address therefore
makes cells that no later process finds again, which costs time and never a wrong number.
"""

import ast
import hashlib
import inspect
import linecache
import sys
import sysconfig
import textwrap
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from data_cards.errors import SkillwiseError
from evaluation.planning.code_digest import ANSWERING, ROOMS, code_digest, token_digest


def local_digest(cls: type) -> str:
    """Digest of all that the class's cells run, as `code_digest` of a module."""
    space = vars(sys.modules[cls.__module__])
    parts: set[str] = set()
    modules = {ANSWERING}
    known: set[int] = set()
    waiting: list[Any] = [cls]
    while waiting:
        thing = waiting.pop()
        if id(thing) in known:
            continue
        known.add(id(thing))
        source = _source(thing)
        parts.add(token_digest(source.encode()))
        for name in _names(source, modules):
            if name not in space:
                continue
            value = inspect.unwrap(space[name]) if callable(space[name]) else space[name]
            if isinstance(value, ModuleType):
                modules.add(value.__name__)
            elif not isinstance(value, type | FunctionType):
                parts.add(f"{name} = {value!r} {_buffer(value)}")
            elif value.__module__ == cls.__module__:
                waiting.append(value)
            else:
                modules.add(value.__module__)
    content = [*sorted(parts), *sorted(code_digest(name) for name in modules if _own(name))]
    return hashlib.sha256(repr(content).encode()).hexdigest()


def _names(source: str, modules: set[str]) -> Iterator[str]:
    """The names that some code reads; `modules` gains what it imports itself."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module)


def _own(module: str) -> bool:
    """Whether a module is the project's or the user's; of libraries the releases count."""
    if module.partition(".")[0] in ROOMS:
        return True
    file = getattr(sys.modules.get(module), "__file__", None)
    if module == "__main__" or file is None:
        return False
    path = Path(file)
    return _INSTALLED.isdisjoint(path.parts) and not path.is_relative_to(_STANDARD)


_INSTALLED = frozenset({"site-packages", "dist-packages"})
_STANDARD = sysconfig.get_path("stdlib")


def _buffer(value: object) -> str:
    """Digest of an array's numbers, of which `repr` shows the first and last few."""
    content = getattr(value, "tobytes", None)
    return hashlib.sha256(content()).hexdigest() if callable(content) else ""


def _source(thing: Any) -> str:
    """The source of a function or a class; of a class without methods what it declares."""
    try:
        return textwrap.dedent(inspect.getsource(thing))
    except (OSError, TypeError):
        pass  # `inspect` knows no file of a notebook's class; that of its methods is known
    codes = _codes(thing) if isinstance(thing, type) else {}
    for code in codes.values():
        lines = linecache.getlines(code.co_filename)
        for node in ast.walk(ast.parse("".join(lines))):
            if (
                isinstance(node, ast.ClassDef)
                and node.name == thing.__name__
                and node.lineno <= code.co_firstlineno <= (node.end_lineno or 0)
            ):
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                return textwrap.dedent("".join(lines[first - 1 : node.end_lineno]))
    written = [name for name in codes if not (is_dataclass(thing) and name.startswith("__"))]
    if written or not isinstance(thing, type):
        raise SkillwiseError(
            f"system {thing.__module__}:{thing.__qualname__}: its source cannot be read; "
            "put it into a file or a notebook's cell"
        )
    declared = {name: v for name, v in vars(thing).items() if isinstance(v, str | int | float)}
    bases = [base.__name__ for base in thing.__bases__]
    return repr(
        (
            thing.__name__,
            bases,
            str(inspect.get_annotations(thing)),
            sorted(declared.items(), key=str),
        )
    )


def _codes(cls: type) -> dict[str, CodeType]:
    """The code of the functions that stand in a class, by name; a dataclass adds some."""
    found = {}
    for name, value in vars(cls).items():
        function = getattr(value, "fget", None) or getattr(value, "__func__", value)
        if isinstance(function, FunctionType) and function.__module__ == cls.__module__:
            found[name] = function.__code__
    return found
