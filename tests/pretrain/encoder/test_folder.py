"""How an encoder is named, found and told apart from another."""

from pathlib import Path
from typing import Any

import huggingface_hub
import pytest

from data_cards.errors import DataError, SkillwiseError
from pretrain.encoder import folder
from pretrain.encoder.folder import default_encoder, digest, languages, located, packaged


def encoder(path: Path, card: str = "") -> Path:
    """A folder that has the files of an encoder, if not what belongs into them."""
    path.mkdir(parents=True)
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (path / name).write_text(name)
    if card:
        (path / "README.md").write_text(card)
    return path


def test_a_folder_is_named_by_its_path(tmp_path: Path) -> None:
    made = encoder(tmp_path / "e")
    assert located(Path(f"hf:{made}")) == made


def test_a_folder_without_an_encoder_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it has no config.json"):
        located(Path(f"hf:{tmp_path}"))
    for name in ("hf:/no/such/folder", "hf:./none", "hf:none", "hf:"):
        with pytest.raises(SkillwiseError, match="no such folder|no config.json"):
            located(Path(name))


def test_the_hub_is_asked_for_what_the_machine_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def snapshot_download(name: str, *, local_files_only: bool = False, **_: Any) -> str:
        asked.append(local_files_only)
        if local_files_only:
            raise FileNotFoundError(name)
        return str(tmp_path)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    assert located(Path("hf:somebody/encoder")) == tmp_path
    assert asked == [True, False]
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda *_, **__: "/in/the/cache")
    assert located(Path("hf:somebody/encoder")) == Path("/in/the/cache")


def test_a_hub_that_does_not_answer_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def snapshot_download(*_: Any, **__: Any) -> str:
        raise OSError("no route\nto anywhere")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    with pytest.raises(SkillwiseError, match=r"the hub does not give it \(no route\)") as told:
        located(Path("hf:somebody/encoder"))
    assert "\n" not in str(told.value)


def test_the_digest_is_of_all_but_the_card(tmp_path: Path) -> None:
    one, two = encoder(tmp_path / "one"), encoder(tmp_path / "two", "a card\n")
    assert digest(one) == digest(two)
    (two / "1_Pooling").mkdir()
    (two / "1_Pooling" / "config.json").write_text("{}")
    assert digest(one) != (pooled := digest(two))
    (two / "model.safetensors").write_text("other weights")
    assert digest(two) not in (digest(one), pooled)


@pytest.mark.parametrize(
    ("card", "codes"),
    [
        ("---\nlanguage: en\n---\ntext\n", {"en"}),
        ("---\nlanguage:\n- en-GB\n- de\n---\n", {"en", "de"}),
        ("---\nlanguage: multilingual\n---\n", set()),
        ("---\nlicense: mit\n---\n", set()),
        ("---\nlanguage: [\n---\n", set()),
        ("no front matter\n---\nlanguage: en\n---\n", set()),
    ],
)
def test_the_card_names_the_languages(card: str, codes: set[str], tmp_path: Path) -> None:
    assert languages(encoder(tmp_path / "e", card)) == codes


def test_an_encoder_without_a_card_may_be_asked_in_any_language(tmp_path: Path) -> None:
    assert languages(encoder(tmp_path / "e")) == frozenset()


def test_packaged_encoders_lie_by_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "PACKAGED", tmp_path)
    assert default_encoder("en") is None and packaged() == []
    made = encoder(tmp_path / "en")
    assert default_encoder("en") == made and packaged() == [made]
