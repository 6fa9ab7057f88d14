"""JSON exports of other tools, told from their content: what each is, and its format's name."""

from collections.abc import Callable, Mapping
from typing import Any

Test = Callable[[Mapping[str, Any]], bool]


def _intents(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = content.get("intents")
    return [e for e in listed if isinstance(e, dict)] if isinstance(listed, list) else []


def _any_has(content: Mapping[str, Any], *keys: str) -> bool:
    return any(all(key in entry for key in keys) for entry in _intents(content))


def _snips_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.keys() == {"data"}


_KINDS: tuple[tuple[str, str, Test], ...] = (
    (
        "a LUIS app's export (luis_schema_version)",
        "luis",
        lambda c: "luis_schema_version" in c,
    ),
    (
        "Rasa's JSON training data (rasa_nlu_data)",
        "rasa-json",
        lambda c: "rasa_nlu_data" in c,
    ),
    (
        "a Watson Assistant workspace (intents with examples)",
        "watson",
        lambda c: _any_has(c, "intent", "examples"),
    ),
    (
        "an intent schema of Alexa's old format, without its sample utterances",
        "alexa-schema",
        lambda c: _any_has(c, "intent"),
    ),
    (
        "an Amazon Lex export (sampleUtterances)",
        "lex",
        lambda c: (
            _any_has(c, "sampleUtterances")
            or "sampleUtterances" in c
            or isinstance(c.get("resource"), dict)
            or isinstance(c.get("slotTypeValues"), list)
        ),
    ),
    (
        "a Snips data set (intents with utterances)",
        "snips",
        lambda c: (
            isinstance(c.get("intents"), dict)
            and any(isinstance(v, dict) and "utterances" in v for v in c["intents"].values())
            or any(isinstance(v, list) and v and _snips_entry(v[0]) for v in c.values())
        ),
    ),
    (
        "a Jovo language model (phrases)",
        "jovo",
        lambda c: (
            _any_has(c, "phrases")
            or isinstance(c.get("intents"), dict)
            and any(isinstance(v, dict) and "phrases" in v for v in c["intents"].values())
        ),
    ),
    (
        "a part of a Dialogflow agent's export",
        "dialogflow",
        lambda c: (
            "userSays" in c
            or "responses" in c
            and "contexts" in c
            or "trainingPhrases" in c
            or "supportedLanguages" in c
            or isinstance(c.get("data"), list)
            and "isTemplate" in c
            or "isEnum" in c
            or c.keys() == {"value", "synonyms"}
        ),
    ),
    (
        "a Wit.ai export (utterances)",
        "wit",
        lambda c: (
            isinstance(c.get("utterances"), list)
            or isinstance(c.get("data"), list)
            and any(isinstance(e, dict) and "text" in e and "entities" in e for e in c["data"])
        ),
    ),
)
"""What the file is, the format of import that reads it, and how it is told."""


def format_of(content: Any) -> str:
    """The format of import that reads the JSON value; "" where it is nothing that we know.

    Of an array its first object tells it.
    """
    found = _kind(content)
    return found[1] if found else ""


def kind_of(content: Any) -> tuple[str, str] | None:
    """(what the JSON value is, what to do with it); None where it is nothing that we know."""
    found = _kind(content)
    return (found[0], f"import it with --format {found[1]}") if found else None


def _kind(content: Any) -> tuple[str, str, Test] | None:
    if isinstance(content, list) and content:
        content = content[0]
    if not isinstance(content, dict):
        return None
    return next((known for known in _KINDS if known[2](content)), None)
