"""Settings of the network and its training; a key that stands in no line here is refused."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class DNNSettings(BaseModel):
    """The network `dnn-*`; defaults were chosen on development draws (docs/LOG.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vectors: Literal["random", "store"] = Field("store", description="where word vectors come from")
    vector_norm: float = Field(4.0, gt=0, description="mean norm the word vectors are scaled to")
    projection: int = Field(128, ge=0, description="width words are projected to; 0 = as they are")
    characters: int = Field(64, ge=0, description="width of the character n-gram sum; 0 = none")
    shared: int = Field(64, gt=0, description="units a direction of the shared bi-LSTM")
    task: int = Field(48, gt=0, description="units a direction of each task bi-LSTM")
    hidden: int = Field(128, ge=0, description="hidden units of the intent head; 0 = linear head")
    pooled_words: bool = Field(True, description="the intent head also sees pooled word inputs")
    crf: bool = Field(True, description="CRF on the tags; else softmax, decoded in constraint")
    dropout: float = Field(0.5, ge=0, lt=1, description="of LSTM outputs and heads")
    input_dropout: float = Field(0.3, ge=0, lt=1, description="of word inputs, a mask a sentence")
    word_dropout: float = Field(0.1, ge=0, lt=1, description="share of words without their vector")
    label_smoothing: float = Field(0.1, ge=0, lt=1, description="of the intent's target")
    learning_rate: float = Field(3e-3, gt=0, description="peak rate of AdamW")
    weight_decay: float = Field(1e-2, ge=0, description="decoupled weight decay of AdamW")
    batch: int = Field(32, gt=0, description="sentences a step")
    epochs: int = Field(30, gt=0, description="passes over the training utterances")
    min_steps: int = Field(200, gt=0, description="a small skill is trained at least so many steps")
    max_steps: int = Field(1500, gt=0, description="a large one at most so many")
    average: float = Field(0.98, ge=0, lt=1, description="decay of the averaged weights; 0 = last")
