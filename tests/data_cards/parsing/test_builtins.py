"""The value lists: every list usable, the built-in types of real skills covered.

The tests named `lint` look at the lists that we wrote, not at what the code does with them.
"""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from data_cards.parsing.builtins import ALIASES, SLOT_NAMES, VALUES, built_in, by_slot_name, listed
from data_cards.words import tokenize

LISTS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(VALUES.glob("*.json"))}
PREPOSITIONS = {"ab", "am", "at", "by", "for", "für", "gegen", "im", "in", "nach", "on", "um"}
FREQUENT = ("City", "DATE", "DURATION", "FirstName", "Food", "NUMBER", "SearchQuery", "TIME")


@pytest.mark.parametrize("name", LISTS)
def test_lint_every_value_is_words_and_stands_once(name: str) -> None:
    for kind, values in LISTS[name].items():
        assert all(tokenize(v) and v == v.strip() for v in values), kind
        repeated = [v for v, n in Counter(v.lower() for v in values).items() if n > 1]
        assert not repeated, f"{kind}: {repeated}"
        assert len(values) >= (7 if kind == "DayOfWeek" else 12), kind


@pytest.mark.parametrize("locale", ["en-US", "en-GB", "en-IN", "de-DE"])
def test_lint_frequent_types_have_values_enough_for_varied_sentences(locale: str) -> None:
    """Fewer would repeat in a skill's sentences, and more would make them a list of names."""
    for kind in FREQUENT:
        values = listed(kind, locale)
        assert values and 25 <= len(values) <= 60, kind
    assert LISTS["en"].keys() == LISTS["de"].keys()


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
def test_lint_dates_and_times_bring_no_preposition(locale: str) -> None:
    for kind in ("DATE", "DateTime", "TIME"):
        first = {value.split()[0].lower() for value in listed(kind, locale) or ()}
        assert not first & PREPOSITIONS, kind


def test_types_and_aliases() -> None:
    assert "tomorrow" in (built_in("AMAZON.DATE", "en-US") or ())
    assert "morgen" in (built_in("AMAZON.DATE", "de-DE") or ())
    assert built_in("AMAZON.GB_FIRST_NAME", "en-GB") == built_in("AMAZON.FirstName", "en-GB")
    assert built_in("AMAZON.City", "en-IN") != built_in("AMAZON.City", "en-US")
    assert built_in("AMAZON.Nonsense", "en-US") is None
    assert built_in("DATE", "en-US") is None, "a developer's own type is no built-in"
    assert built_in("AMAZON.DATE", "fr-FR") is None
    for name in ALIASES:
        assert built_in(name, "en-US"), f"{name} points at no list"


def test_slot_names() -> None:
    assert by_slot_name("City", "en-US") == listed("City", "en-US")
    assert by_slot_name("datum", "de-DE") == listed("DATE", "de-DE")
    assert by_slot_name("wizard", "en-US") is None
    for name in " ".join(SLOT_NAMES.values()).split():
        assert by_slot_name(name, "en-US"), f"{name} points at no list"


@pytest.mark.skipif("SKILLWISE_DATA" not in os.environ, reason="SKILLWISE_DATA is not set")
def test_the_built_in_types_of_real_skills_have_values() -> None:
    root = Path(os.environ["SKILLWISE_DATA"]) / "skills" / "ask_interaction_models"
    missing = set()
    for path in sorted((root / "skills").glob("*/*.json")):
        if path.stem not in ("en-US", "en-GB", "en-IN", "de-DE"):
            continue
        content = json.loads(path.read_bytes())["interactionModel"]["languageModel"]
        own = {t["name"] for t in content.get("types") or []}
        for intent in content["intents"]:
            for slot in intent.get("slots") or []:
                kind = slot["type"]
                if kind.startswith("AMAZON.") and kind not in own:
                    missing |= {kind} if not built_in(kind, path.stem) else set()
    assert not missing
