"""`skillwise cards import` and `skillwise cards export` on the command line."""

from pathlib import Path

import pytest

from data_cards.exchange.formats import FORMATS
from data_cards.jsonl import read_skill
from evaluation.cli import main
from evaluation.commands.cards import IMPORTED

TAXI = Path(__file__).parents[3] / "examples" / "skills" / "taxi@en-GB"


def run(*argv: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["cards", *map(str, argv)])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_help_names_every_format() -> None:
    assert IMPORTED.split(", ") == sorted(FORMATS)


@pytest.mark.parametrize("format", ["rasa", "conll", "jsonl"])
def test_a_skill_is_exported_and_imported_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], format: str
) -> None:
    out = tmp_path / "taxi@en-GB.jsonl" if format == "jsonl" else tmp_path / "taxi@en-GB"
    assert run("export", TAXI, "--format", format, "--out", out) == 0
    written, lost = capsys.readouterr().out.splitlines()
    assert written.startswith(f"{out}: taxi@en-GB as {format}, ")
    assert run("import", out, "--out", tmp_path / "again") == 0
    assert f"read as {format}, skill taxi@en-GB" in capsys.readouterr().out
    again, first = read_skill(tmp_path / "again/taxi@en-GB"), read_skill(TAXI)
    for split in ("train", "dev", "test"):
        said, before = (
            [(u.id, u.frame.intent, u.frame.slots, u.tokens) for u in getattr(skill, split)]
            for skill in (again, first)
        )
        assert said == before
    if "listed values" not in lost:
        assert again.gazetteers == first.gazetteers


def test_an_unknown_format_is_one_line_that_lists_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", TAXI, "--format", "lu", "--out", tmp_path / "x") == 2
    assert "known: conll, jsonl, rasa" in capsys.readouterr().err
    assert run("import", TAXI / "train.jsonl", "--format", "docx") == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "known: alexa, alexa-schema, conll" in error
