"""What a user is told: one line, and of many faults the one to fix first."""

import pickle
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from data_cards.errors import DataError, FieldFault, SkillwiseError, first_fault, nearest


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    width: int = 1


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    inner: Inner = Inner()


def fault(value: object) -> FieldFault:
    with pytest.raises(ValidationError) as raised:
        Settings.model_validate(value)
    return first_fault(raised.value)


def test_a_wrong_value_is_told_with_its_field_and_the_groups_around_it() -> None:
    found = fault({"name": "a", "inner": {"width": "wide"}})
    assert (found.field, found.value) == ("inner.width", "wide")
    assert "valid integer" in found.problem
    assert not found.unknown
    assert not found.missing


def test_a_mistyped_name_comes_before_the_field_that_is_missing_for_it() -> None:
    found = fault({"nmae": "a"})
    assert (found.field, found.unknown, found.missing) == ("nmae", True, False)
    assert fault({}) == FieldFault(("name",), {}, "Field required", unknown=False, missing=True)


def test_an_error_is_one_line_and_crosses_a_process_border_whole() -> None:
    error = DataError(Path("a.jsonl"), 3, "holds\ntwo lines", "fix it")
    assert str(error) == "a.jsonl:3: holds two lines; fix it"
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (str(again), again.line) == (str(error), 3)
    assert str(SkillwiseError("a\n b")) == "a b"


def test_the_nearest_name_or_all() -> None:
    assert nearest("musik", ["music", "taxi"]) == "did you mean 'music'?"
    assert nearest("x", ["music", "taxi"]) == "known: music, taxi"
