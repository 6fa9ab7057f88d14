"""Word maps as a picture in a file, by matplotlib: SVG, PNG or PDF."""

from collections.abc import Sequence
from pathlib import Path

from data_cards.errors import SkillwiseError
from data_cards.scratch import written_whole
from pretrain.quality.labels import HEIGHT, SIZE, WIDTH
from pretrain.quality.word_map import WordMap, caption

KINDS = (".svg", ".png", ".pdf")
INK, SOFT, LINE, PAPER = "#1c2024", "#5b6470", "#d9dee4", "#ffffff"
COLOURS = ("#b84a00", "#0072b2", "#007d5b", "#a8508a", "#8a6a00", "#2f8fc4", "#1c2024", "#5b6470")
SHAPES = ("o", "s", "^", "D")
"""With the colours, so that no group is told by its colour alone; the four of the second half are
turned by one, so that two of one shape never have like colours."""

_INCHES = WIDTH / 100
_POINTS = 72 / 100  # a unit of the canvas, in points of type


def draw(maps: Sequence[tuple[str, WordMap]], path: Path) -> None:
    """Draw titled maps one below the other into a file, whole or not at all; the same maps give
    the same file. Its name says which kind of picture it is."""
    if path.suffix.lower() not in KINDS:
        raise SkillwiseError(f"--out {path}: is no {', '.join(KINDS)}; name a picture of these")
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "skillwise"}):  # ids of an SVG, else drawn at random
        tall = (HEIGHT + 100) / 100
        figure = Figure(figsize=(_INCHES, tall * len(maps)), facecolor=PAPER, layout="constrained")
        for axes, (title, found) in zip(
            figure.subplots(len(maps), squeeze=False)[:, 0], maps, strict=True
        ):
            _draw(axes, title, found)
        kind = path.suffix.lower().removeprefix(".")
        undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
        with written_whole(path, "name another --out") as scratch:
            figure.savefig(scratch, format=kind, dpi=150, metadata=undated)


def _draw(axes: object, title: str, found: WordMap) -> None:
    from matplotlib.axes import Axes

    assert isinstance(axes, Axes)
    axes.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0), xticks=[], yticks=[], aspect="equal")
    for spine in axes.spines.values():
        spine.set_color(LINE)
    for number, name in enumerate(found.groups):
        own = [word for word in found.words if word.group == number]
        if not own:
            continue
        colour = COLOURS[number % len(COLOURS)]
        axes.scatter(
            [w.x for w in own], [w.y for w in own], s=20, color=colour, label=name,
            marker=SHAPES[(number + number // len(SHAPES)) % len(SHAPES)],
        )  # fmt: skip
        for word in own:
            axes.text(
                word.label.x, word.label.y, word.word, color=colour, size=SIZE * _POINTS,
                ha={"start": "left", "middle": "center", "end": "right"}[word.label.anchor],
                va="baseline",
            )  # fmt: skip
    axes.set_title(title, loc="left", color=INK, size=12, weight="bold", pad=30)
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=len(found.groups), frameon=False,
        fontsize=9, handletextpad=0.1, columnspacing=1.0, borderaxespad=0.2,
    )  # fmt: skip
    axes.set_xlabel(caption(found), loc="left", color=SOFT, size=8.5, wrap=True)
