"""`skillwise parse`."""

import json
from pathlib import Path
from typing import Annotated

import typer


def parse(
    text: Annotated[
        list[str], typer.Argument(help="What a user says; several texts are answered in turn.")
    ],
    skill: Annotated[
        str, typer.Option(help="The skill, NAME@LOCALE, as `skillwise pack list` names it.")
    ],
    pack: Annotated[Path, typer.Option(help="A file that `skillwise pack add` wrote.")],
    vectors: Annotated[
        list[Path] | None, typer.Option(help="A folder of word vectors, beside the packaged ones.")
    ] = None,
) -> int:
    """Print what utterances mean to a packed skill, as one line of JSON for each.

    {"skill", "text", "tokens", "intent", "slots": [{"name", "start", "end", "value"}],
    "confidence"}; start is the index of a slot's first word, end the index after its last.
    """
    from dnn.engine import Engine

    engine = Engine(pack, vectors or ())
    for line in text:
        words, answer = engine.parse(skill, line)
        slots = [
            {"name": s.name, "start": s.start, "end": s.end,
             "value": " ".join(words[s.start : s.end])}
            for s in answer.frame.slots
        ]  # fmt: skip
        found = {
            "skill": skill, "text": line, "tokens": words, "intent": answer.frame.intent,
            "slots": slots, "confidence": round(answer.confidence, 4),
        }  # fmt: skip
        typer.echo(json.dumps(found, ensure_ascii=False))
    return 0
