"""What data there is, where it comes from, under which licence, and how it becomes a `Skill`."""

from data_cards.errors import DataError, SkillwiseError
from data_cards.records import Frame, Prediction, Skill, Slot, Utterance

__all__ = [
    "DataError",
    "Frame",
    "Prediction",
    "Skill",
    "SkillwiseError",
    "Slot",
    "Utterance",
]
