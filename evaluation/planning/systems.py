"""The systems that can be compared: an explicit table, and anything else by `module:Class`."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from data_cards.errors import SkillwiseError, first_fault, nearest
from evaluation.planning.changes import nested, value_of
from evaluation.planning.classes import ENCODER, VECTORS, elsewhere, found, taken
from evaluation.planning.code_digest import READING, code_digest
from evaluation.planning.local_code import local_digest
from evaluation.scoring.measure import System

SOURCE = "source"
"""What a system may take beside `VECTORS`: the path of the source model of its transfer."""


@dataclass(frozen=True, slots=True)
class SystemSpec:
    """How to make a system: its class, the class of its settings and the values changed in them.

    `takes` names what its constructor is handed, by keyword, beside `settings`: `VECTORS`, and
    `SOURCE` and `ENCODER` where its settings ask for transfer and for an encoder. `local` is the
    digest of the code of a class that no other process can import, "" of any other: cells of such a
    one are done in this process.
    """

    name: str
    target: str
    settings: str = ""
    takes: tuple[str, ...] = ()
    changes: tuple[tuple[str, Any], ...] = ()
    local: str = ""

    @property
    def module(self) -> str:
        """The module that holds the class."""
        return self.target.partition(":")[0]

    def resolved(self) -> BaseModel | None:
        """The validated settings with the changes in them; None where the system takes none."""
        return _settings(self, nested(self.changes)) if self.settings else None

    def settings_json(self) -> str:
        """All settings, defaults included, as canonical JSON: what a cell's key is made of."""
        settings = self.resolved()
        values = settings.model_dump(mode="json") if settings is not None else {}
        return json.dumps({"target": self.target, "settings": values}, sort_keys=True)

    def digest(self) -> str:
        """Digest of `settings_json`."""
        return hashlib.sha256(self.settings_json().encode()).hexdigest()

    def code_digest(self) -> str:
        """Digest of the code that its cells run."""
        return self.local or code_digest(self.module, READING if self.reads_encoder else ())

    @property
    def transfers(self) -> bool:
        """Whether it starts from a source model that stage 1 trains."""
        return SOURCE in self.takes and getattr(self.resolved(), "transfer", None) is not None

    @property
    def reads_encoder(self) -> bool:
        """Whether it reads words in their sentences, so that it needs an encoder."""
        return ENCODER in self.takes and bool(getattr(self.resolved(), "reads_encoder", True))

    def make(
        self, vectors: Path | None = None, source: Path | None = None, encoder: Path | None = None
    ) -> System:
        """A new, unfitted system; the encoder is opened, once in a process."""
        settings = self.resolved()
        handed: dict[str, Any] = {} if settings is None else {"settings": settings}
        if VECTORS in self.takes:
            handed[VECTORS] = vectors
        if self.transfers:
            handed[SOURCE] = source
        if self.reads_encoder and encoder is not None:
            from pretrain.encoder.reading import open_encoder  # imports torch, which takes seconds

            handed[ENCODER] = open_encoder(encoder)
        made: System = found(self.target)(**handed)
        return made


_DNN = "dnn.system:DNN"
_DNN_SETTINGS = "dnn.settings:DNNSettings"
_OWN = (SOURCE, ENCODER)
_ANY = (VECTORS, SOURCE, ENCODER)
_TRANSFER: tuple[tuple[str, Any], ...] = (("transfer", {}),)

BEST = _TRANSFER
"""What `dnn` changes of the network's settings: the representation that was best on development
skills, with transfer. This is the one place to choose it."""

SYSTEMS: dict[str, SystemSpec] = {
    spec.name: spec
    for spec in (
        SystemSpec(
            "maxent-crf", "baselines.maxent_crf:MaxEntCRF", "baselines.maxent_crf:MaxEntCRFSettings"
        ),
        SystemSpec(
            "maxent-crf-strong",
            "baselines.strong:StrongMaxEntCRF",
            "baselines.strong:StrongMaxEntCRFSettings",
        ),
        SystemSpec("dnn-random", _DNN, _DNN_SETTINGS, _OWN, (("vectors", "table"),)),
        SystemSpec("dnn-random-frozen", _DNN, _DNN_SETTINGS, _OWN, (("vectors", "random"),)),
        SystemSpec("dnn-mlm", _DNN, _DNN_SETTINGS, _ANY),
        SystemSpec("dnn-context", _DNN, _DNN_SETTINGS, _ANY, (("context", True),)),
        SystemSpec("dnn-transfer", _DNN, _DNN_SETTINGS, _OWN, (("vectors", "random"), *_TRANSFER)),
        SystemSpec("dnn-mlm-transfer", _DNN, _DNN_SETTINGS, _ANY, _TRANSFER),
        SystemSpec("dnn", _DNN, _DNN_SETTINGS, _ANY, BEST),
    )
}


def system_specs(names: Iterable[str], changes: Iterable[str] = ()) -> list[SystemSpec]:
    """The specs of names (or `module:Class`), with `system.key=value` changes, all validated."""
    specs: dict[str, SystemSpec] = {}
    for name in names:
        if name in specs:
            raise SkillwiseError(f"--systems {name}: is named twice; name each system once")
        specs[name] = _spec(name)
    for change in changes:
        name, path, value = _change(change, specs)
        specs[name] = replace(specs[name], changes=(*specs[name].changes, (path, value)))
    for spec in specs.values():
        spec.resolved()
    return list(specs.values())


def _spec(name: str) -> SystemSpec:
    if name in SYSTEMS:
        return SYSTEMS[name]
    module, _, cls = name.partition(":")
    if not (module and cls):
        raise SkillwiseError(
            f"no system {name!r}; {nearest(name, SYSTEMS)} (or package.module:Class)"
        )
    made = found(name)  # ours are known to be there, and torch is slow to import
    settings, takes = taken(name, made)
    local = isinstance(made, type) and not elsewhere(made)
    return SystemSpec(name, name, settings, takes, local=local_digest(made) if local else "")


def _change(change: str, specs: Mapping[str, SystemSpec]) -> tuple[str, str, Any]:
    where, equals, text = change.partition("=")
    name = next((n for n in specs if where.startswith(f"{n}.")), None)
    if not equals or name is None:
        raise SkillwiseError(
            f"--set {change}: write system.key=value with a system of this run; "
            f"{nearest(where.partition('.')[0], specs)}"
        )
    if not specs[name].settings:
        raise SkillwiseError(f"--set {change}: {name} takes no settings; leave it out")
    return name, where[len(name) + 1 :], value_of(text)


def _settings(spec: SystemSpec, values: dict[str, Any]) -> BaseModel:
    cls: type[BaseModel] = found(spec.settings)
    try:
        return cls.model_validate(_over(cls().model_dump(), values))
    except ValidationError as error:
        fault = first_fault(error)
        setting = f"--set {spec.name}.{fault.field}"
        if fault.unknown:
            remedy = nearest(fault.path[-1], _fields(cls, fault.path[:-1]))
            raise SkillwiseError(f"{setting}: no such setting; {remedy}") from None
        raise SkillwiseError(
            f"{setting}={fault.value!r}: {fault.problem}; give another value"
        ) from None


def _over(defaults: Mapping[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The defaults with changes laid over them; a change inside a group leaves its siblings."""
    out = dict(defaults)
    for key, value in changes.items():
        inner = out.get(key)
        nested = isinstance(inner, dict) and isinstance(value, dict)
        out[key] = _over(inner or {}, value) if nested else value
    return out


def _fields(cls: type[BaseModel], path: Sequence[str]) -> list[str]:
    for part in path:
        inner = cls.model_fields[part].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            break
        cls = inner
    return list(cls.model_fields)
