"""Why a baseline answered as it did: the weighted features behind the intent and each tag."""

from dataclasses import dataclass

from data_cards.records import Prediction


@dataclass(frozen=True, slots=True)
class Evidence:
    """One feature and what it added to the score (negative: took away), in nats."""

    feature: str
    weight: float


@dataclass(frozen=True, slots=True)
class TagExplanation:
    """One word, its tag, and what spoke for it."""

    word: str
    tag: str
    transition: Evidence | None  # from the tag before; None at the first word
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The evidence behind one prediction, heaviest first."""

    prediction: Prediction
    intent: tuple[Evidence, ...]
    tags: tuple[TagExplanation, ...]

    def __str__(self) -> str:
        return render(self)


def render(explanation: Explanation) -> str:
    """An explanation as text, a line a feature."""
    frame = explanation.prediction.frame
    lines = [f"intent {frame.intent} (frame confidence {explanation.prediction.confidence:.3f})"]
    lines += _lines(explanation.intent)
    for tag in explanation.tags:
        lines.append(f"{tag.word} -> {tag.tag}")
        lines += _lines(([tag.transition] if tag.transition else []) + list(tag.evidence))
    return "\n".join(lines)


def _lines(evidence: tuple[Evidence, ...] | list[Evidence]) -> list[str]:
    return [f"  {e.weight:+7.3f}  {e.feature}" for e in evidence]
