"""Two skills of a dozen words, written for these tests."""

from pathlib import Path

from data_cards.jsonl import write_skill
from data_cards.records import Frame, Skill, Slot, Utterance

GENRES = ("jazz", "rock", "blues", "folk", "soul")
THINGS = ("milk", "bread", "apples", "tea", "soap")


def utterance(number: str, text: str, intent: str, *values: tuple[str, str]) -> Utterance:
    """An utterance whose slots are (name, word) pairs."""
    tokens = tuple(text.split())
    slots = tuple(Slot(name, tokens.index(w), tokens.index(w) + 1) for name, w in values)
    return Utterance(number, tokens, Frame(intent, slots))


def music(locale: str = "en-US") -> Skill:
    """Plays a genre, or stops."""
    train = [
        *(utterance(f"t{i}", f"play {g}", "Play", ("genre", g)) for i, g in enumerate(GENRES[:3])),
        *(utterance(f"s{i}", t, "Stop") for i, t in enumerate(("stop", "be quiet", "stop it"))),
    ]
    test = [
        *(utterance(f"x{i}", f"put {g} on", "Play", ("genre", g)) for i, g in enumerate(GENRES)),
        *(utterance(f"y{i}", t, "Stop") for i, t in enumerate(("quiet please", "stop the noise"))),
    ]
    return Skill("music", locale, tuple(train), (), tuple(test), {"genre": GENRES})


def shopping(locale: str = "en-US") -> Skill:
    """Adds to a list, or reads it."""
    train = [
        *(utterance(f"t{i}", f"add {g}", "Add", ("item", g)) for i, g in enumerate(THINGS[:4])),
        *(utterance(f"r{i}", t, "Read") for i, t in enumerate(("read my list", "what is on it"))),
    ]
    test = [
        *(utterance(f"x{i}", f"i need {g}", "Add", ("item", g)) for i, g in enumerate(THINGS)),
        *(utterance(f"y{i}", t, "Read") for i, t in enumerate(("read it out", "the list please"))),
    ]
    return Skill("shopping", locale, tuple(train), (), tuple(test))


def write_skills(folder: Path) -> Path:
    """Both skills in the neutral format, shopping in two locales."""
    folder.mkdir(parents=True, exist_ok=True)
    for skill in (music(), shopping(), shopping("en-GB")):
        write_skill(skill, folder)
    return folder
