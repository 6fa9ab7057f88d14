"""Skills that settings were chosen on: they may not stand in a figure that claims something.

The names were drawn by a hash (`drawn`) before anything was tuned; of those drawn, `TUNED` are the
ones that were large enough to be used. All locales of such a name are left out, and all versions
of it within its suite. HWU64 and SNIPS are not among
them: only held-out training rows of theirs were looked at (`data_cards.draws.develop`), and their
test rows are those that others report on.
"""

import hashlib

from evaluation.planning.families import stem

SHARE = 11
"""One name in so many was drawn."""

TUNED = {
    "ask-models": (
        "carsonip__alexa-pocket", "euronay__mtg-wizard-alexa", "johnstan__alexa-skill-shopping-list"
    ),
    "clinc150": ("utility",),
    "home-assistant": ("information",),
    "ms-lu": ("calendarskill",),
    "ovos": ("OpenVoiceOS__ovos-skill-wordnet",),
    "sgd": ("Buses_1", "Media_2"),
}  # fmt: skip
"""By suite, the drawn skills that settings were chosen on."""

_STEMS = frozenset((suite, stem(name)) for suite, names in TUNED.items() for name in names)


def drawn(name: str) -> bool:
    """Whether the hash drew this very name to tune on."""
    digest = hashlib.sha256(f"development|{name}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % SHARE == 0


def development(label: str) -> bool:
    """Whether settings were chosen on this skill, suite/name@locale, or on a version of it."""
    suite, _, key = label.partition("/")
    return (suite, stem(key.rpartition("@")[0])) in _STEMS
