"""A toy skill that a baseline learns in a blink."""

from data_cards.records import Frame, Skill, Slot, Utterance

CITIES = ("berlin", "paris", "new york", "rome", "oslo", "san jose")
GENRES = ("jazz", "rock", "hip hop", "blues", "folk", "heavy metal")


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
