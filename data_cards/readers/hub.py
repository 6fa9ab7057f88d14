"""Any Hugging Face hub data set by column names: pinned, streamed, or from its own folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from data_cards.card import Card
from data_cards.errors import SkillwiseError
from data_cards.faults import Faults
from data_cards.parsing.columns import SPLITS, Columns, Row, read_rows
from data_cards.parsing.options import settle
from data_cards.records import Skill


class HubOptions(Columns):
    """The data set's configuration and splits, and what its columns hold."""

    config: str | None = None
    splits: dict[str, str] = Field(
        default={"train": "train", "test": "test"}, min_length=1
    )  # train, dev, test or "all" -> the data set's own name


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield the skills that the rows make; see `Columns`.

    Reads the card's folder where it names one (`skillwise cards download` fills it), else streams
    from the hub at the pinned revision.
    """
    options = settle(card, HubOptions)
    source = card.skillwise.source
    if not source.folder and not (source.hub and source.revision):
        raise SkillwiseError(
            f"card {card.name}: source has no hub id with a revision; what is not pinned cannot "
            "be compared, so name both"
        )
    yield from read_rows(_rows(card, root, options), options, faults)


def _rows(card: Card, root: Path, options: HubOptions) -> Iterator[Row]:
    for split, name in options.splits.items():
        try:
            stream = _stream(card, root, options.config, name)
            features = stream.features or {}
            for column in options.named:
                if features and column not in features:
                    raise SkillwiseError(
                        f"card {card.name}: {root} has no column {column!r}; "
                        f"it has {', '.join(features)}"
                    )
            for row in stream:
                yield root, None, SPLITS.get(split, ""), _named(row, features)
        except SkillwiseError:
            raise
        except (ImportError, MemoryError):
            raise
        except Exception as error:  # the loaders raise whatever their formats and HTTP raise
            raise SkillwiseError(
                f"card {card.name}: split {name!r} of {root} cannot be read "
                f"({type(error).__name__}: {error}); check its name, or run `skillwise cards "
                f"download {card.name}` where the network is"
            ) from error


def _stream(card: Card, root: Path, config: str | None, split: str) -> Any:
    import datasets  # slow to import, and no other reader needs it

    source = card.skillwise.source
    if source.folder:
        return datasets.load_dataset(str(root), config, split=split, streaming=True)
    return datasets.load_dataset(
        source.hub, config, split=split, revision=source.revision, streaming=True
    )


def _named(row: dict[str, Any], features: Any) -> dict[str, Any]:
    """Give class labels their names: a number means nothing without its data set."""
    out = dict(row)
    for column, feature in features.items():
        inner = getattr(feature, "feature", feature)
        if not hasattr(inner, "int2str"):
            continue
        value = row[column]
        if isinstance(value, int) and value >= 0:
            out[column] = inner.int2str(value)
        elif isinstance(value, list):
            out[column] = [inner.int2str(v) for v in value]
    return out
