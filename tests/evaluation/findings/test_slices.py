"""What is new in an utterance, by hand; and the slices of runs, against the answers themselves."""

import json
import math
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from simulated_run import skill, write_run
from toy_skills import music, spoken, write_skills

from data_cards.draws import draw
from data_cards.records import Skill
from evaluation.driver.compare import compare
from evaluation.driver.merge import merge
from evaluation.findings.run_findings import run_findings
from evaluation.findings.slices import WORDS, parts, ratio_half_width
from evaluation.planning.novelty import (
    IN_VECTORS,
    KNOWN,
    LISTED,
    NEW,
    OUT_OF_VECTORS,
    SEEN,
    UNSEEN,
    novelty,
)
from evaluation.planning.plan import CompareSettings, plan
from evaluation.report.files import render
from evaluation.report.summary import summary
from evaluation.report.text import render_report
from evaluation.results.reader import FILE, Results
from evaluation.results.rows import RunResult


class Vocabulary:
    """A few words in the place of a store."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def rows(self, words: list[str]) -> list[int]:
        return [self.words.index(w) if w in self.words else -1 for w in words]


def asked() -> Skill:
    train = (
        spoken("t0", "play Jazz", "Play", ("genre", "Jazz")),
        spoken("t1", "call folk", "Call", ("person", "folk")),
    )
    test = (
        spoken("x0", "play jazz", "Play", ("genre", "jazz")),
        spoken("x1", "play folk", "Play", ("genre", "folk")),
        spoken("x2", "play polka or jazz", "Play", ("genre", "polka"), ("genre", "jazz")),
        spoken("x3", "call", "Call"),
    )
    return Skill("s", "en-US", train, (), test, {"genre": ("Folk", "deep house")})


def test_novelty_by_hand() -> None:
    """Case is no difference; a value belongs to its slot; training comes before a catalog."""
    found = novelty(asked(), Vocabulary("polka"))
    assert found.values == ((SEEN,), (LISTED,), (UNSEEN, SEEN), ())
    assert found.words == (KNOWN, KNOWN, OUT_OF_VECTORS, KNOWN)
    assert novelty(asked(), Vocabulary("polka", "or")).words[2] == IN_VECTORS
    assert novelty(asked(), None).words == (KNOWN, KNOWN, NEW, KNOWN)


def test_fewer_shots_leave_more_new() -> None:
    whole, few = (novelty(draw(music(), shots, 0), None) for shots in (None, 1))
    assert few.words.count(NEW) >= whole.words.count(NEW)
    # music lists all its genres: a value is in training or in the catalog
    assert {v for values in few.values for v in values} <= {SEEN, LISTED}


def test_parts_cover_every_utterance_once() -> None:
    found = parts(asked().test, ([KNOWN, KNOWN, OUT_OF_VECTORS, KNOWN], [[0], [1], [2, 0], []]))
    for kind, size in (("words", 4), ("length", 4), ("number of slots", 4)):
        masks = [p.at for p in found if p.kind == kind]
        assert np.sum(masks, axis=0).tolist() == [1] * size
    newest = {p.label: p.at.tolist() for p in found if p.kind == "newest slot value"}
    assert newest["never seen"] == [False, False, True, False]
    assert sum(sum(at) for at in newest.values()) == 3  # an utterance without slots is in none
    of_slots = {p.label: p.at.tolist() for p in found if p.unit == "slots"}
    assert of_slots["seen in training"] == [True, False, False, True]
    assert not [p for p in parts(asked().test, None) if p.kind in ("words", "value")]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    folder = tmp_path_factory.mktemp("slices")
    write_skills(folder / "toys")
    settings = CompareSettings(
        suites=(), data=(folder / "toys",),
        systems=("toy_systems:Majority", "toy_systems:Memory"), shots=(2, None), seeds=2,
    )  # fmt: skip
    return folder, compare(plan(settings), folder / "runs" / "one", jobs=1)


def test_slices_add_up_to_the_run(run: tuple[Path, RunResult]) -> None:
    _, result = run
    cells = {n: [c.row for c in result.cells if c.row.shots == n] for n in (2, None)}
    for shots, rows in cells.items():
        memory = [r for r in rows if r.system == "toy_systems:Memory"]
        for kind in ("words", "length", "number of slots"):
            own = [s for s in result.slices if (s.shots, s.kind) == (shots, kind)]
            assert sum(s.count for s in own) == sum(r.n_test for r in memory)
            right = sum(s.candidate_right * s.count for s in own)
            assert right == pytest.approx(sum(r.frame_accuracy * r.n_test for r in memory))
            assert all(s.won - s.lost == pytest.approx(s.points * s.count) for s in own)
    # a memory answers what it has seen, and nothing else
    words = {s.label: s for s in result.slices if (s.shots, s.kind) == (None, "words")}
    assert words.keys() <= set(WORDS)
    values = {s.label: s for s in result.slices if (s.shots, s.kind) == (None, "value")}
    assert values["seen in training"].candidate_right > 0
    for name in ("only in the slot's catalog", "never seen"):
        assert name not in values or values[name].candidate_right == 0


def test_they_stand_in_summary_and_report(run: tuple[Path, RunResult]) -> None:
    folder, result = run
    assert len(summary(result)["slices"]) == len(result.slices)
    text = render_report(result)
    assert "### Where the difference comes from" in text
    assert "| slots, value: seen in training |" in text
    page = (folder / "runs" / "one" / "report.html").read_text("utf-8")
    assert '"slices":[[0,0,"slots"' in page
    content = json.loads((folder / "runs" / "one" / "summary.json").read_text("utf-8"))
    assert content["slices"][0]["unit"] == "slots"


def test_notes_outlive_a_merge(run: tuple[Path, RunResult], tmp_path: Path) -> None:
    folder, result = run
    one = folder / "runs" / "one"
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / FILE).write_bytes((one / FILE).read_bytes())
    merge([one, tmp_path / "two"], tmp_path / "all")
    merged = render(tmp_path / "all")
    assert [s.label for s in merged.slices] == [s.label for s in result.slices]


def test_a_file_without_notes_has_length_and_slots(tmp_path: Path) -> None:
    write_run(tmp_path / FILE, [skill(1, 20), skill(2, 20)], ("old", "new"))
    database = sqlite3.connect(tmp_path / FILE)
    database.execute("DROP TABLE novelty")
    database.close()
    with Results(tmp_path / FILE) as results:
        found = run_findings(results, results.last_run(), ("old", "new"), 20).slices
    assert {s.kind for s in found} == {"length", "number of slots"}


def test_the_interval_is_that_of_a_ratio() -> None:
    """Equal clusters: the t interval of their mean; and it covers in about 95% of draws."""
    above, below = np.array([3.0, 5.0, 4.0, 8.0, 6.0]), np.full(5, 10.0)
    values = above / below
    half = ratio_half_width(above, below)
    assert half == pytest.approx(2.7764451 * values.std(ddof=1) / math.sqrt(5))
    assert ratio_half_width(above[:4], below[:4]) is None
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        sizes = rng.integers(20, 120, 18).astype(float)
        sums = sizes * rng.normal(0.05, 0.06, 18)
        half = ratio_half_width(sums, sizes)
        assert half is not None
        covered += abs(sums.sum() / sizes.sum() - 0.05) <= half
    assert 0.91 <= covered / 400 <= 0.98


def test_a_damaged_note_is_refused(run: tuple[Path, RunResult], tmp_path: Path) -> None:
    folder, result = run
    (tmp_path / FILE).write_bytes((folder / "runs" / "one" / FILE).read_bytes())
    database = sqlite3.connect(tmp_path / FILE)
    database.execute("UPDATE novelty SET utterances_sum = 'x'")
    database.commit()
    database.close()
    with Results(tmp_path / FILE) as results, pytest.raises(Exception, match="notes on draw"):
        run_findings(results, results.last_run(), list(result.settings["systems"]), 20)
