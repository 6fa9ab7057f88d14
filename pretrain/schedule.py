"""The learning rate's course over a training: a rise, then a cosine down to a hundredth.

The rise is that of Goyal et al. 2017 ("Accurate, large minibatch SGD"), the cosine that of
Loshchilov and Hutter 2017 ("SGDR").
"""

import math

LAST = 0.01
"""Share of the peak rate at the end."""


def share_of_peak(step: int, warm: int, total: int, held: int = 0) -> float:
    """The rate of step 1, 2, … `total` as a share of its peak, 0 to 1.

    It rises in proportion to the step up to the peak at step `warm`, stays there for `held` more
    steps, and falls by half a cosine.
    """
    if step <= warm:
        return step / warm
    done = max(0, step - held - warm) / max(1, total - warm)
    return LAST + (1 - LAST) * 0.5 * (1 + math.cos(math.pi * done))
