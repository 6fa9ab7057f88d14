"""Settings of the transformer that `skillwise pretrain --encoder transformer` trains."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

AFTERWARDS = {"export", "words", "fewest", "contexts", "remove"}
"""Settings of the store, which is made when the training is done."""


class EncoderSettings(BaseModel):
    """BERT's layers over word pieces, masked words and words of the neighbouring lines."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    pieces: int = Field(22_000, gt=100, description="word pieces, most of them whole words")
    table: int = Field(300, gt=1, description="width of the piece vectors")
    width: int = Field(320, gt=1, description="width of the states")
    layers: int = Field(4, ge=1, description="transformer layers")
    heads: int = Field(5, ge=1, validate_default=True, description="attention heads")
    feed_forward: int = Field(1280, gt=0, description="inner width of feed-forward")
    dropout: float = Field(0.0, ge=0, lt=1, description="dropout in the layers")
    longest: int = Field(64, gt=2, description="pieces a line; a longer line is cut")
    shortest: int = Field(3, gt=0, description="pieces a line that is read for itself, at least")
    batch: int = Field(4096, gt=0, description="pieces a step, in lines of one length")
    mask: float = Field(0.25, gt=0, lt=1, description="share of words to be predicted")
    keep: float = Field(0.1, ge=0, lt=1, description="of those, share left as it is")
    replace: float = Field(0.1, ge=0, lt=1, description="of those, share replaced at random")
    subsample: float = Field(
        1e-3, ge=0, description="a more frequent piece is predicted less often; 0 = off"
    )
    negatives: int = Field(6144, ge=0, description="sampled softmax candidates; 0 = full softmax")
    neighbours: float = Field(
        0.3, ge=0, description="weight of predicting words of the lines before and after; 0 = off"
    )
    counted_start: bool = Field(True, description="start from the factorised co-occurrence matrix")
    window: int = Field(5, gt=0, description="pieces a side that the start counts")
    table_rate: float = Field(0.02, ge=0, description="peak rate of the piece tables; 0 = frozen")
    rate: float = Field(1e-3, gt=0, description="peak rate of the layers")
    weight_decay: float = Field(0.01, ge=0, description="decoupled weight decay of the layers")
    warm_up: int = Field(300, gt=0, description="steps in which the rate rises to its peak")
    fall: float = Field(
        0.3, gt=0, le=1, description="share of the steps, the last ones, in which the rate falls"
    )
    export: Literal["read", "answer", "mean", "states", "two-layers"] = Field(
        "mean", description="what the store of word vectors is made of"
    )
    words: int = Field(40_000, gt=1, description="words of the store, most frequent first")
    fewest: int = Field(4, ge=1, description="rarer words are not in the store")
    contexts: int = Field(64, gt=0, description="states: places of a word that are read, at most")
    remove: int = Field(3, ge=0, description="top components removed from the store's vectors")

    def of_training(self) -> str:
        """The settings that the state at a step depends on, as JSON: what a checkpoint is of.

        How the rate falls at the end and what is made of the model afterwards are not among them.
        """
        return self.model_copy(update={"fall": 1.0}).model_dump_json(exclude=AFTERWARDS)

    @field_validator("heads")
    @classmethod
    def _divides(cls, heads: int, given: ValidationInfo) -> int:
        width = given.data.get("width")
        if width is not None and width % heads:
            raise ValueError(f"{heads} heads do not divide width {width}")
        return heads
