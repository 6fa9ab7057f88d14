"""Schema-Guided Dialogue: a service is a skill, a user's turn an utterance.

File by file, a capped sample a service: memory holds one file and the sample, whatever the size.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from data_cards.card import Card
from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import fields, sources, splits
from data_cards.parsing.inline import assemble, marked_pieces
from data_cards.parsing.options import Options, settle
from data_cards.records import Frame, Skill, Utterance


class SgdOptions(Options):
    """How many turns of a service are kept, and which."""

    train_limit: int = Field(1500, ge=1)  # a service has up to 9,000 turns: no voice skill has
    test_limit: int = Field(500, ge=1)
    test_share: float = Field(0.25, gt=0, lt=1)  # of the dialogues, for services of one folder
    keep_none: bool = False  # keep turns in which the user has no intent of the service (NONE)


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield each service: train/ trains and dev/ tests those that stand in both schemas.

    A service of one folder alone is cut by hash of the dialogue, since turns of one dialogue
    repeat its names and places.
    """
    options = settle(card, SgdOptions)
    shared = _services(root / "train") & _services(root / "dev")
    train: dict[str, splits.Sample] = defaultdict(lambda: splits.Sample(options.train_limit))
    test: dict[str, splits.Sample] = defaultdict(lambda: splits.Sample(options.test_limit))
    for folder in ("train", "dev"):
        for path in _files(root / folder):
            for service, dialogue, utterance in _turns(path, folder, options, faults):
                tested = (
                    folder == "dev"
                    if service in shared
                    else splits.share(f"sgd|{dialogue}") < options.test_share
                )
                (test if tested else train)[service].add(utterance)
    for service in sorted(train.keys() | test.keys()):
        yield Skill(
            service, "en-US", tuple(train[service].taken()), (), tuple(test[service].taken())
        )


def _services(folder: Path) -> set[str]:
    path = folder / "schema.json"
    try:
        return {fields.string(entry, "service_name") for entry in sources.json_content(path)}
    except (ValueError, TypeError) as error:
        raise DataError(path, None, f"is no schema ({error})", "fetch it again") from None


def _files(folder: Path) -> list[Path]:
    found = sorted([*folder.glob("dialogues_*.json"), *folder.glob("dialogues_*.json.gz")])
    if not found:
        raise DataError(folder, None, "holds no dialogues_*.json", "fetch the data set again")
    return found


def _turns(
    path: Path, folder: str, options: SgdOptions, faults: Faults
) -> Iterator[tuple[str, str, Utterance]]:
    content = sources.json_content(path)
    if not isinstance(content, list):
        raise DataError(path, 1, "is no list of dialogues", "fetch the file again")
    for position, dialogue in enumerate(content):
        try:
            name = f"{folder}/{fields.string(dialogue, 'dialogue_id')}"
            turns = fields.rows(dialogue, "turns")
        except ValueError as error:
            faults.add(path, None, f"dialogue {position}: {error}")
            continue
        for number, turn in enumerate(turns):
            if not isinstance(turn, dict) or turn.get("speaker") != "USER":
                if not isinstance(turn, dict) or turn.get("speaker") != "SYSTEM":
                    faults.add(path, None, f"dialogue {name} turn {number}: nobody speaks")
                continue
            try:
                frames = fields.rows(turn, "frames")
                if not frames:
                    raise ValueError("has no frame")
            except ValueError as error:
                faults.add(path, None, f"dialogue {name} turn {number}: {error}")
                continue
            for frame in frames:
                try:
                    found = _frame(frame, turn, f"{name}:{number}", options)
                except ValueError as error:
                    faults.add(path, None, f"dialogue {name} turn {number}: {error}")
                    continue
                if found is not None:
                    yield found[0], name, found[1]


def _frame(frame: Any, turn: Any, id: str, options: SgdOptions) -> tuple[str, Utterance] | None:
    service = fields.string(frame, "service")
    intent = fields.string(frame.get("state"), "active_intent")
    if intent == "NONE" and not options.keep_none:
        return None
    marks = [
        (fields.string(s, "slot"), fields.whole(s, "start"), fields.whole(s, "exclusive_end"))
        for s in fields.rows(frame, "slots")
    ]
    text, tokens, slots = assemble(marked_pieces(fields.string(turn, "utterance"), marks))
    return service, Utterance(id, tokens, Frame(intent, slots), text)
