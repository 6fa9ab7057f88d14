"""`ablate`, `claims`, `nightly`, `vectors` and `read_skill`: what the commands do, as objects."""

from pathlib import Path

import pytest
from dnn_toys import make_store
from own_engine import Own
from toy_skills import music, write_skills
from toy_systems import Dice, Memory

import evaluation as ev


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with skills in `skills`."""
    monkeypatch.chdir(tmp_path)
    write_skills(tmp_path / "skills")
    return tmp_path


def documented(table: object, told: str | None) -> bool:
    return told is not None and all(f"`{name}`" in told for name in table.columns)


def test_an_engine_of_ones_own_is_ablated() -> None:
    found = ev.ablate(
        {
            "base": {"system": Own, "data": ["skills"], "seeds": 2},
            "change": [
                {"name": "no slots", "set": {"slots": False}},
                {"name": "dice", "system": Dice},
            ],
        },
        out="runs/ablation", jobs=1, quiet=True,
    )  # fmt: skip
    rows, effects = found.rows(), found.effects()
    assert list(rows["name"]) == ["base", "no slots", "dice"]
    assert rows["changes"][1] == ("own_engine:Own.slots=false",)
    assert documented(rows, ev.api.ablate.Ablated.rows.__doc__)
    assert documented(effects, ev.api.ablate.Ablated.effects.__doc__)
    worse = effects.set_index(["name", "metric"])["points"]
    assert worse["no slots", "frame_accuracy"] < 0
    assert worse["no slots", "intent_accuracy"] == 0
    assert str(found).startswith("# Ablation: ablation")
    assert len(found.run("no slots").cells()) == 6
    with pytest.raises(ev.SkillwiseError, match="'no slots'"):
        found.run("no slot")
    with pytest.raises(ev.SkillwiseError, match="ablation"):
        ev.ablate({"base": {"system": Own}, "change": [{"name": "x", "sett": {}}]})


def test_an_ablation_comes_from_a_file_too(here: Path) -> None:
    text = '[base]\nsystem = "toy_systems:Memory"\ndata = ["skills"]\n'
    (here / "mine.toml").write_text(f'{text}[[change]]\nname = "few"\nshots = 2\n', "utf-8")
    found = ev.ablate("mine.toml", seeds=2, jobs=1, quiet=True)
    assert found.folder == Path("runs/ablations/mine")
    assert set(found.effects()["seeds"]) == {2}
    assert list(found.rows()["shots"].fillna(0)) == [0, 2]


def test_claims_are_read_from_runs(capfd: pytest.CaptureFixture[str]) -> None:
    run = ev.compare([Memory, Dice], data="skills", out="runs/a", jobs=1, quiet=True)
    found = ev.claims(run, quiet=True)
    assert found.folder == run.folder
    assert set(found.findings()["verdict"]) == {"not comparable"}
    assert documented(found.findings(), ev.api.claims.Claims.findings.__doc__)
    assert list(found.growth().columns) == list(run.comparisons().columns)
    assert (found.lost, found.failures) == ((), 0)
    assert "dnn-gain" in str(found)
    assert capfd.readouterr().err == ""


def test_a_night_is_compared_with_the_reference() -> None:
    def night(**more: bool) -> object:
        return ev.nightly(Memory, data="skills", history="nights", jobs=1, quiet=True, **more)

    with pytest.raises(ev.SkillwiseError, match="has no reference yet"):
        night()
    first, second = night(accept=True), night()
    assert not second.regressed
    assert set(second.cells()["verdict"]) <= {"no change", "insufficient data"}
    assert len(second.run().cells()) == 3
    assert list(first.run().cells()["seed"].unique()) == [1000, 1001, 1002]
    for name in ("cells", "suites"):
        assert documented(getattr(second, name)(), getattr(type(second), name).__doc__)
    assert len(second.suites()) == 1
    assert str(second)
    with pytest.raises(ev.SkillwiseError, match="takes folders"):
        ev.nightly(Memory, data=music(), history="nights")


def test_vectors_by_language_and_by_folder(here: Path) -> None:
    near = [each.word for each in ev.vectors("en").neighbours("apple")]
    assert "apple" not in near and "fruit" in near
    own = ev.vectors(make_store(here / "store", ["tea", "milk"]))
    assert (len(own), own.words, own.vectors(["tea"]).shape) == (2, ["tea", "milk"], (1, 12))
    with pytest.raises(ev.SkillwiseError, match="'coffee' is not among"):
        own.neighbours("coffee")
    with pytest.raises(ev.SkillwiseError, match="no vectors of language 'xx'"):
        ev.vectors("xx")


def test_a_skill_is_read_by_its_folder() -> None:
    skill = ev.read_skill("skills/music@en-US")
    assert isinstance(skill, ev.Skill)
    assert (skill.key, len(skill.train)) == ("music@en-US", 6)
    with pytest.raises(ev.DataError, match="is not named <skill>@<locale>"):
        ev.read_skill("skills")
