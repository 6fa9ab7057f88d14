"""`skillwise pretrain` in this process: a store from a toy text, or one line."""

import gzip
import random
from pathlib import Path

import pytest

from data_cards.card import DATA_VARIABLE, card
from data_cards.registry.loading import load
from evaluation.cli import main
from pretrain.encoder.reading import open_encoder
from pretrain.store.vector_store import CARD, FILE, VectorStore
from pretrain.transformer import training

SMALL = [
    "width=16", "heads=2", "row=8", "rows=8", "min_count=1", "negatives=9",
]  # fmt: skip


@pytest.fixture(autouse=True)
def text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    # a process has one precision, and other tests run in this one
    monkeypatch.setattr(training, "bfloat16_is_fast", lambda: False)
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    draw = random.Random(0)
    fruit = ["apple", "orange", "pear", "Äpfel"]
    rows = [f"please buy {draw.choice(fruit)} and {draw.choice(fruit)} today" for _ in range(200)]
    Path("a.txt").write_text("\n".join(rows), "utf-8")


TINY = [
    "pieces=120", "table=16", "width=16", "layers=1", "heads=2", "feed_forward=16", "batch=64",
    "negatives=9", "longest=12",
]  # fmt: skip


def run(*argv: str) -> int:
    changes = TINY if "transformer" in argv else SMALL
    small = [part for change in changes for part in ("--set", change)]
    with pytest.raises(SystemExit) as ended:
        main(["pretrain", *small, *argv])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_from_text_to_a_store(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--text", "a.txt:2", "--locale", "en-GB", "--steps", "5", "--out", "s") == 0
    said = capsys.readouterr()
    assert "step 5/5" in said.err
    store = VectorStore.open(Path("s"))
    assert f"s: {len(store)} words, digest {store.meta['digest'][:16]}" in said.out
    assert store.language == "en"
    assert {"apple", "äpfel"} < set(store.words)
    assert sorted(p.name for p in Path("s").iterdir()) == [CARD, FILE]
    assert "weight 2" in Path("s", CARD).read_text("utf-8")
    assert run("--text", "a.txt", "--steps", "5", "--out", "s") == 2
    assert "holds a store already" in capsys.readouterr().err


def test_a_small_vocabulary_with_the_default_candidates() -> None:
    options = ["--text", "a.txt", "--steps", "3", "--out", "s", "--set", "negatives=2048"]
    assert run(*options) == 0
    assert VectorStore.open(Path("s")).width == 16


def test_from_text_to_an_encoder_and_its_vectors(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--encoder", "transformer", "--text", "a.txt", "--work", "w", "--out"]
    assert run(*asked, "s", "--steps", "5", "--stop-list", "starter") == 0
    said = capsys.readouterr()
    assert "step 5/5  loss" in said.err and "right" in said.err
    assert "Writing" not in said.err  # no bars of a library
    assert "--vectors hf:s/encoder takes it" in said.out
    assert f"s: {len(VectorStore.open(Path('s')))} words" in said.out
    assert open_encoder(Path("s/encoder")).width == 16
    told = Path("s", CARD).read_text("utf-8")
    assert "test utterances of starter." in told
    assert {p.name.split("-")[0] for p in Path("w").iterdir()} == {
        "checkpoint.safetensors", "plateau.safetensors", "lines", "left", "start",
    }  # fmt: skip
    assert run(*asked, "t", "--resume", "--set", "export=states", "--stop-list", "starter") == 0
    assert VectorStore.open(Path("t")).meta["made_of"] == "states"
    assert run(*asked, "u", "--steps", "9") == 2
    assert "w: holds a training; go on with --resume" in capsys.readouterr().err


def test_test_utterances_stay_out_of_the_text_by_default(tmp_path: Path) -> None:
    skills = [s for s in load(card("starter")) if s.language == "en"]
    tests = [" ".join(u.tokens) for s in skills for u in s.test]
    Path("b.txt").write_text("\n".join([*tests, *tests]), "utf-8")
    asked = ["--text", "a.txt", "--text", "b.txt", "--steps", "2", "--out"]
    assert run(*asked, "s") == 0
    told = Path("s", CARD).read_text("utf-8")
    assert f"{tmp_path.name}/b.txt: {2 * len(tests):,} lines" in told
    assert "Not on the machine: " in told
    assert run(*asked, "t", "--stop-list", "none") == 0
    assert "no stop list" in Path("t", CARD).read_text("utf-8")


BAD: dict[str, tuple[list[str], str]] = {
    "no text": ([], "no text to learn from; give --text"),
    "no file": (["--text", "none.txt"], "none.txt: cannot be read"),
    "a folder": (["--text", "."], ".: cannot be read"),
    "no suite": (["--suite", "startr"], "did you mean 'starter'?"),
    "no such language": (["--suite", "starter", "--locale", "fr"], "has no skill in 'fr'"),
    "both budgets": (["--text", "a.txt", "--minutes", "1"], "--minutes and --steps"),
    "no steps": (["--text", "a.txt", "--steps", "0"], "--steps"),
    "no key": (["--text", "a.txt", "--set", "mask"], "--set mask: write key=value"),
    "no such key": (["--text", "a.txt", "--set", "maks=0.2"], "did you mean 'mask'?"),
    "no such value": (["--text", "a.txt", "--set", "mask=2"], "--set mask=2"),
    "no number": (["--text", "a.txt", "--set", "width=wide"], "--set width='wide'"),
    "heads": (["--text", "a.txt", "--set", "heads=5"], "5 heads do not divide width 16"),
    "not UTF-8": (["--text", "latin.txt"], "latin.txt:2: byte 0xe4 is not UTF-8; save"),
    "empty": (["--text", "empty.txt"], "the text has 0 words"),
    "one word": (["--text", "word.txt"], "the text has 1 words"),
    "damaged": (["--text", "bad.gz"], "bad.gz: cannot be read"),
    "out is a file": (["--text", "a.txt", "--out", "a.txt"], "a.txt: is a file, not a folder"),
    "endless": (["--text", "a.txt", "--set", "rate=Infinity"], "--set rate=inf"),
    "too large": (["--text", "a.txt", "--set", "rate=1e999"], "--set rate=inf"),
    "no number at all": (["--text", "a.txt", "--set", "rate=NaN"], "--set rate=nan"),
    "many digits": (["--text", "a.txt", "--set", f"rows={'9' * 5000}"], "--set rows="),
    "locale": (["--text", "a.txt", "--locale", "de_DE"], "--locale de_DE: write de-DE"),
    "a name": (["--text", "a.txt", "--locale", "German"], "--locale German: write de"),
    "NUL": (["--text", "nul.txt"], "nul.txt:1: holds a NUL byte"),
    "UTF-16": (["--text", "utf-16.txt"], "utf-16.txt: is UTF-16; save the file as UTF-8"),
    "no budget": (["--encoder", "transformer", "--text", "a.txt"], "give --steps"),
    "no such encoder": (["--encoder", "bert", "--text", "a.txt"], "'log-bilinear'"),
    "the other's key": (
        ["--text", "a.txt", "--set", "layers=2"],
        "--set layers: no such setting of the log-bilinear encoder; it is one of --encoder "
        "transformer",
    ),
    "an odd key": (
        ["--encoder", "transformer", "--text", "a.txt", "--set", "layer=2"],
        "no such setting of the transformer encoder; did you mean 'layers'?",
    ),
    "no such export": (
        ["--encoder", "transformer", "--text", "a.txt", "--set", "export=all"],
        "--set export='all'",
    ),
    "no such stop list": (["--text", "a.txt", "--stop-list", "startr"], "did you mean 'starter'?"),
    "an absent stop list": (
        ["--text", "a.txt", "--stop-list", "hwu64"],
        "--stop-list hwu64: its data are not on this",
    ),
    "all and one": (
        ["--text", "a.txt", "--stop-list", "all", "--stop-list", "starter"],
        "all: stands alone",
    ),
    "work is a file": (["--text", "a.txt", "--work", "a.txt"], "--work a.txt: is a file"),
    "7z": (["--text", "a.7z"], "a.7z: is a 7z archive; unpack it"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("latin.txt").write_bytes(b"gut\nsp\xe4t\n")
    Path("empty.txt").write_bytes(b"")
    Path("word.txt").write_text("word\n" * 99, "utf-8")
    Path("bad.gz").write_bytes(gzip.compress(b"text\n" * 999)[:-9])
    Path("nul.txt").write_bytes("nur Text".encode("utf-16-le"))
    Path("utf-16.txt").write_bytes("nur Text".encode("utf-16"))
    Path("a.7z").write_bytes(b"7z\xbc\xaf\x27\x1c\0\4")
    options, words = BAD[case]
    before = sorted(p.name for p in Path().iterdir())
    budget = [] if case == "no budget" else ["--steps", "5"]
    assert run("--out", "s", *budget, *options) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    last = captured.err.splitlines()[-1]
    assert last.startswith("skillwise: ")
    assert words in last
    # what came before the fault are lines of progress, no traceback
    assert all(line.startswith("reading ") for line in captured.err.splitlines()[:-1])
    assert [p for p in Path().rglob("*") if p.is_file() and p.parent != Path()] == []
    assert sorted(p.name for p in Path().iterdir() if p.is_file()) == [
        name for name in before if Path(name).is_file()
    ]


def test_the_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    said = capsys.readouterr().out
    for option in (
        "--text", "--suite", "--chitchat", "--minutes", "--steps", "--resume", "--out", "--encoder",
        "--work", "--stop-list",
    ):  # fmt: skip
        assert option in said


def test_a_map_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["pretrain", "--map", "en", "--map", "de", "--out", "map.svg"])
    assert ended.value.code == 0
    assert Path("map.svg").read_text("utf-8").startswith("<?xml")
    said = capsys.readouterr().out
    assert "packaged, en: " in said
    assert "packaged, de: " in said
    for argv, words in (
        (["--map", "en", "--out", "map.bmp"], "map.bmp: is no .svg"),
        (["--map", "nowhere", "--out", "map.svg"], "nowhere"),
        (["--map", "en", "--text", "a.txt", "--out", "map.svg"], "leave out"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["pretrain", *argv])
        assert ended.value.code == 2
        assert words in capsys.readouterr().err
