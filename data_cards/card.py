"""The data card: Markdown whose YAML front matter says what a data set is and how to read it."""

import os
import sysconfig
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data_cards.errors import DataError, SkillwiseError, first_fault, nearest
from data_cards.jsonl import read_bytes

PACKAGE = Path(__file__).parent
CARDS = PACKAGE / "cards"
DATA_VARIABLE = "SKILLWISE_DATA"

Kind = Literal["said", "written", "translated", "expanded"]
"""Who made the training utterances: `said` (spoken or typed by people in a user's place), `written`
(by a developer, as a bot's training data are), `translated` from another language, `expanded` from
templates."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """Where the files come from."""

    repository: str = Field(
        "", description="where the data were published, e.g. a GitHub owner/name"
    )
    revision: str = Field("", description="commit or tag of that publication")
    hub: str = Field("", description="Hugging Face hub id, pinned by `revision`")
    packaged: Literal["", "starter", "probe", "installed"] = Field(
        "", description="our own folder that holds the data; `installed`: other Python packages do"
    )
    folder: str = Field("", description="folder below SKILLWISE_DATA, for data of others")
    files: dict[str, str] = Field(
        default_factory=dict,
        description="relative path -> sha256 of the bytes that were counted, unpacked if gzipped",
    )
    prefix: str = Field("", description="folder of the publication that the paths begin below")
    archive: str = Field("", description="URL of a tar or zip; else the repository's at `revision`")
    archive_sha256: str = Field("", description="sha256 of that archive, where it was published")


class Counts(_Strict):
    """What `cards check` recounts, over all skills of the card."""

    skills: int
    train: int
    dev: int = 0
    test: int
    faults: int = Field(0, description="entries left out, each listed by `cards check`")


class Overlap(_Strict):
    """Texts that also stand in another card (or, with this card's own name, train/test)."""

    card: str
    texts: int = Field(description="distinct normalised texts in both")


class Reading(_Strict):
    """Our block of a card: how files become skills."""

    reader: str = Field(description="a name of `data_cards.readers.READERS`")
    options: dict[str, Any] = Field(default_factory=dict, description="handed to the reader")
    source: Source = Source()
    skill: str = Field(description="what a skill is, in words")
    slots_only: bool = Field(False, description="admit skills with a single intent")
    locales: list[str] = Field(description="locales of the skills, e.g. en-US")
    utterances: Kind | dict[str, Kind] | None = Field(
        None,
        description="who made the training utterances; or, where a card mixes, patterns of "
        "<skill>@<locale> and their kinds, of which the first that matches holds",
    )
    confirmatory: bool = Field(
        False,
        description="kept aside: no suite of collected cards holds it, it is reached by name only",
    )
    counts: Counts | None = Field(None, description="absent until first counted")
    overlaps: list[Overlap] = Field(default_factory=list)
    repeats: list[str] = Field(
        default_factory=list,
        description="cards that hold the same utterances: its skills do not count as further ones",
    )


class Card(_Strict):
    """A data card. The keys beside `skillwise` are the Hugging Face dataset-card metadata."""

    model_config = ConfigDict(extra="ignore", frozen=True)  # the hub's convention keeps growing

    pretty_name: str
    license: str
    language: list[str]
    annotations_creators: list[str] = Field(default_factory=list)
    task_categories: list[str] = Field(default_factory=list)
    tags: list[str] = Field(default_factory=list)
    size_categories: list[str] = Field(default_factory=list)
    skillwise: Reading
    name: Annotated[str, Field(description="the file's stem; what --suite takes")]
    body: str = ""

    @property
    def root(self) -> Path:
        """The folder with the data; a `SkillwiseError` where it is not to be had.

        A data set that is streamed from the hub has no folder: its pinned name stands for it.
        """
        source = self.skillwise.source
        if source.packaged == "installed":
            return Path(sysconfig.get_path("purelib"))
        if source.packaged:
            return PACKAGE / source.packaged
        if source.hub and not source.folder:
            return Path(f"{source.hub}@{source.revision}")
        if not source.folder:
            raise SkillwiseError(
                f"card {self.name}: names no place of its data; give its source `packaged`, "
                f"`folder` or `hub`"
            )
        base = os.environ.get(DATA_VARIABLE)
        if not base:
            raise SkillwiseError(
                f"card {self.name}: its data live outside the package and {DATA_VARIABLE} is not "
                f"set; set it to the folder that holds {source.folder}"
            )
        root = Path(base) / source.folder
        if not root.is_dir():
            raise SkillwiseError(
                f"card {self.name}: {root} is no folder; point {DATA_VARIABLE} at the folder that "
                f"holds {source.folder}"
            )
        return root


def read_card(path: Path) -> Card:
    """Read and validate one card; a fault names the field, as pydantic words it."""
    try:
        text = read_bytes(path).decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise DataError(path, None, "is not UTF-8", "save the card as UTF-8") from None
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise DataError(path, 1, "has no YAML front matter", "begin with a block between two '---'")
    try:
        meta = yaml.safe_load(parts[1])
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: no such date
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else None
        raise DataError(path, line, f"broken YAML ({error})", "mend the front matter") from None
    if not isinstance(meta, dict):
        raise DataError(path, 1, "front matter is no mapping", "write key: value lines")
    try:
        return Card.model_validate({**meta, "name": path.stem, "body": parts[2].strip()})
    except ValidationError as error:
        fault = first_fault(error)
        problem = f"{fault.field}: {fault.problem}"
        raise DataError(path, 1, problem, "mend the front matter") from None


def cards() -> dict[str, Card]:
    """All cards of the project by name: the registry, for what has no card does not load."""
    return {path.stem: read_card(path) for path in sorted(CARDS.glob("*.md"))}


def card(name: str) -> Card:
    """One card by name; an unknown name is answered with the nearest."""
    path = CARDS / f"{name}.md"
    known = {p.stem for p in CARDS.glob("*.md")}
    if name not in known:
        raise SkillwiseError(f"no card {name!r}; {nearest(name, known)}")
    return read_card(path)
