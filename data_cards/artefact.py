"""A fitted system as a folder: parts as bytes, and a manifest that can tell damage.

Tensors are safetensors, vocabularies JSON, the CRF crfsuite's own file; nothing can run code.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from data_cards.errors import DataError, first_fault
from data_cards.jsonl import read_bytes
from data_cards.scratch import written_whole

MANIFEST = "system.json"
SCHEMA = 1

_REMEDY = "fit the system and save it again"

Settings = TypeVar("Settings", bound=BaseModel)


@dataclass(frozen=True)
class Artefact:
    """What a folder holds: the settings as written and each part's bytes."""

    folder: Path
    settings: Mapping[str, Any]
    parts: Mapping[str, bytes]

    def settings_as(self, kind: type[Settings]) -> Settings:
        """The settings, validated; a `DataError` names the field that this version refuses."""
        try:
            return kind.model_validate(self.settings)
        except ValidationError as error:
            fault = first_fault(error)
            problem = f"settings.{fault.field}: {fault.problem}"
            raise DataError(self.folder / MANIFEST, None, problem, _REMEDY) from None

    def json(self, name: str) -> Any:
        """A part written by `packed`."""
        return json.loads(self.parts[name])


def packed(value: Any) -> bytes:
    """A value as JSON bytes, the same for the same value."""
    return json.dumps(value, sort_keys=True).encode()


def write(folder: Path, system: str, settings: BaseModel, parts: Mapping[str, bytes]) -> None:
    """Write a system's folder, whole or not at all; an empty folder there is taken over."""
    manifest = {
        "schema": SCHEMA,
        "system": system,
        "settings": settings.model_dump(mode="json"),
        "parts": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(parts.items())},
    }
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError(folder, None, "is there already", "remove it or name another folder")
    with written_whole(folder) as scratch:
        scratch.mkdir()
        for name, data in parts.items():
            (scratch / name).parent.mkdir(exist_ok=True)
            (scratch / name).write_bytes(data)
        (scratch / MANIFEST).write_bytes(json.dumps(manifest, indent=1).encode())


def read(
    folder: Path, system: str, names: frozenset[str], optional: frozenset[str] = frozenset()
) -> Artefact:
    """Read the folder of a `system` whose parts are `names`, and some of the `optional` ones.

    Any damage is a `DataError`.

    The digests matter: crfsuite reads a cut file beyond its end.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise DataError(path, None, f"broken JSON ({error})", _REMEDY) from None
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        raise DataError(path, None, f"is not of schema {SCHEMA}", _REMEDY)
    if manifest.get("system") != system:
        fault = f"holds the system {manifest.get('system')!r}, not {system!r}"
        raise DataError(path, None, fault, "load it with the class that saved it")
    digests = manifest.get("parts")
    if not isinstance(digests, dict) or set(digests) - optional != names:
        raise DataError(path, None, f"does not list the parts {sorted(names)}", _REMEDY)
    parts = {name: read_bytes(folder / name) for name in sorted(digests)}
    for name, data in parts.items():
        if hashlib.sha256(data).hexdigest() != digests[name]:
            raise DataError(folder / name, None, "differs from what was saved", _REMEDY)
    return Artefact(folder, manifest.get("settings") or {}, parts)
