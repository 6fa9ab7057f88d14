"""How figures are written in reports; "–" stands for what could not be measured."""

NOTHING = "–"


def percent(value: float | None) -> str:
    """A relative change: 0.123 -> "+12.3%"."""
    return NOTHING if value is None else f"{100 * value:+.1f}%"


def points(value: float | None) -> str:
    """A difference in percentage points: 0.123 -> "+12.3"."""
    return NOTHING if value is None else f"{100 * value:+.1f}"


def signed(value: float | None) -> str:
    """The same with a true minus sign, for the page."""
    return points(value).replace("-", "\N{MINUS SIGN}")


def share(value: float | None) -> str:
    """A share: 0.123 -> "12.3%"."""
    return NOTHING if value is None else f"{100 * value:.1f}%"


def score(value: float | None) -> str:
    """A score between 0 and 1: 0.1234 -> ".123"."""
    return NOTHING if value is None else f"{value:.3f}".removeprefix("0")


def ratio(value: float | None) -> str:
    """A ratio of two counts: 4.812 -> "4.81"."""
    return NOTHING if value is None else f"{value:.2f}"


def between(low: str, high: str) -> str:
    """An interval by its written ends."""
    return NOTHING if low == NOTHING else f"{low} to {high}"


def shots_words(shots: int | None) -> str:
    """How much was learnt from."""
    if shots is None:
        return "all training utterances"
    return f"{shots} {plural('utterance', shots)} per intent"


def plural(noun: str, count: int) -> str:
    """The noun, with an s where there are several."""
    return noun if count == 1 else f"{noun}s"
