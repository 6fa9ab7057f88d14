"""benchmarks/scale.py at sizes of seconds: its steps run, and what they leave can be read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import peak, scale, scale_cells, scale_corpus
from evaluation.results.reader import FILE, Results

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
NO_SCRIPTS = ("fuzz.py", "scale_cells.py")  # one wants atheris, one is a step of scale.py
SCRIPTS = sorted(
    path.name
    for path in BENCHMARKS.glob("*.py")
    if "ArgumentParser" in path.read_text("utf-8") and path.name not in NO_SCRIPTS
)


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS)
def test_each_benchmark_starts_as_a_script(script: str) -> None:
    """benchmarks/pretrain.py lies beside them, and bears the name of a room."""
    line = [sys.executable, str(BENCHMARKS / script), "--help"]
    found = subprocess.run(line, capture_output=True, text=True)
    assert found.returncode == 0 and script in found.stdout, found.stderr


def test_a_child_does_not_inherit_a_peak() -> None:
    """The parent's would hide what the child's own work needed."""
    held = bytearray(300 << 20)
    line = "from benchmarks import peak; print(peak.peak_mb())"
    child = subprocess.run(
        [sys.executable, "-c", line], capture_output=True, text=True, check=True,
        cwd=BENCHMARKS.parent,
    )  # fmt: skip
    assert 1 < float(child.stdout) < 100 < len(held) >> 20 < peak.peak_mb()


def test_a_sampled_conclusion_has_the_size_of_a_whole_one(tmp_path: Path) -> None:
    wanted = scale_cells.plan(6, 3, 2, shots=5)
    scale_cells.run(tmp_path, wanted)
    scale_cells.conclude_sample(tmp_path, wanted, scale_cells.SYSTEMS[:3], 4)
    with Results(tmp_path / FILE) as results:
        run = results.run()
        assert len(results.noted()) == 6 * 2
    pairs = {(v.baseline, v.candidate) for v in run.skills}
    assert len(run.skills) == 6 * len(pairs)
    assert len({(v.skill, v.locale, v.baseline, v.candidate) for v in run.skills}) == 6 * len(pairs)
    scale_cells.render(tmp_path)
    assert len(json.loads((tmp_path / "summary.json").read_text("utf-8"))["cells"]) == 36
    scale_cells.claims(tmp_path)


def test_parts_of_a_run_are_joined_and_stay_open(tmp_path: Path) -> None:
    wanted = scale_cells.plan(2, 3, 2)
    for part in (0, 1):
        scale_cells.run(tmp_path / f"part{part}", wanted, part, 2)
    folders = [tmp_path / "part0", tmp_path / "part1"]
    assert scale_cells.merge(folders, tmp_path / "merged").cells == len(wanted) - 1
    assert not (tmp_path / "merged" / "summary.json").exists()


def test_text_is_repeated_until_there_is_enough(tmp_path: Path) -> None:
    for name, text in (("a", "one two three\n"), ("b", "\nfour five\n")):
        (tmp_path / name).write_text(text, "utf-8")
    files = [tmp_path / "a", tmp_path / "b"]
    found = list(scale_corpus.repeated(12, files))
    assert sum(map(len, found)) == 12
    assert found[2] == found[0]
    assert found[-1] == ["one", "two"]
    assert scale_corpus.passes(12, files) == 2.4
    (tmp_path / "a").write_text("\n", "utf-8")
    with pytest.raises(SystemExit, match="no word"):
        list(scale_corpus.repeated(1, [tmp_path / "a"]))


@pytest.mark.slow
def test_a_corpus_of_text_is_measured(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("\n".join(f"turn the lamp in room {i % 7} on" for i in range(500)), "utf-8")
    argv = [sys.executable, "-P", str(BENCHMARKS / "scale.py"), "--only", "corpus"]
    argv += ["--tokens", "5000,10_000", "--text", str(text), "--json", str(tmp_path / "json")]
    subprocess.run(argv, check=True, capture_output=True)
    figures = json.loads((tmp_path / "json").read_text("utf-8"))["figures"]
    assert figures["prepare_passes_10000_tokens"] == pytest.approx(10_000 / 3_500, abs=1e-3)
    assert figures["warm_cpu_seconds_5000_tokens"] > 0
    assert {"prepare_exponent", "warm_memory_exponent"} <= figures.keys()


def test_exponents_are_slopes() -> None:
    rows = {n: {"cpu_seconds": 3.0 * n, "peak_mb": 100.0} for n in (10, 100, 1000)}
    found = scale.against("cells", {"report": rows})
    assert found["report_exponent"] == pytest.approx(1)
    assert found["report_memory_exponent"] == pytest.approx(0)
    assert found["report_cpu_seconds_100_cells"] == 300
