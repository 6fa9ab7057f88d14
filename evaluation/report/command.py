"""The command line that repeats a run, from what the run's folder keeps of its plan."""

import shlex
from collections.abc import Mapping
from typing import Any

from evaluation.scoring.names import shots_name

OPTIONS = {
    "suites": "--suite",
    "data": "--data",
    "systems": "--systems",
    "changes": "--set",
    "shots": "--shots",
    "seeds": "--seeds",
    "skills": "--skills",
    "vectors": "--vectors",
    "slots_only": "--slots-only",
    "sources": "--sources",
    "folds": "--folds",
}
"""The option of each of `CompareSettings`, in the order in which they are written."""


def command(settings: Mapping[str, Any]) -> str:
    """The command line of a run's recorded settings; paths are as they were given.

    Runs of earlier releases kept no paths: of these it names the folders of `--data` alone.
    """
    asked: Mapping[str, Any] = settings.get("asked") or _asked(settings)
    words = ["skillwise", "compare"]
    for key, option in OPTIONS.items():
        value: Any = asked.get(key)
        if key == "systems":
            words += [option, ",".join(value)]
        elif key == "slots_only":
            words += [option] if value else []
        elif key == "skills":
            words += [option, value] if value != "*" else []
        elif key in ("seeds", "folds"):
            words += [option, str(value)] if value is not None else []
        else:
            for each in value or ():
                words += [option, shots_name(each) if key == "shots" else str(each)]
    return shlex.join(words)


def seeds_note(settings: Mapping[str, Any]) -> list[str]:
    """What the command cannot repeat: the seeds of a night do not begin at 0."""
    first = settings.get("first_seed")
    if not first:
        return []
    return [f"the seeds of this night are those from {first} on, `compare` takes those from 0 on"]


def _asked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings in the words of `CompareSettings`, as far as an older record has them."""
    named = ("suites", "data", "changes", "shots", "seeds", "slots_only", "folds")
    found = {key: settings.get(key) for key in named}
    return {**found, "systems": list(settings["systems"]), "skills": settings["pattern"]}
