"""A system's class: found by `module:Class`, named by it, and what its constructor takes."""

import inspect
import sys
from collections.abc import Sequence
from functools import reduce
from importlib import import_module
from itertools import accumulate
from typing import Any

from pydantic import BaseModel

from data_cards.errors import SkillwiseError, nearest

VECTORS = "vectors"
"""A constructor's parameter of this name gets the path of the store of the skill's language."""

ENCODER = "encoder"
"""A constructor's parameter of this name gets the open encoder of the skill's language, a
`data_cards.representation.Representation`. Its settings say by `reads_encoder` whether they want
one; without such a word they always do."""

SETTINGS = "Settings"
"""A class attribute of this name is the pydantic model of its settings."""


def found(target: str) -> Any:
    """What `module:Class` (or `module:Class.Inner`) names."""
    module, _, name = target.partition(":")
    try:
        home = import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise  # the module is there and misses one of its own imports: say so in full
        raise SkillwiseError(
            f"system {target}: no module {error.name!r}; mind the spelling and that it is on "
            "PYTHONPATH or installed"
        ) from None
    try:
        return reduce(getattr, name.split("."), home)
    except AttributeError:
        known = [n for n in dir(home) if not n.startswith("_")]
        raise SkillwiseError(
            f"system {target}: no class {name!r}; {nearest(name, known)}"
        ) from None


def name_of(cls: type) -> str:
    """`module:Class` of a class, such that `found` gives it back."""
    target = f"{cls.__module__}:{cls.__qualname__}"
    if "<locals>" in cls.__qualname__:
        raise SkillwiseError(
            f"system {target}: stands inside of a function; define it at the top level of a "
            "module, a script or a notebook"
        )
    if found(target) is not cls:
        raise SkillwiseError(
            f"system {target}: this name stands for another class now; give the new one"
        )
    return target


def elsewhere(cls: type) -> bool:
    """Whether another process with this one's `sys.path` can import the class.

    One of a script that runs, of a notebook, or of a module that was loaded in another way cannot
    be had there.
    """
    if cls.__module__ == "__main__":
        return False
    path: Sequence[str] | None = None
    origin: str | None = None
    for name in accumulate(cls.__module__.split("."), "{}.{}".format):
        specs = (finder.find_spec(name, path) for finder in sys.meta_path)
        spec = next((each for each in specs if each is not None), None)
        if spec is None:
            return False
        path, origin = spec.submodule_search_locations, spec.origin
    return origin == getattr(sys.modules.get(cls.__module__), "__file__", None)


def taken(target: str, made: Any) -> tuple[str, tuple[str, ...]]:
    """Of a class of somebody's own: the path of its settings or "", and what else it is handed.

    Its constructor must need nothing beside these; a `SkillwiseError` says what it needs.
    """
    settings = getattr(made, SETTINGS, None)
    if settings is not None and not (
        isinstance(settings, type) and issubclass(settings, BaseModel)
    ):
        raise SkillwiseError(f"system {target}: its {SETTINGS} is no pydantic model; make it one")
    try:
        parameters = inspect.signature(made).parameters
    except (TypeError, ValueError):  # made in C: it says nothing of what it takes
        return "", ()
    kinds = {p.kind for p in parameters.values()}
    if settings is not None and "settings" not in parameters and _ANY not in kinds:
        raise SkillwiseError(
            f"system {target}: declares {SETTINGS} and its constructor takes none; "
            "give it a parameter `settings`"
        )
    handed = {VECTORS, ENCODER} | ({"settings"} if settings is not None else set())
    needed = [
        name for name, p in parameters.items()
        if p.default is p.empty and p.kind not in (_ANY, p.VAR_POSITIONAL) and name not in handed
    ]  # fmt: skip
    if needed:
        raise SkillwiseError(
            f"system {target}: its constructor needs {needed[0]!r}; give it a default, or declare "
            f"it in {SETTINGS}"
        )
    takes = tuple(name for name in (VECTORS, ENCODER) if name in parameters)
    return f"{target}.{SETTINGS}" if settings is not None else "", takes


_ANY = inspect.Parameter.VAR_KEYWORD
