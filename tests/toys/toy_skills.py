"""Toy skills that a baseline learns in a blink, written for these tests."""

from pathlib import Path

from data_cards.jsonl import write_skill
from data_cards.records import Frame, Skill, Slot, Utterance

CITIES = ("berlin", "paris", "new york", "rome", "oslo", "san jose")
GENRES = ("jazz", "rock", "hip hop", "blues", "folk", "heavy metal")
STYLES = ("jazz", "rock", "blues", "folk", "soul")
THINGS = ("milk", "bread", "apples", "tea", "soap")


def utterance(
    number: int | str, carrier: str, intent: str, slot: str = "", value: str = ""
) -> Utterance:
    """A carrier sentence whose `*` the value fills."""
    words = carrier.split()
    if not slot:
        return Utterance(f"u{number}", tuple(words), Frame(intent))
    at, filling = words.index("*"), value.split()
    tokens = (*words[:at], *filling, *words[at + 1 :])
    return Utterance(f"u{number}", tokens, Frame(intent, (Slot(slot, at, at + len(filling)),)))


def _utterances() -> tuple[Utterance, ...]:
    rows = [
        *(("will it rain in *", "GetWeather", "city", c) for c in CITIES),
        *(("what is the forecast for * please", "GetWeather", "city", c) for c in CITIES),
        *(("play some * music", "PlayMusic", "genre", g) for g in GENRES),
        *(("put * on", "PlayMusic", "genre", g) for g in GENRES),
        ("stop", "Stop", "", ""),
        ("please stop that", "Stop", "", ""),
        ("stop it now", "Stop", "", ""),
    ]
    return tuple(utterance(n, *row) for n, row in enumerate(rows))


TRAIN = _utterances()
TOY = Skill("toy", "en-US", TRAIN, gazetteers={"city": ("Lisbon", "Las Vegas")})
"""Rain, music and stop; its training utterances are its only ones."""


def spoken(number: str, text: str, intent: str, *values: tuple[str, str]) -> Utterance:
    """An utterance whose slots are (name, word) pairs."""
    tokens = tuple(text.split())
    slots = tuple(Slot(name, tokens.index(w), tokens.index(w) + 1) for name, w in values)
    return Utterance(number, tokens, Frame(intent, slots))


def music(locale: str = "en-US") -> Skill:
    """Plays a genre, or stops."""
    train = [
        *(spoken(f"t{i}", f"play {g}", "Play", ("genre", g)) for i, g in enumerate(STYLES[:3])),
        *(spoken(f"s{i}", t, "Stop") for i, t in enumerate(("stop", "be quiet", "stop it"))),
    ]
    test = [
        *(spoken(f"x{i}", f"put {g} on", "Play", ("genre", g)) for i, g in enumerate(STYLES)),
        *(spoken(f"y{i}", t, "Stop") for i, t in enumerate(("quiet please", "stop the noise"))),
    ]
    return Skill("music", locale, tuple(train), (), tuple(test), {"genre": STYLES})


def shopping(locale: str = "en-US") -> Skill:
    """Adds to a list, or reads it."""
    train = [
        *(spoken(f"t{i}", f"add {g}", "Add", ("item", g)) for i, g in enumerate(THINGS[:4])),
        *(spoken(f"r{i}", t, "Read") for i, t in enumerate(("read my list", "what is on it"))),
    ]
    test = [
        *(spoken(f"x{i}", f"i need {g}", "Add", ("item", g)) for i, g in enumerate(THINGS)),
        *(spoken(f"y{i}", t, "Read") for i, t in enumerate(("read it out", "the list please"))),
    ]
    return Skill("shopping", locale, tuple(train), (), tuple(test))


def write_skills(folder: Path) -> Path:
    """Both skills in the neutral format, shopping in two locales."""
    folder.mkdir(parents=True, exist_ok=True)
    for skill in (music(), shopping(), shopping("en-GB")):
        write_skill(skill, folder)
    return folder
