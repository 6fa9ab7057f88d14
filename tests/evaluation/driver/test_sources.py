"""Source models of a plan: trained once, whoever asks, and only for the skills of the plan."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from encoder_toys import make_encoder
from toy_skills import music, shopping, write_skills

from data_cards.errors import SkillwiseError
from dnn.engine import Engine
from dnn.packs.reader import PackFile
from dnn.transfer.source import SourceModel
from evaluation.driver.pack import add
from evaluation.driver.sources import lacking, prepare_sources
from evaluation.planning.plan import CompareSettings, Plan, plan
from pretrain.encoder.folder import digest

SMALL = {
    "projection": 8, "characters": 8, "shared": 8, "task": 8, "hidden": 8, "min_steps": 5,
    "max_steps": 5, "transfer.source_steps": 5, "gazetteers": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A plan of small networks with transfer on random vectors, its source models trained."""
    base = tmp_path_factory.mktemp("sources")
    settings = CompareSettings(
        data=(write_skills(base / "toys"),), systems=("dnn-transfer",), skills="music@*",
        changes=tuple(f"dnn-transfer.{key}={value}" for key, value in SMALL.items()),
    )  # fmt: skip
    found = plan(settings, base / "sources")
    assert len(lacking(found)) == 1
    prepare_sources(found, 1)
    return found


@pytest.mark.slow
def test_what_is_trained_is_kept(trained: Plan, capfd: pytest.CaptureFixture[str]) -> None:
    assert lacking(trained) == []
    prepare_sources(trained, 1)
    assert "source models are trained" not in capfd.readouterr().err


@pytest.mark.slow
def test_a_network_with_transfer_is_packed(trained: Plan, tmp_path: Path) -> None:
    """Its source model is trained where it is missing, as `compare` does it."""
    (source,) = {s.path for s in trained.sources["dnn-transfer"].values()}
    shutil.rmtree(source)
    lines = list(add(trained, tmp_path / "all.packs", seed=0, again=False, jobs=1))
    assert source.exists()
    assert [line.split(":")[0] for line in lines] == ["music@en-US"]
    assert [record.key for record in PackFile(tmp_path / "all.packs").records()] == ["music@en-US"]
    shutil.rmtree(source)
    assert "is there already" in next(add(trained, tmp_path / "all.packs", seed=0, again=False))
    assert not source.exists()
    prepare_sources(trained, 1)


def test_only_the_skills_of_the_plan_need_one(tmp_path: Path) -> None:
    settings = CompareSettings(
        suites=(), data=(), systems=("dnn-transfer",), sources=(), skills="*"
    )
    found = plan(settings, tmp_path, (music(), shopping()))
    wanted = lacking(found)
    assert len({each.digest for each in wanted}) == len(wanted) == 2
    assert lacking(replace(found, skills=found.skills[:1])) == wanted[:1]
    assert lacking(replace(found, sources={})) == []
    with pytest.raises(SkillwiseError, match="no skill to measure"):
        plan(settings, tmp_path)


@pytest.mark.slow
def test_stage_1_reads_the_encoder_that_stage_2_reads(tmp_path: Path) -> None:
    encoder = make_encoder(tmp_path / "encoder")
    small = SMALL | {"vectors": '"none"', "context": "true", "sentence": "true"}
    settings = CompareSettings(
        data=(write_skills(tmp_path / "toys"),), systems=("dnn-mlm-transfer",), skills="music@*",
        changes=tuple(f"dnn-mlm-transfer.{key}={value}" for key, value in small.items()),
        vectors=(Path(f"hf:{encoder}"),),
    )  # fmt: skip
    found = plan(settings, tmp_path / "sources")
    ((line,),) = [list(add(found, tmp_path / "all.packs", seed=0, again=False, jobs=1))]
    assert line.startswith("music@en-US: ")
    (source,) = {s.path for s in found.sources["dnn-mlm-transfer"].values()}
    assert SourceModel.open(source).encoder == digest(encoder)
    engine = Engine(tmp_path / "all.packs")
    assert engine.parse("music@en-US", "play some jazz")[0] == ("play", "some", "jazz")
