"""The picture of `convergence.py`: mean relative development score against steps."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data_cards.scratch import written_whole
from evaluation.stats.convergence import SHARE, Curve
from pretrain.quality.drawing import COLOURS, INK, LINE, PAPER, SOFT


def draw(fits: Sequence[Sequence[Curve]], names: Sequence[str], path: Path) -> None:
    """Draw the curves of all fits, the cold start's first in each, over the cold start's best.

    Between looks a score is the last one seen; behind a training's end, its last. Fits whose cold
    start has no frame right are left out. Steps are drawn by their logarithm, 0 as 1/2.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    kept = [curves for curves in fits if max(curves[0].scores) > 0]
    if not kept:
        return
    last = max(max(c.steps) for curves in kept for c in curves)
    grid = np.unique(np.concatenate([[0], np.geomspace(1, last, 300).round()]))
    with rc_context({"svg.hashsalt": "skillwise"}):  # ids of an SVG, else drawn at random
        figure = Figure(figsize=(7, 4.2), facecolor=PAPER, layout="constrained")
        axes = figure.subplots()
        for number, (name, dashes) in enumerate(zip(names, ("--", "-"), strict=True)):
            scores = np.mean([_at(c[number], grid) / max(c[0].scores) for c in kept], axis=0)
            axes.step(np.maximum(grid, 0.5), 100 * scores, dashes, where="post", label=name,
                      color=COLOURS[number])  # fmt: skip
        axes.axhline(100 * SHARE, color=SOFT, linewidth=0.8, linestyle=":")
        axes.set(xscale="log", ylim=(0, None))
        axes.set_xlabel("training steps (the leftmost point: before the first)", color=INK)
        axes.set_ylabel("% of the cold start's best frame accuracy", color=INK)
        axes.set_title(f"Mean over {len(kept)} fits, development utterances", loc="left", color=INK)
        axes.grid(color=LINE, linewidth=0.6)
        axes.legend(frameon=False, loc="lower right")
        with written_whole(path) as scratch:
            figure.savefig(scratch, format="svg", metadata={"Date": None})


def _at(curve: Curve, steps: np.ndarray) -> np.ndarray:
    seen = np.searchsorted(curve.steps, steps, side="right") - 1
    return np.asarray(curve.scores)[seen]
