"""Safetensors as views: equal to the library's reading, and no bytes lead outside them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

from data_cards.errors import DataError
from pretrain.store.mapped_tensors import CHECKSUM, checksum, mapped, views

ARRAYS: dict[str, np.ndarray] = {
    "a": np.arange(12, dtype=np.int8).reshape(3, 4),
    "b": np.linspace(0, 1, 5, dtype=np.float32),
    "c": np.array([1, 2**63], np.uint64),
    "none": np.empty((0, 7), np.float16),
}


def test_equal_to_the_library() -> None:
    meta = {"x": "y"}
    content = save(ARRAYS, meta | {CHECKSUM: checksum(meta, ARRAYS)})
    found, arrays = views(content)
    expected = load(content)
    assert found == meta | {CHECKSUM: checksum(meta, ARRAYS)}
    assert arrays.keys() == expected.keys()
    for name, array in arrays.items():
        assert array.dtype == expected[name].dtype
        np.testing.assert_array_equal(array, expected[name])
        assert not array.size or not array.flags.owndata  # a view


def with_header(header: Any, data: bytes = bytes(16)) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(**changes: Any) -> Any:
    return {"dtype": "I8", "shape": [4, 4], "data_offsets": [0, 16]} | changes


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ([], "no object"),
        ({"__metadata__": []}, "no texts"),
        ({"__metadata__": {"a": 1}}, "no texts"),
        ({"__metadata__": {CHECKSUM: "0"}}, "checksum differs"),
        ({"a": []}, "no object"),
        ({"a": entry(dtype="I99")}, "of type 'I99'"),
        ({"a": entry(dtype=None)}, "of type None"),
        ({"a": entry(dtype=[1])}, "of type"),
        ({"a": entry(shape=[4, 3])}, "has 16 bytes"),
        ({"a": entry(shape=[-4, -4])}, "no natural"),
        ({"a": entry(shape=[-1])}, "no natural"),
        ({"a": entry(shape=[True, 16])}, "no natural"),
        ({"a": entry(shape=[4.0, 4])}, "no natural"),
        ({"a": entry(shape=4)}, "no natural"),
        ({"a": entry(shape=[2**70, 2**70])}, "has 16 bytes"),
        ({"a": entry(shape=[2**32, 2**32 + 1])}, "has 16 bytes"),  # 2^32 in 64 bits
        ({"a": entry(shape=[0, 2**62], data_offsets=[0, 0])}, "shape"),
        ({"a": entry(shape=[1] * 9 + [16])}, "shape"),
        ({"a": entry(dtype="U64", shape=[1], data_offsets=[0, 4])}, "has 4 bytes"),
        ({"a": entry(data_offsets=[0, 17])}, "cut"),
        ({"a": entry(data_offsets=[-1, 15])}, "no natural"),
        ({"a": entry(data_offsets=[16, 0])}, "cut"),
        ({"a": entry(data_offsets=[0, 2**80])}, "cut"),
        ({"a": entry(data_offsets=[0])}, "no natural"),
        ({"a": entry(data_offsets="01")}, "no natural"),
    ],
)
def test_headers_that_lie(header: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        views(with_header(header))


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 7, b"\xff" * 8, b"\xff" * 40, (2).to_bytes(8, "little"),
     (9).to_bytes(8, "little") + b"{}", (3).to_bytes(8, "little") + b'{"a',
     (2).to_bytes(8, "little") + b"\xff\xfe", (100000).to_bytes(8, "little") + b"[" * 100000],
)  # fmt: skip
def test_files_that_are_none(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        views(content)
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(DataError, match="f: damaged store .*; mend it"):
        mapped(tmp_path / "f", "mend it")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "dtype": st.sampled_from(["I8", "U64", "F16", "F32", "BF16"]) | JSON,
        "shape": st.lists(st.integers(-2, 5) | st.integers(), max_size=4) | JSON,
        "data_offsets": st.lists(st.integers(-2, 20) | st.integers(), max_size=3) | JSON,
    },
)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(header=st.dictionaries(st.sampled_from(["a", "b", "__metadata__"]), ENTRIES | JSON) | JSON)
def test_no_header_leads_out_of_bounds(header: Any) -> None:
    try:
        _, arrays = views(with_header(header))
    except ValueError:
        return
    assert sum(array.nbytes for array in arrays.values()) <= 16 * len(arrays)
    for array in arrays.values():
        array.copy()
