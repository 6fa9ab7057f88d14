"""An encoder's folder: which files it has, what names it, which languages it is for.

It is an ordinary folder of Hugging Face's: configuration, weights as safetensors, tokenizer, card.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from data_cards.errors import DataError, SkillwiseError

CONFIG, TOKENIZER, CARD = "config.json", "tokenizer.json", "README.md"
POOLING = "1_Pooling/config.json"
"""How an encoder of sentence-transformers makes a sentence's vector."""

PACKAGED = Path(__file__).parents[1] / "encoders"
PREFIX = "hf:"
"""What marks an encoder among the vectors that a user names."""

FILES = (
    CONFIG, TOKENIZER, "tokenizer_config.json", "special_tokens_map.json", "vocab.txt",
    "vocab.json", "merges.txt", POOLING,
)  # fmt: skip
"""The files beside the weights that its numbers depend on."""


def names_encoder(given: Path) -> bool:
    """Whether a user names an encoder by it, not a store of static vectors."""
    return str(given).startswith(PREFIX)


def located(named: Path) -> Path:
    """The folder of an encoder that a user names by `hf:` and a folder or the id of one on the hub.

    What the machine has of the hub is asked first. Raises `SkillwiseError` where it is nowhere.
    """
    name = str(named).removeprefix(PREFIX)
    given = Path(name).expanduser()
    if given.is_dir():
        if not (given / CONFIG).is_file():
            raise DataError(
                given, None, f"is no encoder: it has no {CONFIG}",
                "name a folder that `AutoModel.from_pretrained` opens",
            )  # fmt: skip
        return given.resolve()
    nowhere = "name a folder of an encoder, or its id on the hub"
    if name.count("/") != 1 or name.startswith((".", "/", "~")):
        raise DataError(f"{PREFIX}{name}", None, "no such folder", nowhere)
    from huggingface_hub import snapshot_download  # takes half a second

    wanted = [*FILES, "*.safetensors", "*.safetensors.index.json", CARD]
    try:
        return Path(snapshot_download(name, local_files_only=True, allow_patterns=wanted))
    except (OSError, ValueError):  # it is not here: the hub is asked
        pass
    try:
        return Path(snapshot_download(name, allow_patterns=wanted))
    except Exception as error:  # whatever the network and the hub say; a user can mend most of it
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise SkillwiseError(
            f"{PREFIX}{name}: is no folder here, and the hub does not give it ({reason[:200]}); "
            f"{nowhere}, or see that the hub can be reached"
        ) from None


def default_encoder(language: str) -> Path | None:
    """The packaged encoder of a language, None where there is none."""
    path = PACKAGED / language
    return path if (path / CONFIG).is_file() else None


def packaged() -> list[Path]:
    """The folders of all packaged encoders."""
    return sorted(file.parent for file in PACKAGED.glob(f"*/{CONFIG}"))


def digest(path: Path) -> str:
    """Digest of the files that an encoder's numbers depend on; the card is not among them."""
    files = tuple(_files(path))
    stamps = tuple((f.stat().st_mtime_ns, f.stat().st_size) for f in files)
    return _digest(path, files, stamps)


@lru_cache(maxsize=16)
def _digest(path: Path, files: tuple[Path, ...], stamps: tuple[tuple[int, int], ...]) -> str:
    """`stamps` change with the files: replaced ones are read anew."""
    found = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            own = hashlib.file_digest(stream, "sha256").hexdigest()
        found.update(f"{file.relative_to(path).as_posix()} {own}\n".encode())
    return found.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    weights = sorted(path.glob("*.safetensors"))
    if not weights:
        raise DataError(
            path, None, "holds no weights as safetensors",
            "save it by `save_pretrained`, which writes them; pickled weights are not opened",
        )  # fmt: skip
    yield from (path / name for name in FILES if (path / name).is_file())
    yield from weights


def languages(path: Path) -> frozenset[str]:
    """The languages that an encoder's card names; none where it may be asked in any."""
    card = path / CARD
    if not card.is_file():
        return frozenset()
    head = card.read_text("utf-8", errors="replace").split("\n---", 1)[0]
    if not head.startswith("---"):
        return frozenset()
    try:
        front = yaml.safe_load(head.removeprefix("---"))
    except yaml.YAMLError:
        return frozenset()
    named = front.get("language") if isinstance(front, dict) else None
    found = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    codes = frozenset(str(each).partition("-")[0].lower() for each in found)
    return frozenset() if "multilingual" in codes else codes


def json_of(file: Path) -> dict[str, Any]:
    """A JSON object of an encoder's folder, {} where there is no such file."""
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(file, None, f"is no JSON ({error})", "fetch the folder again") from None
    if not isinstance(found, dict):
        raise DataError(file, None, "is no JSON object", "fetch the folder again")
    return found
