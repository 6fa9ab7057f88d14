"""JSON exports that no reader takes yet, told from their content for messages that name them."""

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
        "export the app as .lu and give that",
        lambda c: "luis_schema_version" in c,
    ),
    (
        "Rasa's JSON training data (rasa_nlu_data)",
        "convert it with `rasa data convert nlu -f yaml` and give the YAML",
        lambda c: "rasa_nlu_data" in c,
    ),
    (
        "a Watson Assistant workspace (intents with examples)",
        "export its intents as CSV, with a header text,intent",
        lambda c: _any_has(c, "intent", "examples"),
    ),
    (
        "an intent schema of Alexa's old format, without its sample utterances",
        "give the interaction model of the skill (interactionModel.languageModel)",
        lambda c: _any_has(c, "intent"),
    ),
    (
        "an Amazon Lex export (sampleUtterances)",
        "write its utterances as rows of text and intent, as CSV or JSON lines",
        lambda c: (
            _any_has(c, "sampleUtterances")
            or "sampleUtterances" in c
            or isinstance(c.get("resource"), dict)
        ),
    ),
    (
        "a Snips data set (intents with utterances)",
        "write its utterances as rows of text, intent and entities, as JSON lines",
        lambda c: (
            isinstance(c.get("intents"), dict)
            and any(isinstance(v, dict) and "utterances" in v for v in c["intents"].values())
            or any(isinstance(v, list) and v and _snips_entry(v[0]) for v in c.values())
        ),
    ),
    (
        "a Jovo language model (phrases)",
        "give the Alexa interaction model that Jovo builds from it",
        lambda c: (
            _any_has(c, "phrases")
            or isinstance(c.get("intents"), dict)
            and any(isinstance(v, dict) and "phrases" in v for v in c["intents"].values())
        ),
    ),
    (
        "a part of a Dialogflow agent's export",
        "write its training phrases as rows of text and intent, as CSV or JSON lines",
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
        "write its utterances as rows of text, intent and entities, as JSON lines",
        lambda c: isinstance(c.get("utterances"), list),
    ),
)
"""What the file is, what to do with it, and how it is told."""


def kind_of(content: Any) -> tuple[str, str] | None:
    """(what the JSON value is, what to do instead); None where it is nothing that we know.

    Of an array its first object tells it.
    """
    if isinstance(content, list) and content:
        content = content[0]
    if not isinstance(content, dict):
        return None
    return next(((kind, remedy) for kind, remedy, test in _KINDS if test(content)), None)
