"""Systems small enough to be seen through, for tests that run whole comparisons."""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from data_cards.errors import SkillwiseError
from data_cards.records import Frame, Prediction, Skill, Slot, Utterance


class Majority:
    """Answers the commonest intent and no slot."""

    def __init__(self) -> None:
        self.intent = ""

    def fit(self, skill: Skill, seed: int) -> None:
        intents = [u.frame.intent for u in skill.train]
        self.intent = max(sorted(set(intents)), key=intents.count)

    def predict(self, utterances: Sequence[Utterance]) -> list[Prediction]:
        return [Prediction(u.id, self.answer(u), 0.5) for u in utterances]

    def answer(self, utterance: Utterance) -> Frame:
        return Frame(self.intent)

    def save(self, folder: Path) -> None:
        (folder / "model.json").write_text(json.dumps(self.__dict__), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        made = cls()
        made.__dict__.update(json.loads((folder / "model.json").read_text("utf-8")))
        return made


class Memory(Majority):
    """Knows each word's commonest intent and each word that was a slot."""

    def __init__(self) -> None:
        super().__init__()
        self.intents: dict[str, str] = {}
        self.slots: dict[str, str] = {}

    def fit(self, skill: Skill, seed: int) -> None:
        super().fit(skill, seed)
        for utterance in skill.train:
            for word in utterance.tokens:
                self.intents.setdefault(word, utterance.frame.intent)
            for slot in utterance.frame.slots:
                self.slots |= dict.fromkeys(utterance.words(slot), slot.name)

    def answer(self, utterance: Utterance) -> Frame:
        named = [self.intents[w] for w in utterance.tokens if w in self.intents]
        slots = [
            Slot(self.slots[w], i, i + 1) for i, w in enumerate(utterance.tokens) if w in self.slots
        ]
        return Frame(named[0] if named else self.intent, tuple(slots))


class Dice(Memory):
    """Forgets half of what it knows, by the seed."""

    def fit(self, skill: Skill, seed: int) -> None:
        super().fit(skill, seed)
        dice = random.Random(seed)
        self.intents = {w: i for w, i in self.intents.items() if dice.random() < 0.5}


class SlowDice(Dice):
    """Takes its time, so that a run can be killed while it works."""

    def fit(self, skill: Skill, seed: int) -> None:
        super().fit(skill, seed)
        time.sleep(0.02)


class Buggy(Majority):
    """Has a bug that only shows in one skill."""

    def fit(self, skill: Skill, seed: int) -> None:
        super().fit(skill, seed)
        if skill.name == "music":
            raise KeyError("planted bug")


class Refusing(Majority):
    """Refuses its input as a user's fault."""

    def fit(self, skill: Skill, seed: int) -> None:
        raise SkillwiseError("planted fault in the input; mend it")


class Malformed(Majority):
    """Answers with a span outside of the utterance."""

    def answer(self, utterance: Utterance) -> Frame:
        return Frame(self.intent, (Slot("genre", 0, 99),))


class Dying(Majority):
    """Takes its worker process down in one skill, as the kernel does when memory is out."""

    def fit(self, skill: Skill, seed: int) -> None:
        super().fit(skill, seed)
        if skill.name == "music":
            os.kill(os.getpid(), signal.SIGKILL)


class Hanging(Majority):
    """Never ends in one skill."""

    def fit(self, skill: Skill, seed: int) -> None:
        super().fit(skill, seed)
        if skill.name == "music":
            sys.stderr.write("about to hang\n")
            sys.stderr.flush()
            time.sleep(3600)


class Greedy(Majority):
    """Wants three quarters of a gigabyte in one skill."""

    def fit(self, skill: Skill, seed: int) -> None:
        super().fit(skill, seed)
        if skill.name == "music":
            bytearray(3 * 2**28)


class Spy(Majority):
    """Fails where it is shown what it must not see."""

    def fit(self, skill: Skill, seed: int) -> None:
        super().fit(skill, seed)
        if skill.test:
            raise AssertionError("the test split was handed to fit")

    def answer(self, utterance: Utterance) -> Frame:
        if utterance.frame.intent or utterance.frame.slots or utterance.template:
            raise AssertionError("a gold frame was handed to predict")
        return super().answer(utterance)


class Twin(Memory):
    """Memory under another name."""
