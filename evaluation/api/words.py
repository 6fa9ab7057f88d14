"""Word vectors by language or folder, and skills from their folders."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data_cards.errors import SkillwiseError
from data_cards.jsonl import read_skill as read
from data_cards.records import Skill
from pretrain.store.neighbours import Neighbour, neighbours
from pretrain.store.vector_store import FILE, VectorStore, default_store


@dataclass(frozen=True)
class Vectors:
    """An open store of word vectors."""

    store: VectorStore

    def __len__(self) -> int:
        return len(self.store)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and bool(self.store.rows([word])[0] >= 0)

    def __getitem__(self, word: str) -> NDArray[np.float32]:
        """The vector of a word, (width,); KeyError where the store lacks it."""
        if word not in self:
            raise KeyError(word)
        found: NDArray[np.float32] = self.store.vectors([word])[0]
        return found

    @property
    def words(self) -> list[str]:
        """The vocabulary, most frequent first."""
        return self.store.words

    def neighbours(self, word: str, count: int = 8) -> list[Neighbour]:
        """The words nearest to a word, each with its cosine; SkillwiseError where it is unknown."""
        return neighbours(self.store, word, count)


def vectors(store: str | Path) -> Vectors:
    """The packaged vectors of a language ("en", "de"), or those of a folder.

    Raises `SkillwiseError` where there is neither.
    """
    folder = Path(store)
    packaged = default_store(str(store)) if not (folder / FILE).exists() else None
    if packaged is None and not folder.is_dir():
        raise SkillwiseError(
            f"{store}: no packaged vectors of this language and no such folder; make some by "
            "`skillwise pretrain`"
        )
    return Vectors(VectorStore.open(packaged or folder))


def read_skill(folder: str | Path, *, slots_only: bool = False) -> Skill:
    """A skill in the neutral format, by its folder `<skill>@<locale>`.

    Raises `DataError` with file, line and remedy; `slots_only` admits a skill with one intent.
    """
    return read(Path(folder), slots_only=slots_only)
