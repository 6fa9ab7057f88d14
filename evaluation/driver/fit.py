"""One system fitted on one skill, to be asked rather than measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_cards.errors import SkillwiseError
from data_cards.records import Frame, Prediction, Utterance
from data_cards.words import tokenize
from evaluation.planning.skill_block import unpack
from evaluation.planning.skills import gather
from evaluation.planning.systems import system_specs
from evaluation.scoring.answers import System

SEED = 0


@dataclass(frozen=True, slots=True)
class Fitted:
    """A system that knows a skill, and its name."""

    name: str
    system: System

    def parse(self, text: str) -> tuple[tuple[str, ...], Prediction]:
        """The words of a text and what they mean to the skill."""
        words = tokenize(text)
        if not words:
            return (), Prediction("", Frame(""), 0.0)
        (answer,) = self.system.predict([Utterance("", words, Frame(""), text)])
        return words, answer

    def why(self, text: str) -> str:
        """What spoke for the answer, a line a feature; a system that cannot say it is refused."""
        explain: Any = getattr(self.system, "explain", None)
        if explain is None:
            raise SkillwiseError(f"--why: {self.name} does not explain; name --system maxent-crf")
        words = tokenize(text)
        return str(explain(Utterance("", words, Frame(""), text))) if words else "no words"


def fit(
    name: str, skill: str, suites: Sequence[str], data: Sequence[Path], *, slots_only: bool
) -> Fitted:
    """Fit a system that needs nothing trained before on all training utterances of a skill.

    `skill` is `name@locale`; where two suites have one of this name, `suite/name@locale`.
    """
    (spec,) = system_specs([name])
    if spec.takes:
        raise SkillwiseError(
            f"--system {name}: starts from what was trained before; `skillwise pack add` fits it, "
            "and --pack asks it"
        )
    found, _ = gather(suites, data, skill, slots_only=slots_only)
    if len(found) > 1:
        labels = ", ".join(each.label for each in found)
        raise SkillwiseError(f"--skill {skill}: stands for {labels}; name one of them")
    known = unpack(found[0])
    system = spec.make()
    system.fit(known, SEED)
    return Fitted(name, system)
