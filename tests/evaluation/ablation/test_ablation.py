"""Ablation files: refused with the nearest name, ready ones valid, rows paired and resumable."""

import json
from pathlib import Path

import pytest
from toy_skills import write_skills

from data_cards.errors import DataError, SkillwiseError
from evaluation.ablation.run import ablate, render
from evaluation.ablation.settings import BASE, find, read, ready, slug
from evaluation.cli import main
from evaluation.planning.changes import flat
from evaluation.planning.systems import SYSTEMS, system_specs

FILE = """
[base]
system = "toy_systems:Memory"
data = ["{data}"]
seeds = 2

[[change]]
name = "forgetful"
system = "toy_systems:Dice"

[[change]]
name = "two an intent"
shots = 2

[[change]]
name = "forgetful music"
system = "toy_systems:Dice"
skills = "music*"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "toys.toml"
    path.write_text(FILE.format(data=write_skills(tmp_path / "toys")), "utf-8")
    return path


@pytest.mark.parametrize("name", ready())
def test_ready_files_are_valid(name: str) -> None:
    """Every key, system and setting exists; the data and the user's own stores are not needed."""
    ablation = read(find(name))
    assert len(ablation.rows) > 1
    digests = set()
    for row in ablation.rows:
        (spec,) = system_specs(row.settings.systems, row.settings.changes)
        digests.add((spec.digest(), row.settings.shots, row.settings.vectors))
        assert row.settings.suites == ("hwu64",)
    assert len(digests) == len(ablation.rows)


def test_the_baselines_files_name_every_feature_group() -> None:
    from baselines.features import IntentGroups, TokenGroups

    for name, left_out in (
        ("maxent-crf", {"characters", "lexicon", "affixes", "shape", "neighbours"}),
        ("maxent-crf-strong", {"intent.position"}),
    ):
        rows = read(find(name)).rows
        base = set(rows[0].settings.changes)
        changes = {c for row in rows[1:] for c in row.settings.changes} - base
        changed = {c.split(".", 1)[1].split("=")[0] for c in changes}
        (spec,) = system_specs([name], rows[0].settings.changes)
        assert spec.digest() == SYSTEMS[name].digest()  # the base is the system as it is
        groups = {f"intent.{g}" for g in IntentGroups.model_fields}
        groups |= {f"token.{g}" for g in TokenGroups.model_fields}
        off = {g for g in groups if g in left_out or g.partition(".")[2] in left_out}
        assert changed == groups - off


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("seeds = 2", "sedes = 2", "unknown key 'base.sedes'; did you mean 'seeds'?"),
        ("shots = 2", "shot = 2", "unknown key 'change.1.shot'; did you mean 'shots'?"),
        ("[base]", "[bass]", "unknown key 'bass'; did you mean 'base'?"),
        ("seeds = 2", "seeds = 0", "base.seeds = 0"),
        ("shots = 2", 'shots = "2"', "change.1.shots"),
        ('name = "two an intent"', "", "change.1.name is missing"),
        ("shots = 2", "", "differs in nothing from the base"),
        ('"two an intent"', '"Forgetful!"', "is named like 'forgetful'"),
        ("seeds = 2", "seeds = ", "is no TOML"),
        ("seeds = 2", f"seeds = {'9' * 5000}", "is no TOML"),
        ("shots = 2", "shots = inf", "change.1.shots"),
        ("shots = 2", "shots = 2020-01-01", "change.1.shots"),
        ("shots = 2", "set = {c = 2020-01-01}", "set.c = 2020-01-01 is no value of a setting"),
        ("shots = 2", "set = {c = 07:30:00}", "set.c = 07:30:00 is no value of a setting"),
        ("shots = 2", "set = {c = inf}", "set.c = inf is no value of a setting; give a finite"),
        ("shots = 2", "set = {a = {c = -inf}}", "set.a.c = -inf is no value of a setting"),
        ("shots = 2", "set = {c = [1, nan]}", "set.c = [1, nan] is no value of a setting"),
    ],
)
def test_a_wrong_file_is_refused(file: Path, old: str, new: str, words: str) -> None:
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(DataError) as caught:
        read(file)
    assert words in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_wrong_setting_names_file_row_and_nearest(file: Path, tmp_path: Path) -> None:
    text = file.read_text("utf-8").replace("toy_systems:Memory", "maxent-crf")
    file.write_text(text + '\n[[change]]\nname = "x"\nset = { token = { windw = 1 } }\n', "utf-8")
    with pytest.raises(SkillwiseError) as caught:
        ablate(read(file), tmp_path / "out")
    assert "toys.toml: x: " in str(caught.value)
    assert "did you mean 'window'?" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_rows_are_paired_with_the_base(file: Path, tmp_path: Path) -> None:
    ablation = read(file)
    rows = ablate(ablation, tmp_path / "out", jobs=1)
    base, forgetful, fewer, music = rows
    assert [row.slug for row in rows] == [BASE, "forgetful", "two-an-intent", "forgetful-music"]
    assert base.effects == ()
    effects = {effect.metric: effect for effect in forgetful.effects}
    frame = effects["frame_accuracy"]
    assert (frame.skills, frame.seeds) == (3, 2)
    assert frame.base == pytest.approx(base.means["frame_accuracy"])
    assert frame.points == pytest.approx(
        forgetful.means["frame_accuracy"] - base.means["frame_accuracy"]  # type: ignore[operator]
    )
    assert frame.ci_low is not None and frame.ci_high is not None
    assert frame.ci_low <= frame.points <= frame.ci_high
    assert frame.wins + frame.ties + frame.losses == 3
    assert music.effects[0].skills == 1
    assert music.effects[0].base != frame.base  # the base on the same skill
    assert fewer.shots == 2
    content = json.loads((tmp_path / "out" / "ablation.json").read_text("utf-8"))
    assert [row["name"] for row in content["rows"]] == [row.name for row in rows]
    assert (tmp_path / "out" / "ablation.md").read_text("utf-8") == render("toys", rows)


def test_a_second_time_nothing_is_computed(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ablate(read(file), tmp_path / "out", jobs=1)

    def never(*arguments: object) -> None:
        raise AssertionError("a finished cell was computed again")

    monkeypatch.setattr("evaluation.driver.compare.compute_missing", never)
    assert ablate(read(file), tmp_path / "out", jobs=1) == first


def test_options_stand_in_for_the_base(file: Path) -> None:
    ablation = read(file, skills="shopping*", seeds=5)
    settings = ablation.rows[0].settings
    assert (settings.skills, settings.seeds) == ("shopping*", 5)


def test_names() -> None:
    assert flat({"token": {"shape": False}, "c": 3}) == {"token.shape": False, "c": 3}
    assert slug("No CRF, softmax!") == "no-crf-softmax"
    with pytest.raises(SkillwiseError, match="did you mean 'characters'"):
        find("charactrs")


def test_the_command(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for argv, words in (
        (["ablate"], "characters: "),
        (["ablate", str(file), "--out", str(tmp_path / "out"), "--jobs", "1", "--seeds", "1"],
         "| forgetful |"),
    ):  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            main(argv)
        assert ended.value.code == 0
        assert words in capsys.readouterr().out


def test_vectors_that_are_given_stand_in_for_the_bases() -> None:
    given = [Path("hf:somebody/encoder"), Path("store")]
    rows = read(find("representation"), vectors=given).rows
    assert {row.settings.vectors for row in rows} == {tuple(given)}
    assert read(find("representation")).rows[0].settings.vectors == ()
