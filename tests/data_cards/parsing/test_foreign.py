"""JSON of other kinds is named."""

import pytest

from data_cards.parsing.foreign import kind_of


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"luis_schema_version": "7.0.0", "intents": [{"name": "A"}], "utterances": []}, "LUIS"),
        ({"rasa_nlu_data": {"common_examples": []}}, "Rasa"),
        ({"intents": [{"intent": "a", "examples": [{"text": "b"}]}]}, "Watson"),
        ({"intents": [{"intent": "A", "slots": []}]}, "intent schema"),
        ({"metadata": {}, "resource": {"name": "bot", "intents": []}}, "Lex"),
        ({"intents": [{"name": "A", "sampleUtterances": ["b"]}]}, "Lex"),
        ({"intents": {"a": {"utterances": []}}, "entities": {}}, "Snips"),
        ({"invocation": "x", "intents": [{"name": "A", "phrases": ["b"]}]}, "Jovo"),
        ({"intents": {"A": {"phrases": ["b"]}}}, "Jovo"),
        ({"id": "1", "name": "A", "responses": [], "contexts": []}, "Dialogflow"),
        ({"utterances": [{"text": "a", "intent": "b"}]}, "Wit.ai"),
        ([{"id": "1", "data": [{"text": "a"}], "isTemplate": False}], "Dialogflow"),
        ([{"value": "a", "synonyms": ["a", "b"]}], "Dialogflow"),
        ({"id": "1", "name": "e", "isEnum": False}, "Dialogflow"),
        ({"Ask": [{"data": [{"text": "a"}]}]}, "Snips"),
    ],
)
def test_an_export_of_another_kind_is_told(content, kind):
    found = kind_of(content)
    assert found is not None and kind in found[0] and found[1]


@pytest.mark.parametrize(
    "content",
    [
        {"interactionModel": {"languageModel": {"intents": []}}},
        {"intents": [{"name": "A", "samples": ["b"], "slots": []}]}, [], 5, {}, {"intents": 3},
    ],
)  # fmt: skip
def test_interaction_models_and_nothing_at_all_are_no_such_export(content):
    assert kind_of(content) is None
