"""benchmarks/local_words.py: slices that a named store fixes, and points on them by hand."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from toy_skills import CITIES, utterance

from benchmarks import local_words
from benchmarks.local_words import Asked, compared, counted, sliced
from data_cards.jsonl import write_skill
from data_cards.records import Skill
from evaluation.planning.skill_block import pack
from pretrain.store.vector_store import VectorStore, write

WORDS = ["weather", "in", "please", "stop", "that", "now"]


def skill(name: str) -> Skill:
    return Skill(
        name, "en-US",
        (*(utterance(f"a{c}", "weather in *", "Ask", "city", c) for c in CITIES[:3]),
         utterance("s", "stop that", "Stop"), utterance("s2", "stop now", "Stop")),
        test=(utterance("t1", "weather in *", "Ask", "city", "zorbville"),
              utterance("t2", "weather in *", "Ask", "city", "listedton"),
              utterance("t3", "stop that", "Stop"),
              utterance("t4", "stop that please", "Stop")),
        gazetteers={"city": ("listedton",)},
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> VectorStore:
    table = np.random.default_rng(0).standard_normal((len(WORDS) + 1, 12)).astype(np.float32)
    return write(tmp_path / "v", [*WORDS, "listedton"], table, {"language": "en"}, "a toy\n")


def test_the_slices_are_of_new_words_and_of_listed_values(store: VectorStore) -> None:
    found = sliced(pack(skill("a"), "s"), None, 0, store)
    assert found["oov_slice"].tolist() == [True, False, False, False]
    assert found["listed_slice"].tolist() == [False, True, False, False]
    assert found["all"].all()


def test_points_are_of_the_pooled_utterances(store: VectorStore) -> None:
    asked = Asked.of([pack(skill(n), "s") for n in "abcdef"], None, 1, store)
    assert len(asked.skills) == 6
    before = {key: np.array([False, False, True, True]) for key in asked.slices}
    after = {key: np.array([key[0] != "s/a@en-US", False, True, False]) for key in asked.slices}
    found = compared(asked, before, after)
    assert found["oov_slice_points"] == pytest.approx(100 * 5 / 6)
    assert found["oov_slice_low_points"] == pytest.approx(
        100 * (5 / 6 - 2.570582 * np.sqrt(6 / 5 * (5 / 36 + 25 / 36)) / 6), abs=0.01
    )
    assert (found["oov_slice_utterances"], found["oov_slice_skills"]) == (6, 6)
    assert (found["oov_slice_off"], found["oov_slice_on"]) == (0, pytest.approx(5 / 6))
    assert found["listed_slice_points"] == 0
    assert found["all_points"] == pytest.approx(100 * (5 - 6) / 24)


def test_a_slice_without_utterances_is_not_measured(store: VectorStore) -> None:
    asked = Asked.of([pack(skill("a"), "s")], None, 1, store)
    emptied = {
        key: {part: at & (part == "all") for part, at in own.items()}
        for key, own in asked.slices.items()
    }
    asked = Asked(asked.skills, emptied)
    nothing = {key: np.zeros(4, dtype=bool) for key in asked.slices}
    found = compared(asked, nothing, nothing)
    assert found["oov_slice_points"] is None
    assert found["all_points"] == 0 and found["all_low_points"] is None


def test_skills_that_were_tuned_on_are_never_reported() -> None:
    assert counted("clinc150/utility@en-US", reported=False)
    assert not counted("clinc150/utility@en-US", reported=True)
    assert counted("clinc150/banking@en-US", reported=True)
    assert not counted("hwu64/alarm@en-US", reported=True)


@pytest.mark.slow
def test_one_skill_end_to_end(
    store: VectorStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    write_skill(skill("weather"), tmp_path / "toys")
    options = ["--data", "toys", "--work", "w", "--slice-vectors", "v", "--vectors", "v"]
    options += ["--seeds", "1", "--shots", "5", "--jobs", "1", "--json", "out.json"]
    options += ["--variants", "spelling,both"]
    for setting in ("projection=8", "characters=8", "shared=8", "task=8", "hidden=8",
                    "gazetteers=4", "min_steps=8", "max_steps=8"):  # fmt: skip
        options += ["--set", f"dnn-mlm.{setting}"]
    assert local_words.main(options) == 0
    figures = json.loads(Path("out.json").read_text("utf-8"))["figures"]
    assert figures["oov_slice_utterances"] == figures["listed_slice_utterances"] == 1
    assert figures["oov_slice_points"] == figures["spelling_oov_slice_points"]
    assert "both_listed_slice_points" in figures
    assert local_words.main([*options, "--variants", "bth"]) == 2
    assert "no such variant" in capsys.readouterr().err
