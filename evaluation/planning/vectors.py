"""Which word vectors and which encoder a skill's language gets: one given by --vectors, else the
packaged one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from data_cards.errors import DataError, SkillwiseError
from pretrain.encoder import folder
from pretrain.encoder.folder import CONFIG, PREFIX, default_encoder, located, names_encoder
from pretrain.store.vector_store import FILE, default_store, digest, language_of


@dataclass(frozen=True, slots=True)
class Vectors:
    """A vector store or an encoder, and the digest of what is in it."""

    path: Path
    digest: str


def resolve(given: Iterable[Path], languages: Iterable[str]) -> dict[str, Vectors]:
    """The store of each language that has one; two given stores of one language are refused.

    Encoders among the given are left to `resolve_encoders`.
    """
    found: dict[str, Vectors] = {}
    for path in given:
        if names_encoder(path):
            continue
        if not path.exists():
            raise DataError(
                path, None, "no such vector store", "name what `skillwise pretrain --out` wrote"
            )
        if (path / CONFIG).exists() and not (path / FILE).exists():
            raise DataError(
                path, None, "is an encoder, no vector store", f"write --vectors {PREFIX}{path}"
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


def resolve_encoders(given: Iterable[Path], languages: Iterable[str]) -> dict[str, Vectors]:
    """The encoder of each language that has one.

    A given one, `hf:` and a folder or a hub id, serves the languages that its card names, or all
    where it names none. Two given ones for one language are refused.
    """
    wanted = sorted(set(languages))
    found: dict[str, Vectors] = {}
    for name in given:
        if not names_encoder(name):
            continue
        path = located(name)
        own = folder.languages(path)
        for language in (language for language in wanted if not own or language in own):
            if language in found:
                raise SkillwiseError(
                    f"--vectors {name}: {found[language].path} is for {language!r} too; "
                    "give one encoder a language"
                )
            found[language] = Vectors(path, folder.digest(path))
    for language in wanted:
        packaged = default_encoder(language) if language not in found else None
        if packaged is not None:
            found[language] = Vectors(packaged, folder.digest(packaged))
    return found


def need(vectors: Mapping[str, Vectors], language: str, system: str) -> Vectors:
    """The language's store, or the error that says how to get one."""
    if language not in vectors:
        raise SkillwiseError(
            f"system {system}: no word vectors for language {language!r}; make them by "
            f"`skillwise pretrain --locale {language} --text FILE --out DIR` and pass --vectors DIR"
        )
    return vectors[language]


def need_encoder(encoders: Mapping[str, Vectors], language: str, system: str) -> Vectors:
    """The language's encoder, or the error that says how to get one."""
    if language not in encoders:
        raise SkillwiseError(
            f"system {system}: reads words in their sentences, and there is no encoder for "
            f"language {language!r}; pass --vectors {PREFIX}PATH with a folder or hub id that "
            "`transformers` opens, or leave the system out"
        )
    return encoders[language]
