"""How figures are written: one form for each kind, one sign for nothing."""

import pytest

from evaluation.report import format as forms
from evaluation.scoring.names import SkillRef, cell_name, language, shots_name


def test_each_kind_of_figure_has_one_form() -> None:
    assert forms.percent(0.1234) == "+12.3%"
    assert forms.points(-0.0312) == "-3.1"
    assert forms.signed(-0.0312) == "\N{MINUS SIGN}3.1"
    assert forms.share(0.41) == "41.0%"
    assert (forms.score(0.1234), forms.score(1.0)) == (".123", "1.000")
    assert forms.ratio(4.812) == "4.81"
    assert forms.between("+1.0", "+2.0") == "+1.0 to +2.0"


@pytest.mark.parametrize(
    "form", [forms.percent, forms.points, forms.signed, forms.share, forms.score, forms.ratio]
)
def test_what_was_not_measured_is_one_sign(form: object) -> None:
    assert callable(form)
    assert form(None) == forms.NOTHING
    assert forms.between(form(None), form(None)) == forms.NOTHING


def test_one_utterance_is_no_plural() -> None:
    assert forms.shots_words(1).startswith("1 utterance ")
    assert forms.shots_words(5).startswith("5 utterances ")
    assert forms.shots_words(None) == "all training utterances"


def test_names_of_skills_and_cells() -> None:
    skill = SkillRef("starter", "bank", "en-GB")
    assert (skill.key, skill.label, skill.language) == ("bank@en-GB", "starter/bank@en-GB", "en")
    assert language("de") == "de"
    assert (shots_name(None), shots_name(5)) == ("all", "5")
    assert cell_name(skill.label, "dnn", 5, 1) == "starter/bank@en-GB dnn shots 5 seed 1"
