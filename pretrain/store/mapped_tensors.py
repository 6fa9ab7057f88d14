"""Safetensors as views of a buffer: nothing is copied, and every bound is checked before use.

The format is an 8-byte header length, a JSON header and the arrays' bytes; the library's own
readers copy, and a store must be mapped.
"""

import json
import math
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from data_cards.errors import DataError

LONGEST_HEADER = 1 << 24
CHECKSUM = "checksum"

_DTYPES = {"I8": "i1", "U8": "u1", "I32": "<i4", "U32": "<u4", "U64": "<u8",
           "F16": "<f2", "F32": "<f4"}  # fmt: skip

Arrays = dict[str, NDArray[Any]]


def views(data: "mmap.mmap | bytes") -> tuple[dict[str, str], Arrays]:
    """The metadata and arrays of a safetensors buffer; raises `ValueError` where it is damaged.

    Where the metadata hold a checksum, as `checksum` computes it, header and bytes must agree.
    """
    header, start = _header(data)
    meta = header.pop("__metadata__", {})
    if not isinstance(meta, dict) or not all(isinstance(v, str) for v in meta.values()):
        raise ValueError("its metadata are no texts")
    arrays = {name: _view(data, start, entry) for name, entry in header.items()}
    if CHECKSUM in meta and meta[CHECKSUM] != checksum(meta, arrays):
        raise ValueError("its checksum differs")
    return meta, arrays


def mapped(file: Path, remedy: str) -> tuple[dict[str, str], Arrays]:
    """`views` of a file, mapped read-only; whatever is wrong with it is a `DataError`."""
    try:
        with file.open("rb") as stream:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        return views(data)
    except FileNotFoundError:
        raise DataError(file, None, "no such file", "name a store's folder") from None
    except OSError as error:
        raise DataError(file, None, f"cannot be read ({error.strerror})", remedy) from None
    except ValueError as error:
        raise DataError(file, None, f"damaged store ({error})", remedy) from None


def checksum(meta: Mapping[str, str], arrays: Mapping[str, NDArray[Any]]) -> str:
    """xxh3-128 over metadata, names, types, shapes and bytes: finds damage, resists nobody.

    Ten gigabytes a second, so that a store is checked whole whenever it is opened.
    """
    stated = {key: value for key, value in meta.items() if key != CHECKSUM}
    state = xxhash.xxh3_128(json.dumps(stated, sort_keys=True).encode())
    for name, array in sorted(arrays.items()):
        state.update(f"|{name}|{array.dtype.str}|{array.shape}|".encode())
        state.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return state.hexdigest()


def _header(data: "mmap.mmap | bytes") -> tuple[dict[str, Any], int]:
    """The JSON header and where the arrays begin."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 10 or not 2 <= length <= min(len(data) - 8, LONGEST_HEADER):
        raise ValueError("its header is cut")
    try:
        header = json.loads(data[8 : 8 + length])
    except RecursionError:
        raise ValueError("its header nests too deep") from None
    if not isinstance(header, dict):
        raise ValueError("its header is no object")
    return header, 8 + length


def _view(data: "mmap.mmap | bytes", base: int, entry: Any) -> NDArray[Any]:
    if not isinstance(entry, dict):
        raise ValueError("an array's entry is no object")
    kind, shape, offsets = (entry.get(key) for key in ("dtype", "shape", "data_offsets"))
    if not isinstance(kind, str) or kind not in _DTYPES:
        raise ValueError(f"an array is of type {kind!r}")
    dtype = np.dtype(_DTYPES[kind])
    start, end = _naturals(offsets, 2, "offsets")
    sizes = _naturals(shape, None, "shape")
    if not start <= end <= len(data) - base:
        raise ValueError("it is cut")
    count = math.prod(sizes)  # of Python's integers: nothing overflows
    if len(sizes) > 8 or count * dtype.itemsize != end - start:
        raise ValueError(f"an array of shape {sizes[:9]} has {end - start} bytes")
    if not count:
        return np.empty(_small(sizes), dtype)
    return np.frombuffer(data, dtype, count, base + start).reshape(sizes)


def _naturals(values: Any, count: int | None, what: str) -> list[int]:
    good = isinstance(values, list) and all(type(v) is int and v >= 0 for v in values)
    if not good or (count is not None and len(values) != count):
        raise ValueError(f"an array's {what} {str(values)[:40]} are no natural numbers")
    return list(values)


def _small(sizes: list[int]) -> list[int]:
    """The shape of an empty array, refused where numpy could not hold its other axes."""
    if math.prod(s for s in sizes if s) > 1 << 40:
        raise ValueError(f"an array of shape {sizes}")
    return sizes
