"""Which store a language gets, with a store module that stands for the real one."""

from pathlib import Path

import pytest

from data_cards.errors import SkillwiseError
from evaluation.planning import vectors
from evaluation.planning.vectors import Vectors, need, resolve


class Store:
    """Reads a store's language from its name; has a packaged one for German."""

    @staticmethod
    def language_of(path: Path) -> str:
        return path.name.split("-")[0]

    @staticmethod
    def digest(path: Path) -> str:
        return f"digest of {path.name}"

    @staticmethod
    def default_store(language: str) -> Path | None:
        return Path("/packaged/de") if language == "de" else None


@pytest.fixture(autouse=True)
def store(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("language_of", "digest", "default_store"):
        monkeypatch.setattr(vectors, name, getattr(Store, name))


def test_given_then_packaged(tmp_path: Path) -> None:
    own = tmp_path / "en-mine"
    own.mkdir()
    found = resolve([own], ["en", "de", "fr"])
    assert found == {
        "en": Vectors(own, "digest of en-mine"),
        "de": Vectors(Path("/packaged/de"), "digest of de"),
    }
    assert need(found, "de", "dnn-mlm").path == Path("/packaged/de")
    with pytest.raises(SkillwiseError, match="--locale fr"):
        need(found, "fr", "dnn-mlm")


def test_one_store_a_language(tmp_path: Path) -> None:
    stores = [tmp_path / "en-a", tmp_path / "en-b"]
    for path in stores:
        path.mkdir()
    with pytest.raises(SkillwiseError, match="one store a language"):
        resolve(stores, ["en"])
    with pytest.raises(SkillwiseError, match="no such vector store"):
        resolve([tmp_path / "none"], ["en"])
