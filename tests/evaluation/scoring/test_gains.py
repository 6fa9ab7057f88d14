"""The three ways to say a gain, and where they have no meaning."""

import pytest

from evaluation.scoring.gains import Gain, gain


def test_three_ways() -> None:
    found = gain(0.8, 0.9)
    assert found.points == pytest.approx(0.1)
    assert found.relative_gain == pytest.approx(0.125)
    assert found.relative_error_reduction == pytest.approx(0.5)


def test_an_error_rate_is_its_own_error() -> None:
    found = gain(0.4, 0.3, higher_is_better=False)
    assert found.points == pytest.approx(-0.1)
    assert found.relative_gain == pytest.approx(-0.25)
    assert found.relative_error_reduction == pytest.approx(0.25)


def test_unmeasurable_is_none() -> None:
    assert gain(None, 0.5) == Gain(None, None, None)
    assert gain(0.5, float("nan")) == Gain(None, None, None)
    assert gain(0.0, 0.5).relative_gain is None
    assert gain(1.0, 0.5).relative_error_reduction is None
    assert gain(0.0, 0.1, higher_is_better=False).relative_error_reduction is None
