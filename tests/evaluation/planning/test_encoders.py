"""Encoders of a comparison: which language gets which, and what depends on them."""

from pathlib import Path

import pytest
from encoder_toys import make_encoder

from data_cards.errors import SkillwiseError
from data_cards.representation import Representation
from dnn.system import DNN
from evaluation.planning.plan import CompareSettings, Plan, plan
from evaluation.planning.systems import SYSTEMS, system_specs
from evaluation.planning.vectors import resolve, resolve_encoders
from pretrain.encoder import folder
from pretrain.encoder.reading import open_encoder


class Reading:
    """A system of somebody's own that reads words in their sentences."""

    def __init__(self, encoder: Representation | None = None) -> None:
        self.encoder = encoder


@pytest.fixture(autouse=True)
def nothing_packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No encoder comes with the package, but for what a test puts there."""
    monkeypatch.setattr(folder, "PACKAGED", tmp_path / "packaged")
    return tmp_path / "packaged"


def planned(*systems: str, vectors: tuple[Path, ...] = (), changes: tuple[str, ...] = ()) -> Plan:
    return plan(
        CompareSettings(
            suites=("starter",), skills="bank@en-US", systems=systems, vectors=vectors,
            changes=changes, shots=(5,),
        )
    )  # fmt: skip


def given(place: Path) -> Path:
    return Path(f"hf:{place}")


def test_a_cell_is_named_by_the_encoder_only_where_its_system_reads_it(tmp_path: Path) -> None:
    one, two = (make_encoder(tmp_path / str(seed), seed) for seed in (0, 1))
    (plain,) = planned("dnn-mlm")
    static, context = planned("dnn-mlm", "dnn-context", vectors=(given(one),))
    assert static.key == plain.key and static.encoder is None
    assert context.vectors_digest == f"{static.vectors_digest}@{folder.digest(one)}"
    (other,) = planned("dnn-context", vectors=(given(two),))
    (sentence,) = planned("dnn-mlm", vectors=(given(one),), changes=("dnn-mlm.sentence=true",))
    assert len({context.key, other.key, sentence.key, plain.key}) == 4


def test_the_run_keeps_the_digests_of_its_encoders(tmp_path: Path) -> None:
    place = make_encoder(tmp_path / "e")
    read = planned("dnn-context", vectors=(given(place),))
    assert read.record()["encoders"] == {"en": folder.digest(place)}
    unread = planned("dnn-mlm", vectors=(given(place),))
    assert "encoders" not in unread.record()
    assert unread.settings_digest() == planned("dnn-mlm").settings_digest()


def test_a_cell_makes_its_system_with_the_open_encoder(tmp_path: Path) -> None:
    place = make_encoder(tmp_path / "e")
    own = f"{__name__}:Reading"
    context, mine = planned("dnn-context", own, vectors=(given(place),))
    made, other = context.system(), mine.system()
    assert isinstance(made, DNN) and made.encoder is open_encoder(place)
    assert isinstance(other, Reading) and other.encoder is open_encoder(place)


def test_a_system_that_needs_an_encoder_says_so() -> None:
    with pytest.raises(SkillwiseError, match="no encoder for language 'en'; pass --vectors hf:"):
        planned("dnn-mlm", "dnn-context")
    with pytest.raises(SkillwiseError, match="system dnn: reads words in their sentences"):
        planned("dnn", changes=("dnn.context=true",))


def test_an_encoder_that_is_nowhere_is_told_even_where_nobody_reads_it() -> None:
    with pytest.raises(SkillwiseError, match="hf:/no/such: no such folder"):
        planned("dnn-mlm", vectors=(Path("hf:/no/such"),))


def test_a_folder_of_an_encoder_is_no_store(tmp_path: Path) -> None:
    place = make_encoder(tmp_path / "e")
    with pytest.raises(SkillwiseError, match=f"is an encoder, no vector store; .*hf:{place}"):
        resolve([place], ["en"])


def test_given_then_packaged(tmp_path: Path, nothing_packaged: Path) -> None:
    english = make_encoder(tmp_path / "english", card="---\nlanguage: en\n---\n")
    packaged = make_encoder(nothing_packaged / "de")
    found = resolve_encoders([given(english)], ["de", "en", "fr"])
    assert {language: each.path for language, each in found.items()} == {
        "en": english, "de": packaged,
    }  # fmt: skip


def test_one_encoder_a_language(tmp_path: Path) -> None:
    english = make_encoder(tmp_path / "english", card="---\nlanguage: [en, de]\n---\n")
    german = make_encoder(tmp_path / "german", card="---\nlanguage: de\n---\n")
    anything = make_encoder(tmp_path / "anything")
    assert set(resolve_encoders([given(anything)], ["en", "fr"])) == {"en", "fr"}
    with pytest.raises(SkillwiseError, match=r"english is for 'de' too; give one encoder"):
        resolve_encoders([given(english), given(german)], ["en", "de"])
    assert set(resolve_encoders([given(english), given(german)], ["en"])) == {"en"}


def test_what_dnn_is_now_has_a_name_of_its_own() -> None:
    dnn, same = SYSTEMS["dnn"], SYSTEMS["dnn-mlm-transfer"]
    assert dnn.settings_json() == same.settings_json()


def test_source_models_are_named_by_the_encoder_they_read(tmp_path: Path) -> None:
    one, two = (make_encoder(tmp_path / str(seed), seed) for seed in (0, 1))
    context = ("dnn.context=true",)
    plans = [
        planned("dnn", vectors=(given(one),)),
        planned("dnn", vectors=(given(one),), changes=context),
        planned("dnn", vectors=(given(two),), changes=context),
    ]
    (static,), (first,), (second,) = (
        [s.request for s in each.sources["dnn"].values()] for each in plans
    )
    assert static.encoder is None and first.encoder is not None
    assert len({static.digest, first.digest, second.digest}) == 3


def test_systems_that_read_no_encoder_count_no_library_of_it() -> None:
    static, context = system_specs(["dnn-mlm", "dnn-context"])
    assert static.code_digest() != context.code_digest()
