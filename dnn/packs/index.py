"""Where each pack of a pack file lies: sorted arrays in a mapped file of its own.

The index of `FILE` is `FILE.index`. It covers the log up to some byte; what was appended since is
scanned. It can always be made again from the log, so that a missing or foreign one is no fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save
from xxhash import xxh3_64_intdigest

from data_cards.errors import DataError
from data_cards.scratch import written_whole
from dnn.packs.log import FILE_HEADER
from pretrain.store.mapped_tensors import CHECKSUM, checksum, mapped

FORMAT = "skillwise-pack-index/1"


@dataclass(frozen=True, slots=True)
class PackIndex:
    """Ascending hashes of names, and the offset of each one's last record."""

    covered: int
    hashes: NDArray[np.uint64]
    offsets: NDArray[np.uint64]

    @classmethod
    def empty(cls, covered: int) -> "PackIndex":
        """An index of nothing, up to some byte of the log."""
        return cls(covered, np.empty(0, np.uint64), np.empty(0, np.uint64))

    def candidates(self, key: str) -> list[int]:
        """Offsets of records that may be the key's: nearly always one or none."""
        wanted = np.uint64(xxh3_64_intdigest(key.encode("utf-8", "surrogatepass")))
        at = int(np.searchsorted(self.hashes, wanted))
        found = []
        while at < len(self.hashes) and self.hashes[at] == wanted:
            found.append(int(self.offsets[at]))
            at += 1
        return found


def index_path(log: Path) -> Path:
    """The index file of a log."""
    return log.with_name(log.name + ".index")


def read(log: Path, generation: bytes) -> PackIndex | None:
    """The index of a log of this generation; None where there is none that can be trusted."""
    try:
        meta, arrays = mapped(index_path(log), "")
        hashes, offsets = arrays["hashes"], arrays["offsets"]
        covered = int(meta["covered"])
    except (DataError, KeyError, ValueError):
        return None
    whole = hashes.dtype == offsets.dtype == np.uint64 and hashes.shape == offsets.shape
    if not whole or hashes.ndim != 1 or meta.get("generation") != generation.hex():
        return None
    known = meta.get("format") == FORMAT and CHECKSUM in meta and covered >= FILE_HEADER.size
    return PackIndex(covered, hashes, offsets) if known else None


def write(log: Path, generation: bytes, covered: int, offsets: Mapping[str, int]) -> None:
    """Write the index of a log, whole or not at all."""
    hashes = np.array([xxh3_64_intdigest(key.encode("utf-8")) for key in offsets], np.uint64)
    order = np.argsort(hashes, kind="stable")
    places = np.array(list(offsets.values()), np.uint64)
    arrays: dict[str, NDArray[Any]] = {"hashes": hashes[order], "offsets": places[order]}
    meta = {"format": FORMAT, "generation": generation.hex(), "covered": str(covered)}
    with written_whole(index_path(log)) as scratch:
        scratch.write_bytes(save(arrays, meta | {CHECKSUM: checksum(meta, arrays)}))
