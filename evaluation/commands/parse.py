"""`skillwise parse`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from data_cards.records import Prediction

Answer = Callable[[str], "tuple[tuple[str, ...], Prediction]"]


def parse(
    text: Annotated[
        list[str], typer.Argument(help="What a user says; several texts are answered in turn.")
    ],
    skill: Annotated[
        str, typer.Option(help="The skill, NAME@LOCALE, of the pack file or of the data.")
    ],
    pack: Annotated[
        Path | None, typer.Option(help="A file that `skillwise pack add` wrote.")
    ] = None,
    vectors: Annotated[
        list[Path] | None, typer.Option(help="Word vectors, or hf:PATH, beside the packaged ones.")
    ] = None,
    data: Annotated[
        list[Path] | None, typer.Option(help="Folder of skills to fit a baseline on, not a pack.")
    ] = None,
    suite: Annotated[list[str] | None, typer.Option(help="Data card, in place of --data.")] = None,
    system: Annotated[
        str, typer.Option(help="The baseline that is fitted on --data.")
    ] = "maxent-crf",
    why: Annotated[
        bool, typer.Option("--why", help="Print what spoke for each answer of a baseline.")
    ] = False,
) -> int:
    """Print what utterances mean to a skill, as one line of JSON for each.

    {"skill", "text", "tokens", "intent", "slots": [{"name", "start", "end", "value"}],
    "confidence"}; start is the index of a slot's first word, end the index after its last.

    With --data or --suite, a baseline is fitted on the skill and asked. With --why, the weighted
    features behind the intent and each word's tag are printed in place of JSON, heaviest first.
    """
    from data_cards.errors import SkillwiseError

    if (pack is not None) == bool(data or suite):
        raise SkillwiseError("name one of --pack FILE and --data FOLDER (or --suite CARD)")
    if pack is not None:
        if why:
            raise SkillwiseError(
                "--why: networks weigh no features one by one; name --data FOLDER for a baseline"
            )
        from dnn.engine import Engine

        engine = Engine(pack, vectors or ())
        _print_frames(skill, text, lambda line: engine.parse(skill, line))
        return 0
    from evaluation.driver.fit import fit

    fitted = fit(system, skill, suite or (), data or (), slots_only=True)
    if why:
        typer.echo("\n\n".join(f"{line}\n{fitted.why(line)}" for line in text))
    else:
        _print_frames(skill, text, fitted.parse)
    return 0


def _print_frames(skill: str, texts: list[str], parsed: Answer) -> None:
    for line in texts:
        words, answer = parsed(line)
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
