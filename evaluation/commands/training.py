"""What `skillwise pretrain` is asked for: the settings of an encoder, the stop list, the texts."""

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from data_cards.card import DATA_VARIABLE, card, cards
from data_cards.errors import SkillwiseError, first_fault, nearest
from evaluation.planning.changes import value_of
from pretrain.mlm.settings import PretrainSettings
from pretrain.transformer.settings import EncoderSettings

if TYPE_CHECKING:
    from pretrain.mlm.training import Progress as LogBilinearProgress
    from pretrain.text.stop_list import StopList
    from pretrain.transformer.training import Progress as TransformerProgress

    Progress = LogBilinearProgress | TransformerProgress

ALL, NONE = "all", "none"


class Encoder(StrEnum):
    """What is trained."""

    log_bilinear = "log-bilinear"
    transformer = "transformer"


SETTINGS: Mapping[Encoder, type[BaseModel]] = {
    Encoder.log_bilinear: PretrainSettings,
    Encoder.transformer: EncoderSettings,
}


def settings_of(encoder: Encoder, changes: Sequence[str]) -> BaseModel:
    """The settings of an encoder with `key=value` changes; a fault is one line."""
    model, values = SETTINGS[encoder], {}
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals:
            raise SkillwiseError(f"--set {change}: write key=value")
        values[key] = value_of(value)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        fault = first_fault(error)
        if fault.unknown:
            raise SkillwiseError(_unknown(encoder, fault.field)) from None
        raise SkillwiseError(
            f"--set {fault.field}={fault.value!r}: {fault.problem}; give another value"
        ) from None


def _unknown(encoder: Encoder, key: str) -> str:
    """What to say of a key that the encoder's settings lack, which the other one's may have."""
    others = [str(other) for other, model in SETTINGS.items() if key in model.model_fields]
    remedy = nearest(key, SETTINGS[encoder].model_fields)
    if others:
        remedy = f"it is one of --encoder {others[0]}"
    return f"--set {key}: no such setting of the {encoder} encoder; {remedy}"


def stop_list(names: Sequence[str], language: str) -> "StopList":
    """The test utterances of the cards with these names; by default of all that are here."""
    from pretrain.text.stop_list import StopList

    if list(names) == [NONE]:
        return StopList()
    if not names or list(names) == [ALL]:
        return StopList.of(cards().values(), language)
    for name in (ALL, NONE):
        if name in names:
            raise SkillwiseError(f"--stop-list {name}: stands alone, without names of cards")
    found = StopList.of([card(name) for name in names], language)
    if found.absent:
        raise SkillwiseError(
            f"--stop-list {found.absent[0]}: its data are not on this machine; "
            f"`skillwise cards check {found.absent[0]}` says why"
        )
    return found


def run(
    encoder: Encoder, asked: Mapping[str, Any], say: Callable[[str], None],
    report: Callable[["Progress"], None],
) -> None:  # fmt: skip
    """Train what is asked for: the fields of the encoder's `Request`, by name."""
    if encoder is Encoder.transformer:
        from pretrain.transformer import pipeline as transformer
        from pretrain.transformer.request import Request

        transformer.pretrain(Request(**asked), say, report)
    else:
        from pretrain import pipeline as log_bilinear

        log_bilinear.pretrain(log_bilinear.Request(**asked), say, report)


def figures(progress: "Progress") -> dict[str, float]:
    """What a tracker is told at a report."""
    found = {"loss": progress.loss, "words_per_second": progress.words_per_second}
    right = getattr(progress, "accuracy", None)
    return found if right is None else {**found, "accuracy": right}


def command(arguments: Sequence[str]) -> str:
    """The call for a card: where this machine keeps its data is nobody's business."""
    line = shlex.join(["skillwise", *arguments])
    data = os.environ.get(DATA_VARIABLE)
    return line.replace(data, f"${DATA_VARIABLE}") if data else line
