"""A cell: one system on one skill with one seed and one number of shots, named by a digest."""

import hashlib
import json
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from data_cards.errors import SkillwiseError
from data_cards.records import Skill
from evaluation.planning.code_digest import scoring_digest
from evaluation.planning.novelty import Noting, Novelty, noted
from evaluation.planning.skill_block import PackedSkill, unpack
from evaluation.planning.systems import SystemSpec
from evaluation.planning.vectors import Vectors
from evaluation.scoring.deals import measure_deal
from evaluation.scoring.measure import Measurement, System, measure
from evaluation.scoring.names import cell_name


@dataclass(frozen=True, slots=True)
class SourcePointer:
    """Where a cell's source model lies, and the digest of the request it was trained for."""

    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What is to be measured, with the digests of all that its numbers depend on."""

    skill: PackedSkill
    spec: SystemSpec
    seed: int
    shots: int | None
    settings_digest: str
    code_digest: str
    vectors: Vectors | None = None
    source: SourcePointer | None = None
    noting: Noting | None = None
    """What its worker is to note of the draw besides; no number depends on it."""
    encoder: Vectors | None = None
    """Of the skill's language, where the system reads one."""

    @property
    def vectors_digest(self) -> str:
        """Digest of what was trained before: the vector store, the encoder behind an "@", the
        source model behind a "+".

        "" where the system starts from nothing.
        """
        store = self.vectors.digest if self.vectors is not None else ""
        encoder = f"@{self.encoder.digest}" if self.encoder is not None else ""
        source = f"+{self.source.digest}" if self.source is not None else ""
        return f"{store}{encoder}{source}"

    @property
    def key(self) -> str:
        """The same key, the same numbers: a finished cell of this key is never computed again."""
        parts = [
            self.skill.key, self.skill.digest, self.spec.name, self.settings_digest, self.seed,
            self.shots, self.code_digest, self.vectors_digest,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def system(self) -> System:
        """Its system, new and unfitted."""
        trained = (self.vectors, self.source, self.encoder)
        return self.spec.make(*(each.path if each is not None else None for each in trained))

    @property
    def name(self) -> str:
        """The cell in words, for progress and errors."""
        return cell_name(self.skill.label, self.spec.name, self.shots, self.seed)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a worker sends back: a measurement, or an error of the user, or a bug's traceback.

    `scoring_digest` is of the code that computed the measurement's scores there, `novelty` what
    the cell was to note.
    """

    key: str
    measurement: Measurement | None = None
    error: SkillwiseError | None = None
    traceback: str = ""
    finished: float = 0.0
    scoring_digest: str | None = None
    novelty: Novelty | None = None


def run_cell(cell: Cell) -> Outcome:
    """Do a cell's work; every exception comes back as an outcome, for it must cross processes."""
    try:
        measurement = _measured(cell, unpack(cell.skill))
        told = (
            noted(cell.noting, cell.skill, cell.shots, cell.seed)
            if cell.noting is not None else None
        )  # fmt: skip
    except SkillwiseError as error:
        return Outcome(cell.key, error=SkillwiseError(f"{cell.name}: {error}"))
    except Exception:  # a bug in one cell must not end the run: it is reported by the cell's name
        return Outcome(cell.key, traceback=traceback.format_exc())
    return Outcome(
        cell.key, measurement, finished=time.time(), scoring_digest=scoring_digest(), novelty=told
    )


def _measured(cell: Cell, skill: Skill) -> Measurement:
    if cell.skill.deal:
        return measure_deal(cell.system, skill, cell.skill.deal, cell.seed, cell.shots)
    return measure(cell.system(), skill, cell.seed, cell.shots)
