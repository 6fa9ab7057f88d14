"""benchmarks/sgns_store.py: a store that `--vectors` takes, the same from the same seed."""

from pathlib import Path

import numpy as np
import pytest

from pretrain.store.vector_store import VectorStore

pytest.importorskip("gensim", reason="the skip-gram comparator needs the extra bench")

from benchmarks import sgns_store  # noqa: E402 - not before gensim is known to be here


def test_text_becomes_a_store(tmp_path: Path) -> None:
    fruit = ("apple", "orange", "pear", "plum")
    lines = [f"buy an {a} and a {b}" for a in fruit for b in fruit] * 20
    (tmp_path / "a.txt").write_text("\n".join(lines), "utf-8")
    small = ["--width", "12", "--passes", "3", "--min-count", "2"]
    for name in ("one", "two"):
        sgns_store.main(
            ["--text", f"{tmp_path / 'a.txt'}:2", *small, "--out", str(tmp_path / name)]
        )
    one, two = (VectorStore.open(tmp_path / name) for name in ("one", "two"))
    assert set(one.words) == {"buy", "an", "a", "and", *fruit}
    assert one.width == 12
    assert np.isfinite(one.dequantised(np.arange(len(one)))).all()
    assert one.meta["digest"] == two.meta["digest"]


def test_no_text_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        sgns_store.main(["--text", str(tmp_path / "none.txt"), "--out", str(tmp_path / "s")])
    assert ended.value.code == 2
    assert "none.txt: cannot be read" in capsys.readouterr().err
