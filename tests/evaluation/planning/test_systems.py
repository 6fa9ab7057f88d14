"""The table of systems and their settings."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from data_cards.errors import SkillwiseError
from evaluation.planning import systems
from evaluation.planning.systems import SYSTEMS, SystemSpec, system_specs


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    words: bool = Field(True)


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    rate: float = Field(0.1, gt=0)
    features: Inner = Inner()


class Tunable:
    def __init__(self, settings: Settings, vectors: object = "not given") -> None:
        self.settings, self.vectors = settings, vectors


class Own:
    """A system of somebody's own, with settings and vectors."""

    Settings = Settings

    def __init__(self, settings: Settings, vectors: Path) -> None:
        self.settings, self.vectors = settings, vectors


class Needy:
    def __init__(self, alpha: float) -> None: ...


class Deaf:
    Settings = Settings


class Misled:
    Settings = dict


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = SystemSpec("tunable", f"{__name__}:Tunable", f"{__name__}:Settings")
    monkeypatch.setitem(SYSTEMS, "tunable", spec)


def test_settings_change_by_name() -> None:
    (spec,) = system_specs(["tunable"], ["tunable.rate=0.5", "tunable.features.words=false"])
    made = spec.make()
    assert isinstance(made, Tunable)
    assert made.settings == Settings(rate=0.5, features=Inner(words=False))
    assert made.vectors == "not given"
    assert spec.digest() != SYSTEMS["tunable"].digest()


def test_a_default_said_aloud_is_the_same_settings() -> None:
    (spec,) = system_specs(["tunable"], ["tunable.rate=0.1"])
    assert spec.digest() == SYSTEMS["tunable"].digest()
    assert json.loads(spec.settings_json())["settings"]["rate"] == 0.1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("tunable.rat=1", "'rate'"),
        ("tunable.features.word=1", "'words'"),
        ("tunable.rate=-1", "tunable.rate=-1"),
        ("tunable.rate=fast", "fast"),
        ("tuneable.rate=1", "'tunable'"),
        ("tunable.rate", "system.key=value"),
    ],
)
def test_a_wrong_change_names_the_nearest(change: str, words: str) -> None:
    with pytest.raises(SkillwiseError) as caught:
        system_specs(["tunable"], [change])
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_system_names_the_nearest() -> None:
    with pytest.raises(SkillwiseError, match="'maxent-crf'"):
        system_specs(["maxent-crff"])
    with pytest.raises(SkillwiseError, match="named twice"):
        system_specs(["tunable", "tunable"])


def test_any_other_by_module_and_class() -> None:
    (spec,) = system_specs(["toy_systems:Memory"])
    assert type(spec.make()).__name__ == "Memory"
    for name, words in (
        ("toy_systems:Memry", "'Memory'"),
        ("toy_sistems:Memory", "no module"),
    ):
        with pytest.raises(SkillwiseError, match=words):
            system_specs([name])
    with pytest.raises(SkillwiseError, match="takes no settings"):
        system_specs(["toy_systems:Memory"], ["toy_systems:Memory.x=1"])


def test_vectors_go_to_systems_that_take_them() -> None:
    there = Path(systems.__file__)
    spec = SystemSpec("t", f"{__name__}:Tunable", f"{__name__}:Settings", ("vectors",))
    assert spec.make(there).vectors == there
    without = SystemSpec("t", f"{__name__}:Tunable", f"{__name__}:Settings")
    assert without.make(there).vectors == "not given"


def test_a_system_of_ones_own_has_settings_and_asks_for_vectors() -> None:
    name = f"{__name__}:Own"
    (plain,) = system_specs([name])
    (spec,) = system_specs([name], [f"{name}.features.words=false"])
    made = spec.make(Path("store"))
    assert isinstance(made, Own)
    assert (made.settings, made.vectors) == (Settings(features=Inner(words=False)), Path("store"))
    assert json.loads(spec.settings_json())["settings"]["features"] == {"words": False}
    assert plain.digest() != spec.digest()
    with pytest.raises(SkillwiseError, match="'words'"):
        system_specs([name], [f"{name}.features.wrods=false"])


@pytest.mark.parametrize(
    ("cls", "words"),
    [("Needy", "needs 'alpha'"), ("Deaf", "a parameter `settings`"), ("Misled", "no pydantic")],
)
def test_a_class_that_cannot_be_made_is_refused_before_anything_runs(cls: str, words: str) -> None:
    with pytest.raises(SkillwiseError, match=words):
        system_specs([f"{__name__}:{cls}"])


def test_a_field_called_transfer_asks_for_no_source_model() -> None:
    (spec,) = system_specs(["dnn-mlm"])
    assert not spec.transfers
    assert replace(spec, changes=(("transfer", {}),)).transfers
    assert not replace(spec, changes=(("transfer", {}),), takes=()).transfers


def test_a_change_of_a_member_leaves_the_table_as_it_is() -> None:
    before = SYSTEMS["dnn"].digest()
    (changed,) = system_specs(["dnn"], ["dnn.transfer.gain=3"])
    assert changed.digest() != before == SYSTEMS["dnn"].digest()
