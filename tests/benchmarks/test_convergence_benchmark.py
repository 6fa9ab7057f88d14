"""benchmarks/convergence.py on two small skills: figures that `skillwise claims` reads, resumed."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import simulated_run
from toy_skills import CITIES, GENRES, utterance

from benchmarks import convergence, convergence_picture
from data_cards.jsonl import write_skill
from data_cards.records import Skill, Utterance
from evaluation.cli import main as skillwise
from evaluation.planning.skill_block import pack
from evaluation.results.figures import write_figures
from pretrain.store import vector_store as store

TINY = [
    f"{system}.{setting}"
    for system in convergence.PAIR
    for setting in ("projection=8", "characters=8", "shared=8", "task=8", "hidden=8",
                    "gazetteers=4", "min_steps=12", "max_steps=12")
]  # fmt: skip


def _rows(split: str, intent: str, slot: str, values: tuple[str, ...]) -> list[Utterance]:
    carriers = ["* now", "* please", "give me *", "i want *", "what about *"]
    return [
        utterance(
            f"{split}{intent}{c}{v}{extra}", f"{split} {carrier} {extra}".strip(), intent, slot, v
        )
        for c, carrier in enumerate(carriers)
        for v in values
        for extra in ("", "today")
    ]


def skill(name: str, intent: str, slot: str, values: tuple[str, ...]) -> Skill:
    """Two intents, 60 development utterances for one of them."""
    stop = [utterance(f"s{n}", f"stop {name} {n}", "Stop") for n in range(8)]
    return Skill(
        name, "en-US", (*_rows("train", intent, slot, values)[:20], *stop[:6]),
        tuple(_rows("dev", intent, slot, values)), tuple(stop[6:]),
    )  # fmt: skip


TWO = (skill("weather", "Ask", "city", CITIES), skill("music", "Play", "genre", GENRES))


@dataclass(frozen=True)
class Seen:
    steps: tuple[int, ...]
    scores: tuple[float, ...]
    seconds: tuple[float, ...] = ()


@pytest.mark.slow
def test_two_skills_end_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Measured, kept, read by `claims`; the second time nothing is measured again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for each in TWO:
        write_skill(each, tmp_path / "toys")
    words = sorted({w for each in TWO for u in each.train for w in u.tokens})
    vectors = np.random.default_rng(0).standard_normal((len(words), 12)).astype(np.float32)
    store.write(tmp_path / "v", words, vectors, {"language": "en"}, "a toy\n")
    options = ["--json", "out.json", "--work", "w", "--data", "toys", "--vectors", "v"]
    options += ["--seeds", "1", "--shots", "5", "--jobs", "1", "--source-models", "s"]
    for change in (*TINY, "dnn.transfer.source_steps=3"):
        options += ["--set", change]
    assert convergence.main(options) == 0
    first = json.loads(Path("out.json").read_text("utf-8"))
    assert first["schema"] == 1
    assert first["figures"]["skills"] + first["figures"]["zero_skills"] == 2
    curves = {path: path.stat().st_mtime_ns for path in Path("w").glob("*.json")}
    assert len(curves) == 4
    row = json.loads(next(iter(curves)).read_text("utf-8"))
    assert row["steps"] == list(range(13))
    assert len(row["scores"]) == len(row["seconds"]) == 13
    assert all(b > a for a, b in zip(row["seconds"], row["seconds"][1:], strict=False))

    def untrained(*_: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr(convergence, "measured", untrained)
    assert convergence.main(options) == 0
    assert json.loads(Path("out.json").read_text("utf-8"))["figures"] == first["figures"]
    assert {path: path.stat().st_mtime_ns for path in Path("w").glob("*.json")} == curves
    assert convergence.main([*options, "--set", "dnn.no_such=1"]) == 2
    assert "no such setting" in capsys.readouterr().err


def test_the_report_is_read_by_claims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The figures of hand-made curves, through the file, in the command's words."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "run").mkdir()
    simulated_run.write_run(
        tmp_path / "run" / "results.sqlite", [simulated_run.skill(0)], convergence.PAIR, (10,)
    )
    steps = (0, 1, 10, 60)
    cold = Seen(steps, (0.0, 0.1, 0.2, 0.8), (1.0, 1.1, 2.0, 7.0))
    warm = Seen(steps, (0.0, 0.1, 0.8, 0.9), (2.0, 2.1, 3.0, 8.0))
    races = [
        convergence.convergence.race(f"s/n{n}@en-US", f"n{n}", seed, cold, warm)
        for n in range(5)
        for seed in (0, 1)
    ]
    found = convergence.convergence.figures(races)
    write_figures(tmp_path / "meter.json", found, 1.0)
    with pytest.raises(SystemExit) as ended:
        skillwise(["claims", "--run", "run", "--convergence", "meter.json", "--out", "out"])
    assert ended.value.code == 0
    assert "| 6.00 |" in capsys.readouterr().out
    assert '"convergence"' in Path("out/claims.json").read_text("utf-8")


def test_the_sample_is_drawn_by_names_alone() -> None:
    packed = [
        pack(Skill(f"n{n}", locale, TWO[0].train, TWO[0].dev, TWO[0].test), "s")
        for n in range(12)
        for locale in ("en-US", "en-GB")
    ]
    chosen = convergence.sample(packed, 5, 10)
    assert len(chosen) == 6
    assert {s.label for s in chosen} == {s.label for s in convergence.sample(packed[::-1], 5, 10)}
    assert len(convergence.sample(packed, 99, 10)) == 24
    small = pack(Skill("small", "en-US", TWO[0].train, (), TWO[0].test), "s")
    assert convergence.sample([small], 5, 10) == []


def test_the_picture(tmp_path: Path) -> None:
    cold = Seen((0, 1, 10, 50), (0.0, 0.1, 0.5, 0.8))
    never = Seen((0, 1, 10, 50), (0.0,) * 4)
    fits = [[cold, Seen((0, 1, 20), (0.5, 0.8, 0.8))], [never, never]]
    for name in ("one", "two"):
        convergence_picture.draw(fits, convergence.PAIR, tmp_path / f"{name}.svg")
    text = (tmp_path / "one.svg").read_text("utf-8")
    assert "<svg" in text
    assert text == (tmp_path / "two.svg").read_text("utf-8")
    convergence_picture.draw([[never, never]], convergence.PAIR, tmp_path / "none.svg")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.svg", "two.svg"]
