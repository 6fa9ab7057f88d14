"""Blocks: those of earlier releases stay readable, and what disagrees in one is refused."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from dnn_toys import TRAIN, settings

from dnn.block import decode, encode, opened
from pretrain.store.vector_store import VectorStore

KEPT = Path(__file__).parent / "blocks" / "toy-1.safetensors"
"""The toy skill, fitted on random vectors for 300 steps by a few units, kept as int8."""


def no_store(pointer: Mapping[str, str]) -> VectorStore:
    raise AssertionError(f"asked for {pointer}")


def test_a_block_of_the_first_format_answers_as_it_did() -> None:
    fitted = opened(KEPT.read_bytes(), no_store)
    answers = fitted.predict(TRAIN)
    assert [a.frame for a in answers] == [u.frame for u in TRAIN]
    assert answers[0].confidence == pytest.approx(0.966069, abs=1e-4)
    assert fitted.block == KEPT.read_bytes()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [({"vectors": "store"}, "about the vectors"), ({"transfer": {}}, "about a source model")],
)
def test_settings_that_are_not_the_models_are_refused(
    changes: dict[str, object], fault: str
) -> None:
    packed = decode(KEPT.read_bytes())
    wrong = encode(replace(packed, settings=settings(**changes).model_dump(mode="json")))
    with pytest.raises(ValueError, match=f"settings and model disagree {fault}"):
        opened(wrong, no_store)
