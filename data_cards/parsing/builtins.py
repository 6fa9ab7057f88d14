"""Value lists of our own for the built-in slot types of voice platforms, which bring none.

`values/<language>.json` maps a type to its values; `values/<locale>.json` takes its place where
places and names differ.
"""

import json
from functools import cache
from pathlib import Path

VALUES = Path(__file__).parents[1] / "values"

ALIASES = {
    "AMAZON.Artist": "Musician",
    "AMAZON.Author": "Person",
    "AMAZON.Actor": "Person",
    "AMAZON.Director": "Person",
    "AMAZON.Athlete": "Person",
    "AMAZON.FOUR_DIGIT_NUMBER": "FourDigitNumber",
    "AMAZON.FirstName": "FirstName",
    "AMAZON.US_FIRST_NAME": "FirstName",
    "AMAZON.GB_FIRST_NAME": "FirstName",
    "AMAZON.DE_FIRST_NAME": "FirstName",
    "AMAZON.US_CITY": "City",
    "AMAZON.GB_CITY": "City",
    "AMAZON.DE_CITY": "City",
    "AMAZON.AT_CITY": "City",
    "AMAZON.EUROPE_CITY": "City",
    "AMAZON.US_STATE": "Region",
    "AMAZON.Region": "Region",
    "AMAZON.LITERAL": "SearchQuery",
    "AMAZON.Movie": "Title",
    "AMAZON.Book": "Title",
    "AMAZON.TVSeries": "Title",
    "AMAZON.VideoGame": "VideoGame",
    "AMAZON.Language": "Language",
    "AMAZON.MusicGroup": "Musician",
    "AMAZON.Musician": "Musician",
    "AMAZON.MusicRecording": "Song",
    "AMAZON.MusicAlbum": "Album",
    "AMAZON.MusicPlaylist": "Playlist",
    "AMAZON.PostalAddress": "Address",
    "AMAZON.StreetAddress": "Address",
    "AMAZON.StreetName": "Street",
}
"""Types that share a list, or whose list bears another name."""

SLOT_NAMES = {
    "Album": "album",
    "City": "city town location place stadt ort",
    "Color": "color colour farbe",
    "Country": "country land",
    "DATE": "date day datum tag",
    "DURATION": "duration dauer",
    "DateTime": "datetime timedate date_time",
    "DayOfWeek": "weekday wochentag",
    "Device": "device entity",
    "Errand": "reminder todo task",
    "FirstName": "person contact firstname first_name",
    "Food": "food ingredient dish",
    "Genre": "genre",
    "Language": "language lang sprache",
    "Month": "month monat",
    "Musician": "artist artist_name band",
    "NUMBER": "number num count amount offset lower upper zahl",
    "Person": "actor actress director author",
    "Playlist": "playlist",
    "SearchQuery": "query question search topic phrase sentence satz subject",
    "SoftwareApplication": "app application",
    "Song": "song track",
    "TIME": "time uhrzeit",
    "Title": "movie film title show book",
    "Word": "word wort",
}
"""List -> slot names that say what they hold, for sources that give a slot no values."""

_KINDS = {name: kind for kind, names in SLOT_NAMES.items() for name in names.split()}


def built_in(kind: str, locale: str) -> tuple[str, ...] | None:
    """The values of a built-in type such as "AMAZON.DATE"; None for a type we have none for."""
    if not kind.startswith("AMAZON."):
        return None
    return _lists(locale).get(ALIASES.get(kind, kind.removeprefix("AMAZON.")))


def listed(kind: str, locale: str) -> tuple[str, ...] | None:
    """The values of one of our lists by its own name ("DATE"); None where there is none."""
    return _lists(locale).get(kind)


def by_slot_name(slot: str, locale: str) -> tuple[str, ...] | None:
    """Values for a slot whose name says what it holds ("city"); None where it does not."""
    kind = _KINDS.get(slot.lower())
    return _lists(locale).get(kind) if kind else None


@cache
def _lists(locale: str) -> dict[str, tuple[str, ...]]:
    """Every list of a locale; an unknown language has none."""
    found: dict[str, tuple[str, ...]] = {}
    for name in (locale.split("-")[0].lower(), locale):
        path = VALUES / f"{name}.json"
        if path.is_file():
            found |= {kind: tuple(v) for kind, v in json.loads(path.read_text("utf-8")).items()}
    return found
