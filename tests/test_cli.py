"""The command line: help, the README, and one line for whatever the user can mend."""

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from evaluation.cli import app, main

ROOT = Path(__file__).parent.parent
TOYS = Path(__file__).parent / "toys"
SYSTEM = "toy_systems:Memory"

Row = dict[str, Any]
TRAIN: list[Row] = [
    {"id": "a1", "tokens": ["play", "jazz"], "intent": "Play",
     "slots": [{"name": "genre", "start": 1, "end": 2}]},
    {"id": "a2", "tokens": ["stop"], "intent": "Stop", "slots": []},
]  # fmt: skip
TEST: list[Row] = [
    {"id": "b1", "tokens": ["play", "rock"], "intent": "Play",
     "slots": [{"name": "genre", "start": 1, "end": 2}]},
    {"id": "b2", "tokens": ["be", "quiet"], "intent": "Stop", "slots": []},
]  # fmt: skip


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "path", [str(TOYS), *sys.path])
    monkeypatch.chdir(tmp_path)


def jsonl(rows: list[Row]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def write(folder: Path, train: bytes, test: bytes | None) -> None:
    skill = folder / "music@en-US"
    skill.mkdir(parents=True)
    (skill / "train.jsonl").write_bytes(train)
    if test is not None:
        (skill / "test.jsonl").write_bytes(test)


def run(*argv: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(argv))
    assert isinstance(ended.value.code, int)
    return ended.value.code


def compare(*argv: str) -> int:
    return run("compare", "--data", "data", "--system", SYSTEM, "--out", "runs/a", *argv)


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("skillwise: ")
    return captured.err.strip()


def commands() -> list[tuple[str, ...]]:
    """Every command, and every command of a group."""
    found: list[tuple[str, ...]] = []
    for command in app.registered_commands:
        assert command.name is not None
        found.append((command.name,))
    for group in app.registered_groups:
        assert group.name is not None and isinstance(group.typer_instance, typer.Typer)
        found.append((group.name,))
        for command in group.typer_instance.registered_commands:
            name = command.name or getattr(command.callback, "__name__", "")
            found.append((group.name, name))
    return found


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_has_help(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*command, "--help") == 0
    text = capsys.readouterr().out
    assert "Usage:" in text
    assert len(text.split()) > 15


def test_help_says_what_holds_where_an_option_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("compare", "--help") == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "[default: all cores]" in text
    assert "[default: starter]" in text


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_stands_in_the_readme(command: tuple[str, ...]) -> None:
    assert f"skillwise {' '.join(command)}" in (ROOT / "README.md").read_text("utf-8")


def test_without_arguments_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert "compare" in capsys.readouterr().out


def edited(rows: list[Row], index: int, **changes: Any) -> bytes:
    out = [dict(row) for row in rows]
    out[index] |= changes
    return jsonl(out)


WIDE = [{"name": "genre", "start": 1, "end": 9}]
BAD: dict[str, tuple[Callable[[], None], str]] = {
    "missing file": (
        lambda: write(Path("data"), jsonl(TRAIN), None),
        "data/music@en-US/test.jsonl: no such file; write it",
    ),
    "broken JSON": (
        lambda: write(Path("data"), jsonl(TRAIN) + b'{"id": "a3", \n', jsonl(TEST)),
        "data/music@en-US/train.jsonl:3: broken JSON",
    ),
    "unknown intent in test": (
        lambda: write(Path("data"), jsonl(TRAIN), edited(TEST, 1, intent="Pause")),
        "data/music@en-US/test.jsonl:2: intent 'Pause' of 'b2' is not in train; add",
    ),
    "span outside": (
        lambda: write(Path("data"), jsonl(TRAIN), edited(TEST, 0, slots=WIDE)),
        "data/music@en-US/test.jsonl:1: slot 'genre' spans [1, 9) of 2 words; mend",
    ),
    "duplicate ids": (
        lambda: write(Path("data"), edited(TRAIN, 1, id="a1"), jsonl(TEST)),
        "data/music@en-US/train.jsonl:2: id 'a1' was used at train.jsonl:1; give",
    ),
    "empty skill": (
        lambda: write(Path("data"), b"", jsonl(TEST)),
        "data/music@en-US/train.jsonl: has no utterance; write",
    ),
    "one intent": (
        lambda: write(Path("data"), jsonl(TRAIN[:1]), jsonl(TEST[:1])),
        "data/music@en-US/train.jsonl:1: the skill's only intent is 'Play'",
    ),
    "not UTF-8": (
        lambda: write(Path("data"), jsonl(TRAIN), jsonl(TEST) + b'{"id": "\xff"}\n'),
        "data/music@en-US/test.jsonl:3: byte 0xff is not UTF-8; save",
    ),
    "10,000 words": (
        lambda: write(Path("data"), jsonl(TRAIN), edited(TEST, 1, tokens=["quiet"] * 10_000)),
        "data/music@en-US/test.jsonl:2: has 10000 words (at most 512); split",
    ),
    "unknown key": (
        lambda: write(Path("data"), edited(TRAIN, 0, intnet="x"), jsonl(TEST)),
        "data/music@en-US/train.jsonl:1: unknown key 'intnet'; did you mean 'intent'?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    prepare, words = BAD[case]
    prepare()
    assert compare() == 2
    assert one_line(capsys).startswith(f"skillwise: {words}")
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--set", f"{SYSTEM}.rate=1"], "takes no settings"),
        (["--system", "maxent-crff"], "did you mean 'maxent-crf'?"),
        (["--system", "maxent-crf", "--set", "maxent-crf.no_such_setting=1"], "no such setting"),
        (["--system", "toy_systems:Memori"], "did you mean 'Memory'?"),
        (["--suite", "hwu46"], "did you mean 'hwu64'?"),
        (["--skills", "musik@en-US"], "did you mean 'music@en-US'?"),
        (["--shots", "0"], "--shots 0"),
        (["--shots", "ten"], "--shots ten"),
        (["--shots", "5", "--shots", "5"], "given twice"),
        (["--seeds", "0"], "--seeds 0"),
        (["--seeds", "many"], "seeds"),
        (["--jobs", "0"], "jobs"),
        (["--vectors", "nowhere"], "nowhere"),
        (["--vectors", "hf:nowhere"], "hf:nowhere: no such folder; name a folder of an encoder"),
        (["--no-such-option"], "no-such-option"),
        (["--out", "data/music@en-US/test.jsonl"], "is a file; name a folder"),
    ],
)
def test_bad_settings_are_one_line(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(Path("data"), jsonl(TRAIN), jsonl(TEST))
    assert compare(*options) == 2
    assert words in one_line(capsys)
    assert not Path("runs").exists()


def test_an_unknown_command_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("compair") == 2
    assert "compair" in one_line(capsys)


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path("data"), jsonl(TRAIN), jsonl(TEST))
    monkeypatch.setattr("evaluation.driver.compare.compute", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["compare", "--data", "data", "--system", SYSTEM])


def test_ctrl_c_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*arguments: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    write(Path("data"), jsonl(TRAIN), jsonl(TEST))
    monkeypatch.setattr("evaluation.driver.compare.compute", interrupt)
    assert compare() == 130
    assert "goes on from here" in one_line(capsys)


def test_compare_report_results(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("data"), jsonl(TRAIN), jsonl(TEST))
    assert compare("--jobs", "1", "--system", "toy_systems:Majority") == 0
    said = capsys.readouterr()
    assert "**toy_systems:Majority** over toy_systems:Memory" in said.out
    assert "2/2" in said.err
    report = Path("runs/a/report.md").read_text("utf-8")
    Path("runs/a/report.md").unlink()
    assert run("report") == 0
    assert Path("runs/a/report.md").read_text("utf-8") == report
    capsys.readouterr()
    sql = "SELECT system, n_test FROM cells ORDER BY system"
    assert run("results", "--sql", sql, "--format", "csv") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows == [["system", "n_test"], ["toy_systems:Majority", "2"], [SYSTEM, "2"]]
    assert run("results", "--sql", sql, "--format", "json", "--run", "runs/a") == 0
    lines = capsys.readouterr().out.splitlines()
    assert json.loads(lines[1]) == {"system": SYSTEM, "n_test": 2}
    assert run("results") == 0
    assert SYSTEM in capsys.readouterr().out


@pytest.mark.parametrize("sql", ["DELETE FROM cells", "SELECT nothing FROM cells", "SELEKT 1"])
def test_a_bad_query_is_one_line(sql: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("data"), jsonl(TRAIN), jsonl(TEST))
    compare("--jobs", "1")
    capsys.readouterr()
    assert run("results", "--sql", sql) == 2
    assert sql in one_line(capsys)
    assert run("results", "--sql", "SELECT count(*) AS n FROM cells", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == {"n": 1}


def test_no_run_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("report", "results"):
        assert run(command) == 2
        assert "no run" in one_line(capsys)
    assert run("report", "nowhere") == 2
    assert "no such results file" in one_line(capsys)


def test_cards_are_counted_by_kind(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SKILLWISE_DATA", raising=False)
    assert run("cards", "list", "--by-kind") == 0
    told = capsys.readouterr().out
    assert "| all | expanded | 30 | 0 | 30 | 8,928 | 2,835 |" in told, "the starter suite"
    assert "Not counted, since their data are not here: ask-models" in told


def test_cards_show_and_import(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("cards", "list") == 0
    assert "hwu64" in capsys.readouterr().out
    assert run("cards", "show", "hwu64") == 0
    assert "CC BY" in capsys.readouterr().out.upper().replace("-", " ")
    assert run("cards", "show", "hwu46") == 2
    assert "did you mean 'hwu64'?" in one_line(capsys)
    Path("skill.csv").write_text(
        "text,intent\n" + "".join(f"play tune {i},Play\nstop part {i},Stop\n" for i in range(9)),
        "utf-8",
    )
    assert run("cards", "import", "skill.csv", "--name", "tunes", "--out", "mine") == 0
    capsys.readouterr()
    assert run("compare", "--data", "mine", "--system", SYSTEM, "--jobs", "1") == 0


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "data", jsonl(TRAIN), jsonl(TEST))
    assert compare("--dry-run", "--seeds", "3") == 0
    assert capsys.readouterr().out.startswith("this run has 3 cells, 0 of them finished before;")
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("more", [["--suite", "starter"], ["--shots", "5"], ["--skills", "bank*"]])
def test_a_quick_look_chooses_its_own_skills(
    more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("compare", "--quick", *more) == 2
    assert capsys.readouterr().err == (
        f"skillwise: --quick: chooses its own skills and shots; leave out {more[0]}\n"
    )


def test_a_quick_look_needs_one_source_model(capsys: pytest.CaptureFixture[str]) -> None:
    """Its four skills are of one hold-out group, else stage 1 would take most of the time."""
    assert run("compare", "--quick", "--dry-run") == 0
    said = capsys.readouterr().out
    assert "16 cells" in said and "1 source model is trained first" in said
