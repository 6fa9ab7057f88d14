"""Fetch a card's data: pinned, verified by sha256, and there whole or not at all."""

import lzma
import os
import re
import shutil
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.request import Request, urlopen

from data_cards.card import DATA_VARIABLE, Card, Source
from data_cards.errors import DataError, SkillwiseError
from data_cards.parsing import sources

Fetch = Callable[[str, Path], None]
"""Writes what stands at a URL to a file."""

MAX_BYTES = 4 * 2**30
"""Most that an archive may unpack to: none of the cards' comes near, a bomb would not stop."""

_BROKEN = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    EOFError, OSError, RuntimeError,
)  # fmt: skip
_COMMIT = re.compile(r"[0-9a-f]{40}")


def download(card: Card, fetch: Fetch | None = None) -> Path:
    """Bring the card's data into `SKILLWISE_DATA` and return their folder.

    Data that are there already are verified and left alone. Raises `SkillwiseError` where the card
    pins nothing to verify by, the source is not to be had, or a hash differs.
    """
    source = card.skillwise.source
    target = _target(card)
    if target.exists():
        _verify(card, target)
        return target
    base = target.parents[len(Path(source.folder).parts) - 1]
    base.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".tmp", dir=base))
    try:
        inside = scratch / "data"
        if source.hub:
            _from_hub(card, inside)
        else:
            archive = scratch / "archive"
            (fetch or fetch_url)(_url(card), archive)
            if source.archive_sha256:
                _compare(card, archive.name, source.archive_sha256, _hash(archive))
            unpack(archive, inside, source, strip=not source.archive)
        _verify(card, inside)
        target.parent.mkdir(parents=True, exist_ok=True)
        inside.rename(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target


def fetch_url(url: str, path: Path) -> None:
    """Write what stands at an https URL to a file; a `SkillwiseError` where it cannot be had."""
    if not url.startswith("https://"):
        raise SkillwiseError(f"{url}: is no https URL; mend the card's archive")
    try:
        request = Request(url, headers={"User-Agent": "skillwise"})
        with urlopen(request, timeout=60) as answer, path.open("wb") as file:
            shutil.copyfileobj(answer, file, 2**20)
    except (OSError, HTTPException, ValueError) as error:
        raise SkillwiseError(
            f"{url}: cannot be fetched ({error}); try again where the network is"
        ) from None


def unpack(archive: Path, folder: Path, source: Source, *, strip: bool = False) -> None:
    """Extract the members below the source's prefix, of its files only where it lists any.

    `strip` takes off the first folder, as a code host's archives have one. Refuses an archive with
    any member that would leave the folder; links and devices are never made.
    """
    folder.mkdir(parents=True)
    written = 0
    with _members(archive) as members:
        for name, stream in members:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name[:2]:
                raise DataError(
                    archive, None, f"member {name[:80]!r} would leave its folder",
                    "do not trust this archive",
                )  # fmt: skip
            wanted = _wanted(PurePosixPath(*path.parts[1:]) if strip else path, source)
            if wanted is None or stream is None:
                continue
            target = folder / wanted
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                while block := stream.read(2**20):
                    written += len(block)
                    if written > MAX_BYTES:
                        raise DataError(
                            archive, None, f"unpacks to more than {MAX_BYTES} bytes",
                            "do not trust this archive",
                        )  # fmt: skip
                    file.write(block)


def _wanted(path: PurePosixPath, source: Source) -> PurePosixPath | None:
    prefix = PurePosixPath(source.prefix)
    if not path.is_relative_to(prefix) or path == prefix:
        return None
    below = path.relative_to(prefix)
    return below if not source.files or below.as_posix() in source.files else None


@contextmanager
def _members(archive: Path) -> Iterator[Iterator[tuple[str, IO[bytes] | None]]]:
    """Every member's name, and its bytes where it is a regular file."""
    try:
        if tarfile.is_tarfile(archive):
            with tarfile.open(archive) as tar:
                yield ((m.name, tar.extractfile(m) if m.isreg() else None) for m in tar)
        elif zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as packed:
                yield (
                    (i.filename, None if i.is_dir() else packed.open(i)) for i in packed.infolist()
                )
        else:
            raise DataError(archive, None, "is neither tar nor zip", "mend the card's archive")
    except _BROKEN as error:
        raise DataError(archive, None, f"broken archive ({error})", "fetch it again") from None


def _from_hub(card: Card, folder: Path) -> None:
    from huggingface_hub import snapshot_download  # slow to import

    source = card.skillwise.source
    if _COMMIT.fullmatch(source.revision) is None:
        raise SkillwiseError(
            f"card {card.name}: revision {source.revision!r} is no commit; a branch or tag moves, "
            "so pin the 40 hexadecimal digits"
        )
    try:
        snapshot_download(
            source.hub,
            repo_type="dataset",
            revision=source.revision,
            local_dir=folder,
            allow_patterns=list(source.files),
        )
    except Exception as error:  # the hub's client raises its own, requests' and OS errors
        raise SkillwiseError(
            f"card {card.name}: {source.hub} cannot be fetched ({type(error).__name__}: {error}); "
            "try again where the network is"
        ) from error
    shutil.rmtree(folder / ".cache", ignore_errors=True)  # the client's own notes


def _target(card: Card) -> Path:
    source = card.skillwise.source
    if not source.folder:
        what = "streams from the hub" if source.hub else "comes with the package"
        raise SkillwiseError(f"card {card.name}: {what}; there is nothing to download")
    if Path(source.folder).is_absolute() or ".." in Path(source.folder).parts:
        raise SkillwiseError(f"card {card.name}: folder {source.folder!r} leaves {DATA_VARIABLE}")
    if not source.files and not source.archive_sha256:
        raise SkillwiseError(
            f"card {card.name}: lists no sha256 to verify a download by; put in `files`"
        )
    base = os.environ.get(DATA_VARIABLE)
    if not base:
        raise SkillwiseError(
            f"card {card.name}: {DATA_VARIABLE} is not set; set it to the folder to download into"
        )
    return Path(base) / source.folder


def _url(card: Card) -> str:
    source = card.skillwise.source
    if source.archive:
        return source.archive
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", source.repository) or not source.revision:
        raise SkillwiseError(
            f"card {card.name}: names no archive, hub id or repository with revision; add one"
        )
    return f"https://github.com/{source.repository}/archive/{source.revision}.tar.gz"


def _verify(card: Card, folder: Path) -> None:
    for name, claimed in card.skillwise.source.files.items():
        path = sources.locate(folder / name)
        if not path.is_file():
            raise SkillwiseError(
                f"card {card.name}: {name} is not among the data; remove {folder} and download "
                "again, or mend the card"
            )
        _compare(card, name, claimed, sha256(sources.content(path)).hexdigest())


def _hash(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def _compare(card: Card, name: str, claimed: str, found: str) -> None:
    if found != claimed:
        raise SkillwiseError(
            f"card {card.name}: {name} hashes to {found}, the card says {claimed}; it is not what "
            "was counted, so fetch it again or count anew"
        )
