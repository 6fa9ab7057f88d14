"""benchmarks/comparators.py: equal text for all, choices by the tuning sets alone, resumed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pretrain_toys as toys
import pytest

from pretrain.quality.similarity import SETS
from pretrain.store.vector_store import VectorStore

pytest.importorskip("gensim", reason="the comparators need the extra bench")

from benchmarks import comparator_training, comparators  # noqa: E402 - not before gensim is here
from benchmarks.comparator_choice import (  # noqa: E402
    REPORTED,
    TUNED,
    chosen,
    equal_length,
    rhos,
)
from benchmarks.comparator_training import NAMES, Tables, Workshop, sentences  # noqa: E402

ALIKE = {(a, b): 9.0 for group in (toys.FRUIT, toys.CITIES) for a in group for b in group if a < b}
UNLIKE = dict.fromkeys(zip(toys.FRUIT, toys.CITIES, strict=True), 1.0)
PAIRS = [(a, b, rating) for (a, b), rating in (ALIKE | UNLIKE).items()]


def write_sets(folder: Path) -> Path:
    (folder / "en").mkdir(parents=True)
    rows = "".join(f"{a}\t{b}\t{rating}\n" for a, b, rating in PAIRS)
    for name in SETS:
        (folder / "en" / f"EN-{name}.txt").write_text(rows, "utf-8")
    return folder


def test_six_sets_choose_and_seven_report() -> None:
    assert (len(TUNED), len(REPORTED)) == (6, 7)
    assert set(TUNED) | set(REPORTED) == set(SETS)
    assert TUNED[0] == "MEN-TR-3k" and REPORTED[0] == "MC-30"


def test_the_reported_sets_choose_nothing() -> None:
    """The second table is the better one on the reported sets alone: the first is chosen."""
    words = [*toys.FRUIT, *toys.CITIES]
    groups = np.repeat(np.eye(2, 8), 4, axis=0)
    noise = np.random.default_rng(0).standard_normal((8, 8))
    good, bad = (np.asarray(t, np.float32) for t in (groups + 0.01 * noise, noise))
    trained = {3: Tables(bad, bad, 2.0), 7: Tables(good, good, 5.0)}
    pairs: dict[str, list[tuple[str, str, float]]] = dict.fromkeys(TUNED, PAIRS)
    upside_down = [(a, b, -rating) for a, b, rating in PAIRS]
    best = chosen(words, trained, pairs | dict.fromkeys(REPORTED, upside_down))
    assert (best.length, best.cpu_seconds) == (7, 5.0)
    found = rhos(words, best.vectors, {"MEN-TR-3k": PAIRS, "MC-30": [("no", "such", 1.0)]})
    assert found["MEN-TR-3k"] == pytest.approx(best.tuned)
    assert "MC-30" not in found


def test_equal_time_is_whole_passes_of_the_longest_training() -> None:
    table = np.zeros((1, 1), np.float32)
    trained = {2: Tables(table, table, 30.0), 10: Tables(table, table, 100.0)}
    assert equal_length(trained, 44.0) == 4
    assert equal_length(trained, 1.0) == 1


def test_gensim_reads_what_the_corpus_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = toys.lines(60)
    corpus = toys.corpus(tmp_path, given)
    expected = sum(map(len, given)) // 8 * 8  # whole rows alone
    for piece in (1, 10_000):
        monkeypatch.setattr(comparator_training, "PIECE", piece)
        found = list(sentences(corpus))
        assert found[: len(given) - 8] == given[: len(given) - 8]
        assert abs(sum(map(len, found)) - expected) <= 70  # ends of sentences fill rows too


def test_tables_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Workshop(toys.corpus(tmp_path), tmp_path / "w", 6, 0, 1)
    first = shop.tables("ppmi-svd", 1)
    monkeypatch.setattr(Workshop, "_train", lambda *_: pytest.fail("trained again"))
    again = shop.tables("ppmi-svd", 1)
    np.testing.assert_allclose(again.read, first.read, atol=1e-2)
    assert again.cpu_seconds == first.cpu_seconds


@pytest.mark.slow
def test_all_of_them_on_toy_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    sets = write_sets(tmp_path / "sets")
    text = toys.write_text(tmp_path / "a.txt", 600)
    small: dict[str, dict[str, Any]] = {
        name: options | ({"bucket": 500} if "bucket" in options else {})
        for name, options in comparator_training.GENSIM.items()
    }
    monkeypatch.setattr(comparator_training, "GENSIM", small)
    options = [
        "--text",
        f"{text}:2",
        "--stop-list",
        "none",
        "--width",
        "20",
        "--min-count",
        "1",
        "--epochs",
        "2,4",
    ]
    options += ["--steps", "20", "--sets", str(sets), "--work", "w", "--json", "out.json"]
    assert comparators.main(options) == 0
    figures = json.loads(Path("out.json").read_text("utf-8"))["figures"]
    for name in NAMES:
        key = name.replace("-", "_")
        assert -1 <= figures[f"similarity_{key}"] <= 1
        assert f"cpu_seconds_{key}_equal" in figures
        for path in (name, f"{name}-equal"):
            opened = VectorStore.open(Path("w/stores", path))
            assert opened.width == 20 and opened.induction is not None
    assert figures["similarity_ppmi_svd"] > 0.4
    assert figures["words"] == len(opened)
    capsys.readouterr()
    monkeypatch.setattr(Workshop, "_train", lambda *_: pytest.fail("trained again"))
    beside = ["--beside", "ours=w/stores/ppmi-svd"]
    seconds = ["--cpu-seconds", str(figures["equal_cpu_seconds"])]
    assert comparators.main([*options, *seconds, *beside]) == 0
    again = json.loads(Path("out.json").read_text("utf-8"))["figures"]
    assert again["similarity_skip_gram"] == figures["similarity_skip_gram"]
    assert again["similarity_ours"] == pytest.approx(figures["similarity_ppmi_svd"], abs=0.1)
    assert comparators.main([*options, "--only", "cbow"]) == 2
    assert "not in --only" in capsys.readouterr().err
    assert comparators.main([*options, "--epochs", "0"]) == 2
    assert "above 0" in capsys.readouterr().err
