"""The readers, one small file each: a folder in somebody's format becomes `Skill`s.

A reader is `read(card, root, faults) -> Iterator[Skill]`. What it cannot use goes into `faults`.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from data_cards.card import Card
from data_cards.errors import SkillwiseError
from data_cards.faults import Faults
from data_cards.readers import (
    ask_models,
    ask_models_more,
    banking,
    bots,
    clinc,
    conll,
    csv_file,
    fb_mtod,
    hub,
    hwu64,
    lu,
    massive,
    mtop,
    multidogo,
    ovos,
    probe,
    restaurant8k,
    seqlabel,
    sgd,
    slurp,
    snips,
    starter,
)
from data_cards.records import Skill

Reader = Callable[[Card, Path, Faults], Iterator[Skill]]


def _home_assistant(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """The reader of Home Assistant's cards, which alone needs the package hassil."""
    try:
        reader = import_module("data_cards.readers.home_assistant")
    except ModuleNotFoundError as error:
        if error.name != "hassil":
            raise
        raise SkillwiseError(
            f"card {card.name}: its templates are parsed by the package hassil, which is not "
            "installed; pip install hassil"
        ) from None
    yield from reader.read(card, root, faults)


READERS: dict[str, Reader] = {
    "ask_models": ask_models.read,
    "ask_models_more": ask_models_more.read,
    "banking": banking.read,
    "clinc": clinc.read,
    "conll": conll.read,
    "csv_file": csv_file.read,
    "dialogflow": bots.read,
    "fb_mtod": fb_mtod.read,
    "home_assistant": _home_assistant,
    "hub": hub.read,
    "hwu64": hwu64.read,
    "jovo": bots.read,
    "lu": lu.read,
    "luis": bots.read,
    "massive": massive.read,
    "mtop": mtop.read,
    "multidogo": multidogo.read,
    "ovos": ovos.read,
    "probe": probe.read,
    "rasa": bots.read,
    "restaurant8k": restaurant8k.read,
    "seqlabel": seqlabel.read,
    "sgd": sgd.read,
    "slurp": slurp.read,
    "snips": snips.read,
    "starter": starter.read,
}
