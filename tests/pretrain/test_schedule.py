"""The rate's course: a rise to its peak, a stay as long as it is told, a fall to a hundredth."""

import pytest

from pretrain.schedule import share_of_peak


@pytest.mark.parametrize("held", [0, 1, 5])
def test_it_rises_evenly_and_falls_along_a_cosine(held: int) -> None:
    shares = [share_of_peak(step, 10, 110, held) for step in range(1, 111)]
    assert shares[:10] == [step / 10 for step in range(1, 11)]
    assert shares[10 : 10 + held] == [1.0] * held
    falling = shares[9 + held :]
    assert all(later < earlier for earlier, later in zip(falling, falling[1:], strict=False))
    assert share_of_peak(60 + held, 10, 110, held) == pytest.approx(0.505)  # halfway


def test_it_ends_at_a_hundredth() -> None:
    assert share_of_peak(110, 10, 110) == pytest.approx(0.01)
    assert share_of_peak(1, 1, 1) == 1.0  # a training of one step
