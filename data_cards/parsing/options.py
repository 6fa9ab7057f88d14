"""A reader's options, typed: each reader names its own, and an unknown one is refused."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from data_cards.card import Card
from data_cards.errors import SkillwiseError, first_fault, nearest


class Options(BaseModel):
    """What a card may say to its reader under `options`; a reader without options takes none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


AnyOptions = TypeVar("AnyOptions", bound=Options)


def settle(card: Card, kind: type[AnyOptions]) -> AnyOptions:
    """The card's options as `kind`; a `SkillwiseError` names the first that does not fit."""
    for key in card.skillwise.options:
        if key not in kind.model_fields:
            known = nearest(str(key), kind.model_fields) if kind.model_fields else "it has none"
            raise SkillwiseError(
                f"card {card.name}: reader {card.skillwise.reader!r} has no option {key!r}; {known}"
            )
    try:
        return kind.model_validate(dict(card.skillwise.options))
    except ValidationError as error:
        fault = first_fault(error)
        raise SkillwiseError(
            f"card {card.name}: option {fault.field}: {fault.problem}; fix it in the front matter"
        ) from None
