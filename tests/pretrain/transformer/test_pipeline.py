"""The stage as a whole: an encoder and word vectors, or nothing."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pretrain_toys import CITIES, FRUIT, left_in, source
from pretrain_toys import lines as toy_sentences
from safetensors import safe_open
from transformer_toys import settings
from transformers import AutoModel, AutoTokenizer

from data_cards.errors import DataError, SkillwiseError
from pretrain.encoder import folder
from pretrain.encoder.reading import open_encoder
from pretrain.store import vector_store as store
from pretrain.store.vector_store import CARD, FILE, VectorStore
from pretrain.text.stop_list import StopList
from pretrain.transformer import training
from pretrain.transformer.budget import CHECKPOINT, PLATEAU
from pretrain.transformer.model import MaskedLanguageModel
from pretrain.transformer.pipeline import pretrain
from pretrain.transformer.request import Request
from pretrain.transformer.training import Observer, Progress

STEPS = 10


class Interrupted(Exception):
    """Stands for a kill."""


@pytest.fixture(autouse=True)
def _float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one precision, whatever the processor has."""
    monkeypatch.setattr(training, "bfloat16_is_fast", lambda: False)


def request(out: Path, **changes: Any) -> Request:
    asked: dict[str, Any] = {
        "sources": (source(toy_sentences()),), "language": "en", "out": out, "seed": 2,
        "settings": settings(warm_up=1), "steps": STEPS, "command": "skillwise pretrain --toy",
    }  # fmt: skip
    return Request(**(asked | changes))


def interrupted(given: Request, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Leave a training behind that was cut at a step, with a checkpoint there."""

    def cut(progress: Progress) -> None:
        if progress.step == at + 1:
            raise Interrupted

    original = training.train

    def closer(*args: Any, observer: Observer, **named: Any) -> MaskedLanguageModel:
        own = replace(observer, checkpoint_every=at, report_every=1)
        return original(*args, observer=own, **named)

    with monkeypatch.context() as patch:
        patch.setattr(training, "train", closer)
        with pytest.raises(Interrupted):
            pretrain(given, report=cut)


def test_an_encoder_and_word_vectors_with_a_card_each(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "made"
    assert pretrain(request(out)) == out
    opened = VectorStore.open(out)
    assert set(FRUIT) | set(CITIES) < set(opened.words)
    assert (opened.width, opened.language, opened.meta["made_of"]) == (16, "en", "mean")
    assert opened.induction is not None
    files = left_in(out)
    assert {CARD, FILE, "encoder/config.json", "encoder/model.safetensors"} < set(files)
    assert not any(".work" in name for name in files)
    for card in (out / CARD, out / "encoder" / CARD):
        text = card.read_text("utf-8")
        assert text.startswith("---\nlanguage: [en]\n")
        for part in ("skillwise pretrain --toy", "- toy, weight 1", '"mask"', "no stop list"):
            assert part in text
    assert opened.meta["digest"] in (out / CARD).read_text("utf-8")
    assert folder.languages(out / "encoder") == {"en"}


def test_the_folder_opens_with_transformers_alone_and_reads_the_same_states(tmp_path: Path) -> None:
    out = pretrain(request(tmp_path / "made"))
    tokenizer = AutoTokenizer.from_pretrained(out / "encoder")
    model = AutoModel.from_pretrained(out / "encoder", dtype=torch.float32).eval()
    read = tokenizer("Show the WEATHER of köln", return_tensors="pt")
    with torch.inference_mode():
        states = model(input_ids=read["input_ids"]).last_hidden_state[0].numpy()
    ours = open_encoder(out / "encoder").read([("Show", "the", "WEATHER", "of", "köln")])
    pieces = read.word_ids()
    for word in range(5):
        own = states[[at for at, of in enumerate(pieces) if of == word]].mean(0)
        np.testing.assert_allclose(ours.words[word, 0], own, atol=1e-5)


@pytest.mark.parametrize("export", ["read", "states", "two-layers"])
def test_what_the_vectors_are_made_of_is_a_setting(export: str, tmp_path: Path) -> None:
    made = pretrain(request(tmp_path / "made", settings=settings(export=export)))
    assert VectorStore.open(made).meta["made_of"] == export


def test_same_request_same_stores(tmp_path: Path) -> None:
    one, two = (pretrain(request(tmp_path / name)) for name in "ab")
    assert store.digest(one) == store.digest(two)
    assert folder.digest(one / "encoder") == folder.digest(two / "encoder")
    other = pretrain(request(tmp_path / "c", seed=3))
    assert folder.digest(other / "encoder") != folder.digest(one / "encoder")


def test_resume_equals_the_uninterrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pretrain(request(tmp_path / "whole"))
    out = tmp_path / "made"
    interrupted(request(out), monkeypatch, 4)
    with pytest.raises(DataError, match="holds a training; go on with --resume"):
        pretrain(request(out))
    with pytest.raises(SkillwiseError, match="other text, settings or seed"):
        pretrain(request(out, resume=True, seed=9))
    # the budget is that of the first call where none is given
    resumed = pretrain(request(out, resume=True, steps=None))
    assert store.digest(resumed) == store.digest(whole)
    assert folder.digest(resumed / "encoder") == folder.digest(whole / "encoder")


def test_more_steps_go_on_from_the_plateau(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    longer = pretrain(request(tmp_path / "longer", steps=16))
    given = request(tmp_path / "made")
    interrupted(given, monkeypatch, 6)  # the rate falls in steps 8, 9 and 10
    found = pretrain(replace(given, resume=True, steps=16))
    assert folder.digest(found / "encoder") == folder.digest(longer / "encoder")


def test_more_steps_are_refused_in_the_fall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = request(tmp_path / "made")
    interrupted(given, monkeypatch, 8)
    with pytest.raises(SkillwiseError, match="after step 8 of 10, where the rate has been falling"):
        pretrain(replace(given, resume=True, steps=16))
    with pytest.raises(SkillwiseError, match="would fall from step 6 on, and the checkpoint"):
        pretrain(replace(given, resume=True, steps=6))
    assert VectorStore.open(pretrain(replace(given, resume=True))).meta["steps"] == "10"


def test_a_named_work_folder_keeps_what_longer_trainings_go_on_from(tmp_path: Path) -> None:
    work = tmp_path / "work"
    pretrain(request(tmp_path / "short", work=work))
    with safe_open(str(work / PLATEAU), framework="np") as file:
        assert file.metadata()["step"] == "7"
    longer = pretrain(request(tmp_path / "long", work=work, steps=20, resume=True))
    wanted = pretrain(request(tmp_path / "wanted", steps=20))
    assert folder.digest(longer / "encoder") == folder.digest(wanted / "encoder")
    with safe_open(str(work / CHECKPOINT), framework="np") as file:
        assert file.metadata()["steps"] == "20"
    # and the same training gives other vectors without a step
    states = request(
        tmp_path / "states", work=work, steps=None, resume=True,
        settings=settings(warm_up=1, export="states"),
    )  # fmt: skip
    trained: list[Progress] = []
    assert VectorStore.open(pretrain(states, report=trained.append)).meta["made_of"] == "states"
    assert trained == []


def test_minutes_are_turned_into_steps(tmp_path: Path) -> None:
    out = pretrain(request(tmp_path / "made", steps=None, minutes=0.0005))
    assert int(VectorStore.open(out).meta["steps"]) >= 1


def test_the_card_says_what_the_stop_list_took(tmp_path: Path) -> None:
    text = [*toy_sentences(), *[["what", "a", "secret", "sentence"]] * 3]
    stop = StopList.of_sentences([["what", "a", "secret", "sentence"]], ("hwu64",), ("slurp",))
    sources = (stop.without(source(text)),)
    out = pretrain(request(tmp_path / "made", sources=sources, stop=stop))
    assert "secret" not in VectorStore.open(out).words
    for card in (out / CARD, out / "encoder" / CARD):
        told = card.read_text("utf-8")
        assert "1 test utterances of hwu64. Not on the machine: slurp." in told
        assert "- toy: 3 lines" in told


def test_what_stands_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / CARD).write_text("mine", "utf-8")
    with pytest.raises(DataError, match="holds a store already; name another --out"):
        pretrain(request(tmp_path))
    (tmp_path / "other" / "encoder").mkdir(parents=True)
    with pytest.raises(DataError, match="encoder: is there already; name another --out"):
        pretrain(request(tmp_path / "other"))
    assert left_in(tmp_path) == [CARD]


def test_no_budget_and_no_source_are_told(tmp_path: Path) -> None:
    with pytest.raises(SkillwiseError, match="give --steps or --minutes"):
        pretrain(request(tmp_path / "s", steps=None))
    with pytest.raises(SkillwiseError, match="no text to learn from; give --text"):
        pretrain(request(tmp_path / "t", sources=()))
    assert not (tmp_path / "t").exists()
