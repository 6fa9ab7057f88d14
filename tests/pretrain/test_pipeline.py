"""The stage as a whole: a store and its card, or nothing."""

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pretrain_toys import CITIES, FRUIT, left_in, lines, settings, source

from data_cards.errors import DataError, SkillwiseError
from pretrain import pipeline
from pretrain.mlm.model import MaskedWordModel
from pretrain.mlm.training import Observer, Progress
from pretrain.pipeline import Request, pretrain
from pretrain.store import vector_store as store
from pretrain.store.vector_store import CARD, FILE, VectorStore


class Interrupted(Exception):
    """Stands for a kill."""


def request(out: Path, text: list[list[str]] | None = None, **changes: Any) -> Request:
    sentences = lines() if text is None else text
    asked: dict[str, Any] = {
        "sources": (source(sentences),), "language": "en", "out": out, "settings": settings(),
        "seed": 2, "steps": 6, "command": "skillwise pretrain --toy",
    }  # fmt: skip
    return Request(**(asked | changes))


def interrupted(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a training behind that was cut after its checkpoint."""

    def cut(_: Progress) -> None:
        raise Interrupted

    original = pipeline.training.train

    def watched_closely(*given: Any, observer: Observer, **named: Any) -> MaskedWordModel:
        closer = replace(observer, checkpoint_every=2, report_every=5)
        return original(*given, observer=closer, **named)

    with monkeypatch.context() as patch:
        patch.setattr(pipeline.training, "train", watched_closely)
        with pytest.raises(Interrupted):
            pretrain(request(out), report=cut)
    assert (out / ".work" / "checkpoint.safetensors").exists()


def test_a_store_and_its_card(tmp_path: Path) -> None:
    said: list[str] = []
    seen: list[Progress] = []
    out = tmp_path / "deep" / "store"
    assert pretrain(request(out), said.append, seen.append) == out
    assert left_in(out) == [CARD, FILE]
    assert not (out / ".work").exists()
    opened = VectorStore.open(out)
    assert set(FRUIT) | set(CITIES) < set(opened.words)
    assert not any(word.startswith("[") for word in opened.words)
    assert (opened.width, opened.language) == (16, "en")
    assert opened.meta["steps"] == "6"
    card = (out / CARD).read_text("utf-8")
    for part in (opened.meta["digest"], "skillwise pretrain --toy", "- toy, weight 1", '"mask"'):
        assert part in card
    assert card.startswith("---\nlanguage: [en]\n")
    table = opened.vectors(opened.words)
    assert np.linalg.norm(table, axis=1).mean() == pytest.approx(1.0, abs=0.02)
    np.testing.assert_allclose(table.mean(0), 0, atol=0.02)
    assert [p.step for p in seen] == [6]
    assert any("6 steps" in line for line in said)


def test_same_request_same_store(tmp_path: Path) -> None:
    one, two = (pretrain(request(tmp_path / name)) for name in "ab")
    assert store.digest(one) == store.digest(two)
    other = pretrain(request(tmp_path / "c", seed=3))
    assert store.digest(other) != store.digest(one)


def test_words_that_stand_for_one_another_are_neighbours(tmp_path: Path) -> None:
    opened = VectorStore.open(pretrain(request(tmp_path / "s", steps=100)))
    for group in (FRUIT, CITIES):
        for word in group:
            near = {n.word for n in opened.neighbours(word, 3)}
            assert near == set(group) - {word}


def test_resume_equals_the_uninterrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pretrain(request(tmp_path / "whole"))
    interrupted(tmp_path / "s", monkeypatch)
    with pytest.raises(DataError, match="holds an unfinished training; go on with --resume"):
        pretrain(request(tmp_path / "s"))
    with pytest.raises(SkillwiseError, match="other text, settings or seed"):
        pretrain(request(tmp_path / "s", resume=True, seed=9))
    # the budget is that of the first call
    resumed = pretrain(request(tmp_path / "s", resume=True, steps=99))
    assert store.digest(resumed) == store.digest(whole)
    assert left_in(resumed) == [CARD, FILE]


def test_resume_without_anything_to_resume_begins(tmp_path: Path) -> None:
    assert VectorStore.open(pretrain(request(tmp_path / "s", resume=True))).meta["steps"] == "6"


def test_minutes(tmp_path: Path) -> None:
    out = pretrain(request(tmp_path / "s", steps=None, minutes=0.0005))
    assert int(VectorStore.open(out).meta["steps"]) >= 1


@pytest.mark.parametrize("name", [FILE, CARD])
def test_what_stands_there_is_kept(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine", "utf-8")
    with pytest.raises(DataError, match="holds a store already; name another --out"):
        pretrain(request(tmp_path))
    assert left_in(tmp_path) == [name]
    assert (tmp_path / name).read_text("utf-8") == "mine"


BAD: dict[str, tuple[list[list[str]], str]] = {
    "no text": ([], "the text has 0 words"),
    "one word": ([["word"] * 20] * 20, "the text has 1 words"),
    "less than a row": ([["two", "words"]], "fills no row of 8 words"),
}


@pytest.mark.parametrize("case", BAD)
def test_too_little_text_leaves_no_store(case: str, tmp_path: Path) -> None:
    text, words = BAD[case]
    with pytest.raises(SkillwiseError, match=words):
        pretrain(request(tmp_path / "s", text))
    assert left_in(tmp_path) == []
    pretrain(request(tmp_path / "s"))  # and the folder stays good for another try


def test_no_source_at_all(tmp_path: Path) -> None:
    with pytest.raises(SkillwiseError, match="no text to learn from; give --text"):
        pretrain(request(tmp_path / "s", sources=()))
    assert not (tmp_path / "s").exists()


def test_a_full_disk_at_the_end_loses_no_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    whole = pretrain(request(tmp_path / "whole"))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(DataError, match="No space left"):
            pretrain(request(tmp_path / "s"))
    assert not (tmp_path / "s" / FILE).exists()
    trained: list[int] = []
    count: Callable[[Progress], None] = lambda progress: trained.append(progress.step)  # noqa: E731
    resumed = pretrain(request(tmp_path / "s", resume=True), report=count)
    assert trained == []
    assert store.digest(resumed) == store.digest(whole)
