"""Settings as text: JSON where it is some, dotted and nested keys as one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.planning.changes import flat, nested, value_of, written

KEYS = st.text(alphabet="abc_", min_size=1, max_size=3)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers())
TABLES = st.recursive(
    st.dictionaries(KEYS, LEAVES, min_size=1, max_size=3),
    lambda inner: st.dictionaries(KEYS, LEAVES | inner, min_size=1, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("true", True), ("null", None), ("store", "store"), ('"3"', "3"), ("", "")],
)
def test_json_is_read_and_a_plain_word_needs_no_quotes(text: str, value: object) -> None:
    assert value_of(text) == value


@given(LEAVES)
def test_what_is_written_is_read_back(value: object) -> None:
    key, _, text = written("a.b", value).partition("=")
    assert (key, value_of(text)) == ("a.b", value)


@given(TABLES)
def test_nested_undoes_flat(values: dict[str, Any]) -> None:
    assert nested(flat(values).items()) == values


def test_the_last_change_of_a_key_counts() -> None:
    assert nested([("a.b", 1), ("a.b", 2)]) == {"a": {"b": 2}}
    assert nested([("a", None), ("a.b", 2)]) == {"a": {"b": 2}}
    assert nested([("a.b", 2), ("a", None)]) == {"a": None}


def test_what_was_given_is_left_as_it_is() -> None:
    group: dict[str, int] = {}
    assert nested([("a", group), ("a.b", 2)]) == {"a": {"b": 2}}
    assert group == {}
