"""What a lint prints is grouped and bounded; its JSON holds all."""

import json
from pathlib import Path

from data_cards.jsonl import write_skill
from data_cards.lint.rules import lint, located
from data_cards.lint.text import counted, render, to_json
from data_cards.records import Frame, Skill, Utterance

SKILL = Skill(
    "toy",
    "en-US",
    tuple(
        Utterance(f"{intent}{n}", ("say", f"word{n}", "loudly"), Frame(intent))
        for n in range(12)
        for intent in ("A", "B")
    ),
    (),
    (Utterance("x", ("say", "more"), Frame("A")),),
)


def test_findings_are_grouped_and_bounded() -> None:
    told = render("toy@en-US", lint(SKILL), 2)
    assert told.startswith("toy@en-US: 12 two-intents\n")
    assert told.count("error: one text under two intents (two-intents, 12)") == 1
    assert told.count("decide for one of them") == 2
    assert told.endswith("and 10 more\n")


def test_a_skill_without_findings_says_so() -> None:
    assert render("toy@en-US", ()) == "toy@en-US: no finding\n"
    assert counted(()) == "no finding"


def test_a_finding_has_the_line_of_its_file_blank_lines_counted(tmp_path: Path) -> None:
    folder = write_skill(SKILL, tmp_path)
    path = folder / "train.jsonl"
    path.write_text("\n\n" + path.read_text("utf-8"), "utf-8")
    places = located(lint(SKILL), folder)[0].places
    assert [str(place) for place in places] == [f"{path}:3", f"{path}:4"]


def test_json_holds_all_findings(tmp_path: Path) -> None:
    folder = write_skill(SKILL, tmp_path)
    content = json.loads(to_json(located(lint(SKILL), folder)))
    assert (content["schema"], content["errors"], content["warnings"]) == (1, 12, 0)
    assert content["counts"]["two-intents"] == len(content["findings"]) == 12
    row = content["findings"][0]
    assert (row["kind"], row["severity"], row["skill"]) == ("two-intents", "error", "toy@en-US")
    assert (row["file"], row["line"], row["id"]) == (str(folder / "train.jsonl"), 1, "A0")
    assert row["others"][0]["line"] == 2
