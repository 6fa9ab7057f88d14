"""100 faults planted into the starter suite: found, kind by kind, and cheaply."""

import json
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import lint as benchmark
from data_cards.card import card
from data_cards.lint.rules import lint
from data_cards.records import Frame, Skill
from data_cards.registry.loading import load


@pytest.fixture(scope="module")
def clean() -> list[Skill]:
    return list(load(card("starter")))


@pytest.mark.parametrize("seed", [benchmark.SEED, 1, 2])
def test_ninety_of_a_hundred_planted_faults_are_found(clean: list[Skill], seed: int) -> None:
    faulty, planted = benchmark.plant(clean, seed)
    assert len(planted) == 100
    told = benchmark.found(clean, faulty, planted)
    assert sum(told) >= 90
    hits = Counter(fault.kind for fault, ok in zip(planted, told, strict=True) if ok)
    for kind, times, *_ in benchmark.PLANTS:
        assert hits[kind] >= 0.6 * times, kind


def test_a_fault_that_is_not_planted_is_not_found(clean: list[Skill]) -> None:
    _, planted = benchmark.plant(clean)
    assert not any(benchmark.found(clean, clean, planted))


def test_the_starter_suite_has_few_findings(clean: list[Skill]) -> None:
    assert sum(len(lint(skill)) for skill in clean) <= 5


def test_ten_thousand_utterances_take_little_time(clean: list[Skill]) -> None:
    """CPU seconds, thrice what is promised, since other jobs slow a machine down."""
    rows = [
        replace(u, id=skill.key + u.id, frame=Frame(skill.key + u.frame.intent, u.frame.slots))
        for skill in clean
        for u in skill.train
    ]
    big = Skill("big", "en-US", tuple(rows[:10_000]))
    assert len(big.train) > 8_000
    started = time.process_time()
    lint(big)
    assert time.process_time() - started < 3


def test_the_benchmark_writes_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["lint.py", "--json", str(tmp_path / "lint.json")])
    assert benchmark.main() == 0
    figures = json.loads((tmp_path / "lint.json").read_text("utf-8"))["figures"]
    assert figures["lint_planted"] == 100
    assert f"{figures['lint_found']:.0f} of 100" in capsys.readouterr().out
