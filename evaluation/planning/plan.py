"""What a comparison is asked to be, and the plan that it comes to: its cells, in order."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from data_cards.errors import SkillwiseError
from data_cards.records import Skill
from evaluation.planning import vectors
from evaluation.planning.cell import Cell, SourcePointer
from evaluation.planning.classes import VECTORS
from evaluation.planning.code_digest import LIBRARIES, release
from evaluation.planning.cross_validation import dealt, pooled
from evaluation.planning.skill_block import PackedSkill
from evaluation.planning.skills import Readings, gather
from evaluation.planning.systems import SystemSpec, system_specs
from evaluation.planning.tuned_on import development
from evaluation.planning.vectors import Vectors
from evaluation.scoring.deals import MOST

if TYPE_CHECKING:
    from evaluation.planning.source_models import Source

FOLDER = "sources"
"""Where source models lie, beside the runs that use them."""

STARTER = "starter"
"""The packaged suite: mature skills for whoever has no other."""

DEFAULT_SYSTEMS = ("maxent-crf", "maxent-crf-strong", "dnn-mlm", "dnn")


class CompareSettings(BaseModel):
    """What `compare` compares; how many workers do it, and where, changes no number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    suites: tuple[str, ...] = Field((), description="data cards; the starter one without data")
    data: tuple[Path, ...] = Field((), description="folders in the neutral format")
    systems: tuple[str, ...] = Field(DEFAULT_SYSTEMS, description="names, or package.module:Class")
    changes: tuple[str, ...] = Field((), description="system.key=value")
    shots: tuple[Annotated[int, Field(ge=1)] | None, ...] = Field(
        (None,), description="training utterances drawn of each intent; None = all"
    )
    seeds: int = Field(1, ge=1, description="how many seeds, each with its own draw")
    skills: str = Field("*", description="globs over skill@locale or suite/skill@locale, by commas")
    vectors: tuple[Path, ...] = Field((), description="vector stores, one a language")
    slots_only: bool = Field(False, description="admit skills with a single intent")
    sources: tuple[str, ...] = Field(
        (), description="cards whose skills teach in stage 1, beside the suites and the starter one"
    )
    folds: int | None = Field(
        None, ge=2, le=MOST, description="folds of cross-validation; None = the published test"
    )

    @model_validator(mode="before")
    @classmethod
    def _left_out(cls, values: Any) -> Any:
        """What was left out, or is None: the starter suite where there is no data, all systems."""
        if not isinstance(values, dict):
            return values
        given = {name: value for name, value in values.items() if value is not None}
        return {"suites": () if given.get("data") else (STARTER,), **given}

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.systems:
            raise SkillwiseError("--systems: names no system; name at least one")
        if len(set(self.shots)) < len(self.shots):
            raise SkillwiseError("--shots: a number is given twice; give each once")
        return self


@dataclass(frozen=True, slots=True)
class Plan:
    """A comparison, resolved: every skill read, every setting validated, nothing fitted yet."""

    settings: CompareSettings
    skills: tuple[PackedSkill, ...]
    specs: tuple[SystemSpec, ...]
    vectors: dict[str, Vectors]
    notes: tuple[str, ...]
    sources: "Mapping[str, Mapping[str, Source]]" = field(default_factory=dict)
    """The source model of each system that transfers, for each skill by its label."""
    first_seed: int = 0
    """Seeds are counted from here: each night has its own."""
    encoders: Mapping[str, Vectors] = field(default_factory=dict)
    """The encoder of each language, where a system reads one."""

    def __len__(self) -> int:
        shots, seeds = self.settings.shots, self.settings.seeds
        return len(self.skills) * len(self.specs) * len(shots) * seeds

    def __iter__(self) -> Iterator[Cell]:
        return self.cells()

    def cells(self) -> Iterator[Cell]:
        """The cells, made one by one: skill, shots, seed, system."""
        systems = [
            (spec, spec.digest(), spec.code_digest(), spec.reads_encoder) for spec in self.specs
        ]
        for skill in self.skills:
            for shots in self.settings.shots:
                for seed in range(self.first_seed, self.first_seed + self.settings.seeds):
                    folds = self.settings.folds
                    own = dealt(skill, folds, seed) if folds is not None else skill
                    for spec, settings, code, reads in systems:
                        store = self._store(skill, spec)
                        source = self.source(skill, spec)
                        encoder = self._encoder(skill, spec) if reads else None
                        yield Cell(
                            own, spec, seed, shots, settings, code, store, source, encoder=encoder
                        )

    def record(self) -> dict[str, Any]:
        """What the run's folder keeps of the plan, as JSON: enough to say what was compared."""
        return {
            "suites": list(self.settings.suites),
            "data": [path.name for path in self.settings.data],
            "skills": {skill.label: skill.digest for skill in self.skills},
            "pattern": self.settings.skills,
            "slots_only": self.settings.slots_only,
            "systems": {spec.name: json.loads(spec.settings_json()) for spec in self.specs},
            "changes": list(self.settings.changes),
            "shots": list(self.settings.shots),
            "seeds": self.settings.seeds,
            "folds": self.settings.folds,
            "vectors": {language: store.digest for language, store in self.vectors.items()},
            "sources": {
                name: sorted({source.digest for source in by_skill.values()})
                for name, by_skill in self.sources.items()
            },
            "notes": list(self.notes),
            "versions": {name: release(name) for name in LIBRARIES},
            "asked": self.settings.model_dump(mode="json"),
            **({"encoders": self._encoder_digests()} if self.encoders else {}),
            **({"first_seed": self.first_seed} if self.first_seed else {}),
        }

    def settings_digest(self) -> str:
        """Digest of what was compared, data included: equal where two runs are comparable whole."""
        record = self.record()
        kept = {
            key: record[key]
            for key in ("skills", "systems", "shots", "seeds", "vectors", "sources")
        }
        if self.settings.folds is not None:
            kept["folds"] = self.settings.folds
        if self.encoders:
            kept["encoders"] = self._encoder_digests()
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()

    def source(self, skill: PackedSkill, spec: SystemSpec) -> SourcePointer | None:
        """Where the source model of a system that transfers to a skill is, or will be."""
        if spec.name not in self.sources:
            return None
        found = self.sources[spec.name][skill.label]
        return SourcePointer(found.path, found.digest)

    def _store(self, skill: PackedSkill, spec: SystemSpec) -> Vectors | None:
        if VECTORS not in spec.takes:
            return None
        return vectors.need(self.vectors, skill.language, spec.name)

    def _encoder(self, skill: PackedSkill, spec: SystemSpec) -> Vectors:
        return vectors.need_encoder(self.encoders, skill.language, spec.name)

    def _encoder_digests(self) -> dict[str, str]:
        return {language: encoder.digest for language, encoder in self.encoders.items()}


def plan(
    settings: CompareSettings, sources: Path = Path("runs") / FOLDER, given: Sequence[Skill] = ()
) -> Plan:
    """Resolve a comparison; whatever the user can mend is raised here, before a run begins.

    `sources` is where source models of two-stage transfer are kept; `given` are skills to measure
    beside those that the settings name.
    """
    specs = system_specs(settings.systems, settings.changes)
    untested = settings.folds is not None
    readings = Readings(untested=untested) if any(spec.transfers for spec in specs) else None
    skills, notes = gather(
        settings.suites, settings.data, settings.skills, slots_only=settings.slots_only,
        readings=readings, given=given, untested=untested,
    )  # fmt: skip
    if settings.folds is not None:
        skills, more = pooled(skills, settings.folds)
        notes += more
    stores: dict[str, Vectors] = {}
    starting = next((spec for spec in specs if VECTORS in spec.takes), None)
    if starting is not None or settings.vectors:
        languages = {skill.language for skill in skills}
        stores = vectors.resolve(settings.vectors, languages)
        if starting is not None:
            for language in sorted(languages):
                vectors.need(stores, language, starting.name)
    encoders = _encoders(settings, skills, specs)
    return Plan(
        settings, tuple(skills), tuple(specs), stores, tuple(notes),
        _sources(settings, skills, specs, (stores, encoders), sources, readings, given),
        encoders=encoders,
    )  # fmt: skip


def without_development(given: Plan) -> tuple[Plan, tuple[str, ...]]:
    """A plan less the skills that settings were chosen on, and their labels.

    They teach in stage 1 all the same, and count where it is held out who may teach whom.
    """
    left_out = tuple(skill.label for skill in given.skills if development(skill.label))
    skills = tuple(skill for skill in given.skills if not development(skill.label))
    if not left_out or not skills:  # a run of nothing else says by its findings that none counts
        return given, ()
    note = f"{len(left_out)} skills that settings were chosen on were not run"
    return replace(given, skills=skills, notes=(*given.notes, note)), left_out


def _encoders(
    settings: CompareSettings, skills: Sequence[PackedSkill], specs: Sequence[SystemSpec]
) -> dict[str, Vectors]:
    """The encoder of each language where a system reads one; what is given is looked for always."""
    reading = next((spec for spec in specs if spec.reads_encoder), None)
    languages = {skill.language for skill in skills}
    if reading is None:
        vectors.resolve_encoders(settings.vectors, ())
        return {}
    found = vectors.resolve_encoders(settings.vectors, languages)
    for language in sorted(languages):
        vectors.need_encoder(found, language, reading.name)
    return found


def _sources(
    settings: CompareSettings, skills: Sequence[PackedSkill], specs: Sequence[SystemSpec],
    trained: tuple[Mapping[str, Vectors], Mapping[str, Vectors]], folder: Path,
    readings: Readings | None, given: Sequence[Skill],
) -> "dict[str, dict[str, Source]]":  # fmt: skip
    """The source models of the systems that transfer; mature skills are read only for them.

    `trained` are the stores and the encoders by language.
    """
    transferring = [spec for spec in specs if spec.transfers]
    if not transferring:
        return {}
    from evaluation.planning.source_models import assign  # imports torch, which takes seconds

    stores, encoders = trained
    suites = dict.fromkeys([*settings.suites, *settings.sources, STARTER])
    pool, _ = gather(
        suites, settings.data, slots_only=True, readings=readings, given=given,
        untested=settings.folds is not None,
    )  # fmt: skip
    return {
        spec.name: assign(skills, pool, spec.resolved(), stores, folder, encoders)
        for spec in transferring
    }
