"""`skillwise pack`, `parse` and `store`: from skills to a pack file to a frame, and bad input."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from evaluation.cli import main
from pretrain.quality.analogies import ANALOGIES
from pretrain.quality.similarity import SETS
from pretrain.store import vector_store as store

SMALL = {
    "min_steps": 60, "max_steps": 60, "projection": 16, "characters": 16, "shared": 16, "task": 16,
    "hidden": 16, "learning_rate": 0.02, "average": 0.8,
}  # fmt: skip
WORDS = ["play", "some", "jazz", "rock", "blues", "folk", "stop", "it", "now", "please"]


def run(*argv: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(argv))
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a store of a few words and two skills in the neutral format."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    table = np.random.default_rng(0).standard_normal((len(WORDS), 8)).astype(np.float32)
    store.write(tmp_path / "store", WORDS, table, {"language": "en"}, "toy\n")
    slot = [{"name": "genre", "start": 2, "end": 3}]
    rows = [
        *({"id": f"p{i}", "tokens": ["play", "some", genre], "intent": "Play", "slots": slot}
          for i, genre in enumerate(["jazz", "rock", "blues"] * 2)),
        *({"id": f"s{i}", "tokens": ["stop", word], "intent": "Stop", "slots": []}
          for i, word in enumerate(["it", "now", "please"] * 2)),
    ]  # fmt: skip
    for name in ("music", "radio"):
        folder = tmp_path / "data" / f"{name}@en-US"
        folder.mkdir(parents=True)
        for split in ("train", "test"):
            text = "".join(json.dumps(row | {"id": split + str(row["id"])}) + "\n" for row in rows)
            (folder / f"{split}.jsonl").write_text(text, "utf-8")
    return tmp_path


def add(*argv: str) -> int:
    changes = [f"--set=dnn-mlm.{key}={value}" for key, value in SMALL.items()]
    return run(
        "pack", "add", "--data", "data", "--vectors", "store", "--out", "all.packs", *changes, *argv
    )


def parse(skill: str, *text: str) -> int:
    return run("parse", "--skill", skill, "--pack", "all.packs", "--vectors", "store", *text)


def test_from_skills_to_frames(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert add("--skills", "music@*") == 0
    assert add() == 0  # goes on where it stopped
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said] == ["music@en-US", "music@en-US", "radio@en-US"]
    assert said[1].endswith("is there already")
    assert run("pack", "list", "all.packs") == 0
    listed = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [name for name, _ in listed] == ["music@en-US", "radio@en-US"]
    assert parse("music@en-US", "Play some jazz", "stop it") == 0
    play, stop = map(json.loads, capsys.readouterr().out.splitlines())
    assert play["tokens"] == ["Play", "some", "jazz"]
    assert (play["intent"], stop["intent"], stop["slots"]) == ("Play", "Stop", [])
    assert play["slots"] == [{"name": "genre", "start": 2, "end": 3, "value": "jazz"}]
    assert 0 < play["confidence"] <= 1
    before = (here / "all.packs").stat().st_size
    assert add("--skills", "music@*", "--again") == 0
    assert run("pack", "compact", "all.packs") == 0
    assert "2 packs" in capsys.readouterr().out
    assert (here / "all.packs").stat().st_size == before  # the same seed, the same network


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    return captured.err


def test_bad_input_is_one_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert parse("music@en-US", "x") == 2
    assert "all.packs: no such pack file; make one by `skillwise pack add`" in one_line(capsys)
    assert run("pack", "compact", "none") == 2
    assert "none: no such pack file" in one_line(capsys)
    (here / "all.packs").write_text("junk", "utf-8")
    assert run("pack", "list", "all.packs") == 2
    assert "all.packs: is no pack file; name a pack file" in one_line(capsys)
    (here / "all.packs").unlink()
    assert run("pack", "add", "--data", "data", "--system", "maxent-crf", "--out", "p") == 2
    assert "system maxent-crf cannot be packed; name a network" in one_line(capsys)


def test_stores_from_and_to_word2vec(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("store", "export", "store", "--out", "v.bin") == 0
    assert run("store", "import", "v.bin", "--locale", "en-GB", "--out", "again") == 0
    assert run("store", "import", "again", "--kind", "float16", "--out", "half") == 0
    assert run("store", "show", "half") == 0
    said = capsys.readouterr().out
    assert "half: 10 words of 8 dimensions, float16" in said.splitlines()[-1]
    first, last = store.VectorStore.open(Path("store")), store.VectorStore.open(Path("half"))
    assert last.words == WORDS
    np.testing.assert_allclose(last.vectors(WORDS), first.vectors(WORDS), atol=1e-3)
    Path("broken.txt").write_text("a 1 2\nb 1\n", "utf-8")
    assert run("store", "import", "broken.txt", "--out", "c") == 2
    assert "broken.txt:2: 1 numbers where 2 are wanted" in one_line(capsys)


def test_a_store_is_scored_on_similarity_sets(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two pairs a set whose cosines stand in the order of their ratings; then no sets at all."""
    table = store.VectorStore.open(Path("store")).vectors(WORDS)
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    cosines = sorted((float(unit[0] @ unit[i]), WORDS[i]) for i in (1, 2, 3))
    lines = [f"{WORDS[0]}\t{word}\t{rating}\n" for rating, (_, word) in enumerate(cosines)]
    for folder, names in (("en", SETS), ("analogy_en", ANALOGIES)):
        Path("sets", folder).mkdir(parents=True)
        for name in names:
            content = "".join(lines) if folder == "en" else f": toys\n{' '.join(WORDS[:4])}\n"
            prefix = "EN-" if folder == "en" else ""
            Path("sets", folder, f"{prefix}{name}.txt").write_text(content, "utf-8")
    assert run("store", "evaluate", "store", "--sets", "sets") == 0
    [mean] = [x for x in capsys.readouterr().out.splitlines() if x.startswith("mean rho")]
    assert mean.split() == ["mean", "rho", "1.000", "1.000"]
    monkeypatch.delenv("SKILLWISE_DATA", raising=False)
    assert run("store", "evaluate", "store") == 2
    assert "--sets: name the folder of the sets" in one_line(capsys)
