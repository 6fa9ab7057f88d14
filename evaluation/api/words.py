"""Word vectors by language or folder, and skills from their folders."""

from pathlib import Path

from data_cards.jsonl import read_skill as read
from data_cards.records import Skill
from pretrain.store.vector_store import VectorStore


def vectors(store: str | Path) -> VectorStore:
    """The packaged vectors of a language ("en", "de"), or those of a folder.

    `store.neighbours("apple")` are the nearest words, `store.vectors(["apple"])` an array of
    (words, width). Raises `SkillwiseError` where there is neither such a folder nor a language.
    """
    folder = Path(store)
    return VectorStore.open(folder) if folder.is_dir() else VectorStore.packaged(str(store))


def read_skill(folder: str | Path, *, slots_only: bool = False) -> Skill:
    """A skill in the neutral format, by its folder `<skill>@<locale>`.

    Raises `DataError` with file, line and remedy; `slots_only` admits a skill with one intent.
    """
    return read(Path(folder), slots_only=slots_only)
