"""Runs systems on skills, scores, tests and reports; holds the command line and the Python API.

    import evaluation as ev

    run = ev.compare(["maxent-crf", "dnn-mlm"], data="skills", shots=10, seeds=3)
    run.comparisons()

`compare`, `ablate`, `claims` and `nightly` do what the commands do, and give tables; `open` reads a
run that is there, `read_skill` a skill, `vectors` word vectors. `System` says what an engine of
your own must have. Each name is imported when it is first used, so that this costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from data_cards.errors import DataError, SkillwiseError
    from data_cards.records import Frame, Prediction, Skill, Slot, Utterance
    from evaluation.api.ablate import ablate
    from evaluation.api.claims import claims
    from evaluation.api.compare import compare
    from evaluation.api.nightly import nightly
    from evaluation.api.run import Run
    from evaluation.api.run import open_run as open
    from evaluation.api.words import read_skill, vectors
    from evaluation.scoring.answers import System

__all__ = [
    "DataError",
    "Frame",
    "Prediction",
    "Run",
    "Skill",
    "SkillwiseError",
    "Slot",
    "System",
    "Utterance",
    "ablate",
    "claims",
    "compare",
    "nightly",
    "open",
    "read_skill",
    "vectors",
]

_HOMES = {
    "DataError": "data_cards.errors:DataError",
    "Frame": "data_cards.records:Frame",
    "Prediction": "data_cards.records:Prediction",
    "Run": "evaluation.api.run:Run",
    "Skill": "data_cards.records:Skill",
    "SkillwiseError": "data_cards.errors:SkillwiseError",
    "Slot": "data_cards.records:Slot",
    "System": "evaluation.scoring.answers:System",
    "Utterance": "data_cards.records:Utterance",
    "ablate": "evaluation.api.ablate:ablate",
    "claims": "evaluation.api.claims:claims",
    "compare": "evaluation.api.compare:compare",
    "nightly": "evaluation.api.nightly:nightly",
    "open": "evaluation.api.run:open_run",
    "read_skill": "evaluation.api.words:read_skill",
    "vectors": "evaluation.api.words:vectors",
}
"""Where each name of the API is defined. No sub-package may have one of these names."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    found = globals()[name] = getattr(import_module(module), attribute)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
