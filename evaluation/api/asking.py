"""What the functions of the API are asked for, as checked settings."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from data_cards.errors import SkillwiseError
from data_cards.records import Skill
from evaluation.planning.changes import written
from evaluation.planning.classes import name_of
from evaluation.planning.plan import CompareSettings
from evaluation.workers import progress

System = str | type
"""A name (`dnn-mlm`, `package.module:Class`), or a class."""

Systems = System | Sequence[System] | None
Data = str | Path | Skill | Iterable[str | Path | Skill] | None
Names = str | Iterable[str] | None
Paths = str | Path | Iterable[str | Path] | None
Shots = int | str | None | Iterable[int | str | None]
Changes = Mapping[str, Any] | Iterable[str]


def asked(
    systems: Systems, data: Data, suites: Names, shots: Shots, seeds: int, skills: str,
    changes: Changes, vectors: Paths, slots_only: bool, sources: Names,
) -> tuple[CompareSettings, list[Skill]]:  # fmt: skip
    """The settings, and the skills given as objects; a bad value is a `SkillwiseError`."""
    everything = several(data, str | Path | Skill)
    given = [each for each in everything if isinstance(each, Skill)]
    paths = tuple(Path(each) for each in everything if not isinstance(each, Skill))
    named = tuple(several(suites, str))
    nothing = data is None and suites is None
    if isinstance(changes, Mapping):
        changes = [written(key, value) for key, value in changes.items()]
    try:
        settings = CompareSettings(
            suites=None if nothing else named,  # an empty list is no wish for the starter suite
            data=paths,
            systems=None if systems is None else tuple(map(system, several(systems, str | type))),
            changes=tuple(changes),
            shots=tuple(_shots(each) for each in several(shots, int | str) or [None]),
            seeds=seeds,
            skills=skills,
            vectors=tuple(Path(each) for each in several(vectors, str | Path)),
            slots_only=slots_only,
            sources=tuple(several(sources, str)),
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise SkillwiseError(
            f"{first['loc'][0]}={first['input']!r}: {first['msg']}; give another value"
        ) from None
    return settings, given


def system(given: System) -> str:
    """The name under which a system stands in the tables: that of a class is `module:Class`."""
    return name_of(given) if isinstance(given, type) else given


def silence(quiet: bool | None) -> AbstractContextManager[None]:
    """Progress on stderr, or none: None is quiet in a notebook, whose cell it would fill."""
    silent = "ipykernel" in sys.modules if quiet is None else quiet
    return progress.quiet() if silent else nullcontext()


def several(given: Any, one: Any) -> list[Any]:
    """One or several of something, or None for none, as a list."""
    if given is None:
        return []
    return [given] if isinstance(given, one) else list(given)


def _shots(number: Any) -> int | None:
    if number is None or number == "all":
        return None
    if not isinstance(number, int) or number < 1:
        raise SkillwiseError(f'shots={number!r}: is no number above 0; give a number or "all"')
    return number
