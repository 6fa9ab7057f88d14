"""`ablate`: a base and named changes, each a row of data; the file and its validated plans.

Each row is an ordinary comparison of one system in a folder of its own. So its cells are kept like
those of any run, and they are the cells that `compare` would compute.
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data_cards.errors import DataError, SkillwiseError, first_fault, nearest
from evaluation.planning.changes import flat, written
from evaluation.planning.plan import CompareSettings, Plan, plan
from evaluation.planning.systems import SYSTEMS

READY = "ready"
BASE = "base"
Shots = Annotated[int, Field(ge=1)]


class Base(BaseModel):
    """What all changes are measured against."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    system: str = Field(description="a system, or package.module:Class")
    suites: list[str] = Field([], description="names of data cards")
    data: list[str] = Field([], description="folders in the neutral format")
    set: dict[str, Any] = Field({}, description="settings of the system; dotted or nested keys")
    shots: Shots | None = Field(None, description="training utterances per intent; none = all")
    seeds: int = Field(1, ge=1, description="how many seeds")
    skills: str = Field("*", description="glob over skill@locale")
    vectors: list[str] = Field([], description="vector stores, one a language, and encoders")
    slots_only: bool = Field(False, description="admit skills with a single intent")
    sources: list[str] = Field([], description="cards whose skills teach in stage 1, too")


class Change(BaseModel):
    """One named change of the base; what it leaves out is taken from the base."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str = Field(min_length=1, description="how the row is called")
    system: str | None = Field(None, description="another system")
    set: dict[str, Any] = Field({}, description="settings, over those of the base")
    shots: Shots | None = Field(None, description="another number of training utterances")
    skills: str | None = Field(None, description="measured on these of the base's skills alone")
    vectors: list[str] | None = Field(None, description="other stores: other text to learn from")
    sources: list[str] | None = Field(None, description="other cards to learn from in stage 1")


class AblationFile(BaseModel):
    """A whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    base: Base
    change: list[Change] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Row:
    """A row to compute: its name, its folder's name, its settings."""

    name: str
    slug: str
    settings: CompareSettings


@dataclass(frozen=True, slots=True)
class Ablation:
    """A file, read and checked: the base's row first."""

    path: Path
    rows: tuple[Row, ...]

    def plans(self, sources: Path) -> list[tuple[Row, Plan]]:
        """The plans of all rows; what the user can fix is raised before any is begun.

        `sources` is where source models of two-stage transfer are kept.
        """
        found = []
        for row in self.rows:
            try:
                found.append((row, plan(row.settings, sources)))
            except DataError:
                raise
            except SkillwiseError as error:
                raise SkillwiseError(f"{self.path}: {row.name}: {error}") from None
        return found


def ready() -> dict[str, Path]:
    """The files that come with the package, by name."""
    folder = Path(str(files("evaluation.ablation"))) / READY
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def find(name: str) -> Path:
    """A file by its path, or a ready one by its name."""
    path = Path(name)
    if path.is_file():
        return path
    known = ready()
    if name in known:
        return known[name]
    raise SkillwiseError(f"{name}: no such file; {nearest(name, known)} (ready files), or a path")


def read(
    path: Path, skills: str | None = None, seeds: int | None = None,
    vectors: Sequence[Path] | None = None,
) -> Ablation:  # fmt: skip
    """Read and check a file; `skills`, `seeds` and `vectors`, if given, replace the base's."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        fault = f"cannot be read ({error.strerror})"
        raise DataError(path, None, fault, "name a TOML file") from None
    except (ValueError, RecursionError) as error:  # also numbers of too many digits
        raise DataError(path, None, f"is no TOML ({error})", "mend it") from None
    return checked(content, path, skills, seeds, vectors)


def checked(
    content: Mapping[str, Any], path: Path, skills: str | None = None, seeds: int | None = None,
    vectors: Sequence[Path] | None = None,
) -> Ablation:  # fmt: skip
    """Check what a file holds, or what stands for one; faults are told by `path`."""
    try:
        file = AblationFile.model_validate(content)
    except ValidationError as error:
        raise _fault(path, error) from None
    _check_values(path, "base", file.base.set)
    for change in file.change:
        _check_values(path, f"change {change.name!r}", change.set)
    base = file.base
    base = base.model_copy(update={"skills": skills} if skills is not None else {})
    base = base.model_copy(update={"seeds": seeds} if seeds is not None else {})
    base = base.model_copy(update={"vectors": [str(each) for each in vectors]} if vectors else {})
    rows = [Row(BASE, BASE, _settings(base, base.system, flat(base.set)))]
    for change in file.change:
        row = Row(change.name, slug(change.name), _changed(path, base, change))
        twin = next((r for r in rows if r.slug == row.slug), None)
        if twin is not None:
            raise DataError(
                path, None, f"change {change.name!r} is named like {twin.name!r}", "name it apart"
            )
        if row.settings.model_copy(update={"skills": base.skills}) == rows[0].settings:
            raise DataError(
                path, None, f"change {change.name!r} differs in nothing from the base",
                "give it a system, set, shots, vectors or sources of its own",
            )  # fmt: skip
        rows.append(row)
    return Ablation(path, tuple(rows))


def _check_values(path: Path, place: str, values: Mapping[str, Any]) -> None:
    """Refuse what TOML can say and no setting takes: dates, times, infinities and NaN."""
    for key, value in flat(values).items():
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError):
            fault = f"{place}: set.{key} = {value} is no value of a setting"
            remedy = "give a finite number, a text in quotes, true, false or a list of these"
            raise DataError(path, None, fault, remedy) from None


def slug(name: str) -> str:
    """A row's name as a folder's."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "change"


def _changed(path: Path, base: Base, change: Change) -> CompareSettings:
    system = change.system or base.system
    kept = flat(base.set) if _same_settings(system, base.system) else {}
    names = change.model_fields_set & {"shots", "vectors", "sources"}
    moved = base.model_copy(update={name: getattr(change, name) for name in names})
    if change.skills is not None:
        moved = moved.model_copy(update={"skills": change.skills})
    return _settings(moved, system, kept | flat(change.set))


def _same_settings(system: str, other: str) -> bool:
    """Whether both systems take the same settings, as all networks do."""
    if system in SYSTEMS and other in SYSTEMS:
        return SYSTEMS[system].settings == SYSTEMS[other].settings
    return system == other


def _settings(base: Base, system: str, changes: Mapping[str, Any]) -> CompareSettings:
    return CompareSettings(
        suites=tuple(base.suites) or None,
        data=tuple(Path(folder) for folder in base.data),
        systems=(system,),
        changes=tuple(written(f"{system}.{key}", value) for key, value in changes.items()),
        shots=(base.shots,),
        seeds=base.seeds,
        skills=base.skills,
        vectors=tuple(Path(store).expanduser() for store in base.vectors),
        slots_only=base.slots_only,
        sources=tuple(base.sources),
    )


def _fault(path: Path, error: ValidationError) -> DataError:
    fault = first_fault(error)
    if fault.unknown:
        part: type[BaseModel] = Change if fault.path[0] == "change" else Base
        known = (AblationFile if len(fault.path) == 1 else part).model_fields
        remedy = nearest(fault.path[-1], known)
        return DataError(path, None, f"unknown key {fault.field!r}", remedy)
    if fault.missing:
        return DataError(path, None, f"{fault.field} is missing", "write it")
    return DataError(path, None, f"{fault.field} = {fault.value!r}: {fault.problem}", "mend it")
