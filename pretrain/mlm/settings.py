"""Settings of the log-bilinear encoder; defaults were found by the ablations in docs/LOG.md."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator


class PretrainSettings(BaseModel):
    """What `skillwise pretrain --encoder log-bilinear` trains; what the text tells is derived."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    width: int = Field(300, gt=1, description="dimensions of the word vectors and of the encoder")
    tied: bool = Field(False, description="one table reads and answers; else one for each")
    heads: int = Field(10, ge=1, validate_default=True, description="sets of position weights")
    reach: int = Field(10, ge=1, description="words a side that are seen")
    max_words: int = Field(40000, gt=1, description="vocabulary, most frequent words first")
    min_count: int = Field(4, ge=1, description="rarer words are [UNK]")
    row: int = Field(64, gt=1, description="words a packed row; sentences are joined, never padded")
    rows: int = Field(64, gt=0, description="rows a step at full batch")
    ramp: float = Field(0.1, ge=0, lt=1, description="share of the budget with a quarter batch")
    mask: float = Field(0.35, gt=0, lt=1, description="share of words to be predicted")
    negatives: int = Field(512, ge=0, description="sampled softmax candidates; 0 = full softmax")
    subsample: float = Field(
        1e-4, ge=0, description="a frequent word is predicted less often; 0=off"
    )
    warm_start: bool = Field(True, description="start from the factorised co-occurrence matrix")
    window: int = Field(5, gt=0, description="words a side that the warm start counts")
    table_rate: float = Field(0.02, gt=0, description="peak rate of the word tables")
    rate: float = Field(1e-3, gt=0, description="peak rate of the encoder")
    weight_decay: float = Field(0.01, ge=0, description="decoupled weight decay of the encoder")
    export: Literal["read", "answer", "mean"] = Field("mean", description="the table exported")
    remove: int = Field(3, ge=0, description="top components removed at export")

    @field_validator("heads")
    @classmethod
    def _divides(cls, heads: int, given: ValidationInfo) -> int:
        width = given.data.get("width")
        if width is not None and width % heads:
            raise ValueError(f"{heads} heads do not divide width {width}")
        return heads
