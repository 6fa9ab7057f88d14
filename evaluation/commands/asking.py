"""What `compare` and `nightly` are asked for, from their options to checked settings."""

import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from data_cards.errors import SkillwiseError, first_fault
from evaluation.planning.plan import CompareSettings


def asked(
    *,
    suite: Sequence[str] | None,
    data: Sequence[Path] | None,
    systems: Sequence[str] | None,
    system: Sequence[str] | None,
    change: Sequence[str] | None,
    shots: Sequence[str] | None,
    seeds: int,
    skills: str,
    vectors: Sequence[Path] | None,
    slots_only: bool,
    sources: Sequence[str] | None = None,
    folds: int | None = None,
) -> CompareSettings:
    """The settings that the options of a command come to; a bad value is a `SkillwiseError`.

    Makes the caller's folder importable, where --system module:Class may stand.
    """
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    named = [n for group in systems or () for n in _names(group)] + list(system or ())
    try:
        return CompareSettings(
            suites=tuple(suite) if suite else None,  # the settings know what stands for nothing
            data=tuple(data or ()),
            systems=tuple(named) if named else None,
            changes=tuple(change or ()),
            shots=tuple(_shots(text) for text in shots or ("all",)),
            seeds=seeds,
            skills=skills,
            vectors=tuple(vectors or ()),
            slots_only=slots_only,
            sources=tuple(sources or ()),
            folds=folds,
        )
    except ValidationError as error:
        fault = first_fault(error)
        option = f"--{fault.path[0]} {fault.value}"
        raise SkillwiseError(f"{option}: {fault.problem}; give another value") from None


QUICK = "starter/bank@en-US,starter/cinema@en-US,starter/music@en-US,starter/trains@en-US"
"""Four English skills of one hold-out group, so that stage 1 of transfer trains a single model."""


def quick_look(
    suite: Sequence[str] | None,
    data: Sequence[Path] | None,
    skills: str,
    shots: Sequence[str] | None,
) -> tuple[list[str], str, list[str]]:
    """Suite, skills and shots of `compare --quick`; none of them may be given beside it."""
    given = {"--suite": suite, "--data": data, "--shots": shots, "--skills": skills != "*"}
    for option, value in given.items():
        if value:
            raise SkillwiseError(f"--quick: chooses its own skills and shots; leave out {option}")
    return ["starter"], QUICK, ["10"]


def _names(group: str) -> list[str]:
    """The systems of one --systems; one that names none is a variable that was not set."""
    names = [name for name in group.split(",") if name]
    if not names:
        raise SkillwiseError("--systems: names no system; name at least one, or leave it out")
    return names


def _shots(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise SkillwiseError(f"--shots {text}: is no number above 0; give a number or all")
    return int(text)
