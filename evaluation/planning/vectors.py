"""Which word vectors a skill's language gets: a store given by --vectors, else the packaged one."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data_cards.errors import DataError, SkillwiseError
from pretrain.store.vector_store import default_store, digest, language_of


@dataclass(frozen=True, slots=True)
class Vectors:
    """A vector store and the digest of what is in it."""

    path: Path
    digest: str


def resolve(stores: Iterable[Path], languages: Iterable[str]) -> dict[str, Vectors]:
    """The store of each language that has one; two given stores of one language are refused."""
    given = list(stores)
    found: dict[str, Vectors] = {}
    for path in given:
        if not path.exists():
            raise DataError(
                path, None, "no such vector store", "name what `skillwise pretrain --out` wrote"
            )
        language = language_of(path)
        if language in found:
            raise SkillwiseError(
                f"--vectors {path}: {found[language].path} is for {language!r} too; "
                "give one store a language"
            )
        found[language] = Vectors(path.resolve(), digest(path))
    for language in sorted(set(languages) - found.keys()):
        packaged = default_store(language)
        if packaged is not None:
            found[language] = Vectors(packaged, digest(packaged))
    return found


def need(vectors: dict[str, Vectors], language: str, system: str) -> Vectors:
    """The language's store, or the error that says how to get one."""
    if language not in vectors:
        raise SkillwiseError(
            f"system {system}: no word vectors for language {language!r}; make them by "
            f"`skillwise pretrain --locale {language} --text FILE --out DIR` and pass --vectors DIR"
        )
    return vectors[language]
