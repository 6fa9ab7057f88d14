"""`skillwise cards lint`: what it takes, what it exits with, and what `compare` says of it."""

import json
import sys
from pathlib import Path

import pytest
from toy_skills import music, write_skills

from data_cards.jsonl import write_skill
from evaluation.cli import main

TOYS = Path(__file__).parent / "toys"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "path", [str(TOYS), *sys.path])
    monkeypatch.chdir(tmp_path)


def run(*argv: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(argv))
    assert isinstance(ended.value.code, int)
    return ended.value.code


def faulty() -> None:
    """Music, with "play jazz" under Stop as well."""
    folder = write_skill(music(), Path("skills"))
    with (folder / "train.jsonl").open("a", encoding="utf-8") as file:
        row = {"id": "twice", "tokens": ["Play", "jazz"], "intent": "Stop"}
        file.write(json.dumps(row) + "\n")


def test_a_folder_of_skills(capsys: pytest.CaptureFixture[str]) -> None:
    write_skills(Path("skills"))
    assert run("cards", "lint", "skills") == 0
    told = capsys.readouterr().out
    assert "music@en-US: 2 few-utterances" in told
    assert "skills/music@en-US/train.jsonl:1: intent 'Play' has 3" in told
    assert "shopping@en-GB: 2 few-utterances" in told


def test_findings_are_no_failure_unless_strict(capsys: pytest.CaptureFixture[str]) -> None:
    faulty()
    assert run("cards", "lint", "skills/music@en-US") == 0
    told = capsys.readouterr().out
    assert "error: one text under two intents (two-intents, 1)" in told
    assert "skills/music@en-US/train.jsonl:7" in told
    assert run("cards", "lint", "skills/music@en-US", "--strict") == 1
    write_skills(Path("clean"))
    assert run("cards", "lint", "clean", "--strict") == 0, "warnings are no errors"


def test_json_for_a_pipe_and_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    faulty()
    assert run("cards", "lint", "skills", "--json", "-") == 0
    piped = json.loads(capsys.readouterr().out)
    assert piped["counts"]["two-intents"] == 1
    assert run("cards", "lint", "skills", "--json", "out.json") == 0
    assert "two-intents" in capsys.readouterr().out
    assert json.loads(Path("out.json").read_text("utf-8")) == piped


def test_a_file_that_can_be_imported(capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"play tune {n},Play\nstop part {n},Stop\n" for n in range(9))
    Path("tunes.csv").write_text(f"text,intent\n{rows}play tune 3,Stop\nplay,\n", "utf-8")
    assert run("cards", "lint", "tunes.csv") == 0
    said = capsys.readouterr()
    assert "two-intents, 1" in said.out and "tunes.csv" in said.out
    assert said.err == (
        "1 faulty entries were left out; `skillwise cards import tunes.csv` lists them\n"
    )


def test_a_card(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("cards", "lint", "--suite", "starter") == 0
    assert "bank@en-GB: no finding" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        ([], "name a skill's folder, or --suite CARD"),
        (["nowhere"], "no such"),
        (["--suite", "hwu46"], "did you mean 'hwu64'?"),
        (["a.pdf"], "a.pdf"),
    ],
)
def test_bad_input_is_one_line(
    argv: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.pdf").write_text("%PDF", "utf-8")
    assert run("cards", "lint", *argv) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1 and told in said.err


def test_compare_counts_the_findings_of_the_users_data(capsys: pytest.CaptureFixture[str]) -> None:
    faulty()
    asked = ("compare", "--data", "skills", "--system", "toy_systems:Memory", "--jobs", "1")
    note = (
        "the data have findings: 1 two-intents, 2 few-utterances; "
        "`skillwise cards lint skills` lists them"
    )
    assert run(*asked, "--dry-run") == 0
    assert capsys.readouterr().err.splitlines() == [note]
    assert run(*asked, "--out", "runs/a") == 0
    assert capsys.readouterr().err.splitlines()[0] == note
    assert note in Path("runs/a/report.md").read_text("utf-8")


def test_compare_says_nothing_of_a_suite(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("compare", "--quick", "--dry-run") == 0
    assert "findings" not in capsys.readouterr().err
