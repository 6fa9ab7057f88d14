"""Stage 1 of transfer for a comparison: which source model each skill gets, trained once, cached.

A source model is named by the digest of all that it depends on, so it is known before it is
trained, and found again by every later run that asks for the same.
"""

import hashlib
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from data_cards.errors import SkillwiseError
from data_cards.overlap import text_hashes
from data_cards.records import Skill
from dnn.settings import DNNSettings, SourceSettings
from dnn.transfer.source import SourceModel
from dnn.transfer.source_training import train_source
from evaluation.planning.code_digest import READING, code_digest
from evaluation.planning.families import Texts, groups, union
from evaluation.planning.skill_block import PackedSkill, unpack
from evaluation.planning.vectors import Vectors
from pretrain.encoder.reading import open_encoder

SEED = 0
"""One source model serves all seeds of a comparison: stage 1 is trained once."""

SPENT = "seconds.txt"
"""Beside the source models: a line each, the seconds that its training took by the clock."""

TARGETS_OWN = ("local_words", "local_prior", "local_unseen")
"""Settings of stage 2 alone: with them and without them a skill has the same source model."""

LEAST = 5
"""Training utterances left from which a mature skill is worth a head in stage 1."""


@dataclass(frozen=True)
class SourceRequest:
    """A source model that somebody needs: the mature skills, and the texts they must not show."""

    settings: SourceSettings
    skills: tuple[PackedSkill, ...]
    banned: NDArray[np.uint64]  # ascending hashes of texts of held-out skills that `skills` have
    vectors: Vectors | None
    encoder: Vectors | None = None

    @cached_property
    def digest(self) -> str:
        """The same digest, the same source model."""
        parts = [
            json.dumps(self.settings.model_dump(mode="json"), sort_keys=True), SEED,
            [(s.label, s.digest) for s in self.skills], self.banned.tolist(),
            self.vectors.digest if self.vectors is not None else "",
            code_digest("dnn.transfer.source_training", READING if self.encoder else ()),
            *([self.encoder.digest] if self.encoder is not None else []),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def mature(self) -> list[Skill]:
        """The skills to train on, without the banned texts."""
        found = []
        for packed in self.skills:
            skill = unpack(packed)
            allowed = ~np.isin(text_hashes(skill.train), self.banned)
            train = tuple(u for u, ok in zip(skill.train, allowed, strict=True) if ok)
            if len(train) >= LEAST:
                found.append(replace(skill, train=train, dev=(), test=()))
        return found


@dataclass(frozen=True)
class Source:
    """The source model of a cell: what it is, and where it lies once it is trained."""

    request: SourceRequest
    path: Path

    @property
    def digest(self) -> str:
        """Digest of the request."""
        return self.request.digest


def assign(
    targets: Sequence[PackedSkill],
    pool: Sequence[PackedSkill],
    settings: BaseModel | None,
    vectors: Mapping[str, Vectors],
    folder: Path,
    encoders: Mapping[str, Vectors] = MappingProxyType({}),
) -> dict[str, Source]:
    """The source model of each target, by its label, for a system with these settings.

    `pool` are the mature skills; `vectors` and `encoders` are the stores and the encoders by
    language. Raises `SkillwiseError` where no skill is left to learn from.
    """
    everyone = {skill.label: skill for skill in (*targets, *pool)}
    texts = {label: Texts.of(skill) for label, skill in everyone.items()}
    group = groups(list(texts.values()))
    mature = {skill.label for skill in pool}
    assert isinstance(settings, DNNSettings) and settings.transfer is not None  # as planned
    own = {name: DNNSettings.model_fields[name].default for name in TARGETS_OWN}
    network = settings.model_copy(update={"transfer": None, **own})
    transfer = settings.transfer
    steps = transfer.source_steps if transfer.keep != "nothing" else 0
    stage_1 = SourceSettings(network=network, tuning=transfer.tuning, steps=steps)
    found: dict[tuple[str, int], Source] = {}
    for target in targets:
        key = (target.language, group[target.label])
        if key not in found:
            held = union(t for label, t in texts.items() if group[label] == key[1])
            skills = [
                everyone[label] for label in sorted(mature)
                if everyone[label].language == key[0] and group[label] != key[1]
            ]  # fmt: skip
            if not skills:
                raise SkillwiseError(
                    f"skill {target.label}: no other {target.language!r} skill to transfer from; "
                    "name suites of mature skills by --sources"
                )
            banned = np.intersect1d(held, union(texts[s.label] for s in skills))
            store = vectors.get(target.language) if settings.vectors == "store" else None
            encoder = encoders.get(target.language) if settings.reads_encoder else None
            request = SourceRequest(stage_1, tuple(skills), banned, store, encoder)
            found[key] = Source(request, folder / request.digest[:24])
    return {t.label: found[t.language, group[t.label]] for t in targets}


def train_missing(source: Source) -> str:
    """Train a source model where it is not there yet; returns what was done, in words."""
    if source.path.exists():
        return f"{source.path.name}: there"
    request = source.request
    mature = request.mature()
    path = request.vectors.path if request.vectors is not None else None
    started = time.monotonic()
    encoder = open_encoder(request.encoder.path) if request.encoder is not None else None
    model = train_source(mature, request.settings, path, SEED, encoder=encoder)
    source.path.parent.mkdir(parents=True, exist_ok=True)
    model.save(source.path)
    with (source.path.parent / SPENT).open("a", encoding="utf-8") as file:
        file.write(f"{time.monotonic() - started:.1f}\n")
    return f"{source.path.name}: {len(mature)} skills, {len(model.seen):,} texts"


def training_seconds(folder: Path) -> float | None:
    """Mean seconds that the source models of a folder took; None where none was trained there."""
    try:
        spent = [float(line) for line in (folder / SPENT).read_text("utf-8").split()]
    except (OSError, ValueError):  # none yet, or a line that a kill cut: a forecast can do without
        return None
    return statistics.fmean(spent) if spent else None


def check(source: Source, target: PackedSkill) -> None:
    """Refuse a source model that has seen any text of its target, whatever trained it."""
    skill = unpack(target)
    leaks = SourceModel.open(source.path).leaks((*skill.train, *skill.dev, *skill.test))
    if leaks:
        shown = " ".join(leaks[0].tokens)
        raise SkillwiseError(
            f"skill {target.label}: {len(leaks)} of its texts were seen in stage 1, e.g. "
            f"{shown!r}; remove {source.path} and run again"
        )
