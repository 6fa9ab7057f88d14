"""`skillwise parse --data`: a baseline is fitted and asked, and says why."""

import json
import sys
from pathlib import Path

import pytest

from evaluation.cli import main

SKILLS = str(Path(__file__).parents[3] / "examples" / "skills")


def run(*argv: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["parse", *argv])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_a_baseline_answers_without_a_pack(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["cancel my cab", "where is the taxi"]
    assert run("--skill", "taxi@en-GB", "--data", SKILLS, *asked) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["intent"], second["intent"]) == ("CancelTaxi", "AskArrival")
    assert first["tokens"] == ["cancel", "my", "cab"]


def test_it_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    said = "book a taxi to the airport"
    assert run("--skill", "taxi@en-GB", "--data", SKILLS, "--why", said, "stop my booking") == 0
    first, second = capsys.readouterr().out.split("\n\n")
    lines = first.splitlines()
    assert lines[:1] == [said]
    assert lines[1].startswith("intent BookTaxi (frame confidence 0.")
    assert "airport -> " in first
    assert second.startswith("stop my booking\nintent CancelTaxi")
    weights = [float(line.split()[0]) for line in lines[2 : lines.index("book -> O")]]
    assert weights == sorted(weights, key=abs, reverse=True)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--skill", "taxi@en-GB"], "name one of --pack FILE and --data"),
        (["--skill", "taxi@en-GB", "--pack", "x", "--data", SKILLS], "name one of --pack"),
        (["--skill", "taxi@en-GB", "--pack", "x", "--why"], "networks weigh no features"),
        (["--skill", "taxy@en-GB", "--data", SKILLS], "'taxi@en-GB'"),
        (["--skill", "*@en-GB", "--data", SKILLS], "skills/kitchen@en-GB, skills/taxi@en-GB"),
        (["--skill", "taxi@en-GB", "--data", SKILLS, "--system", "dnn"], "pack add"),
        (
            [
                "--skill",
                "taxi@en-GB",
                "--data",
                SKILLS,
                "--system",
                "toy_systems:Majority",
                "--why",
            ],
            "does not explain",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    assert run(*argv, "stop it") == 2
    assert words in capsys.readouterr().err
