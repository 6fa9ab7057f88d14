"""Settings of the network and its training; a key that stands in no line here is refused."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class TuningSettings(BaseModel):
    """How a shared encoder is tuned on mature skills."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    steps: int = Field(6000, gt=0, description="optimizer steps")
    batch: int = Field(64, gt=0, description="utterances a step, of one length, of any skill")
    rate: float = Field(2e-4, gt=0, description="peak rate of the encoder's layers")
    head_rate: float = Field(2e-3, gt=0, description="peak rate of the heads")
    warm_up: float = Field(0.05, gt=0, lt=1, description="share of the steps in which rates rise")
    weight_decay: float = Field(0.01, ge=0, description="decoupled weight decay")
    dropout: float = Field(0.1, ge=0, lt=1, description="of the states that the heads read")
    masked: float = Field(0.1, ge=0, lt=1, description="share of words behind [MASK]")
    power: float = Field(0.5, ge=0, le=1, description="a skill is drawn by its size to this power")
    cap: int = Field(1000, gt=0, description="utterances a mature skill, at most")


class TransferSettings(BaseModel):
    """Stage 2: what a new skill takes over from the source model, and how it goes on from there."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    keep: Literal["nothing", "shared", "tasks", "hidden"] = Field(
        "shared", description="last layer kept; what stands above it is drawn anew"
    )
    tuning: TuningSettings | None = Field(
        None, description="stage 1 tunes the encoder first; null = the encoder stays as it is"
    )
    imprint: Literal["none", "tags", "both"] = Field(
        "tags", description="output layers that start at the least-squares fit of kept features"
    )
    imprint_wide: float = Field(
        1.0, ge=0, description="variance of the wide tag features in that fit over the kept ones'"
    )
    gain: float = Field(5.0, gt=0, description="what turns that fit, 0 to 1, into logits")
    frozen: float = Field(0.0, ge=0, le=1, description="share of steps with the trunk held still")
    lower_rate: float = Field(1.0, ge=0, description="rate of the trunk over that of the heads")
    source_steps: int = Field(24000, gt=0, description="optimizer steps of stage 1 at most")
    steps: float = Field(1.0, gt=0, description="optimizer steps over those of a cold start")


class DNNSettings(BaseModel):
    """The network `dnn-*`; defaults were chosen on development draws (docs/LOG.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    vectors: Literal["random", "table", "store", "none"] = Field(
        "store", description="where word vectors come from; random rows stay, a table's learn"
    )
    vector_norm: float = Field(6.0, gt=0, description="mean norm the word vectors are scaled to")
    table_rate: float = Field(
        1.0, gt=0, description="rate at which a random table learns, over the network's"
    )
    context: bool = Field(False, description="words have the encoder's states beside their vector")
    context_layers: int = Field(2, ge=1, description="last layers of the encoder that are read")
    context_merge: Literal["joined", "mean"] = Field(
        "joined", description="what becomes of these layers: side by side, or their mean"
    )
    context_norm: float = Field(6.0, gt=0, description="norm the states of a word are scaled to")
    context_projection: int = Field(
        128, ge=0, description="width states are projected to; 0 = together with the vectors"
    )
    sentence: bool = Field(False, description="the intent head also sees the encoder's sentence")
    sentence_norm: float = Field(6.0, gt=0, description="norm the sentence is scaled to")
    sentence_dropout: float = Field(0.3, ge=0, lt=1, description="share of the sentence dropped")
    projection: int = Field(128, ge=0, description="width words are projected to; 0 = as they are")
    characters: int = Field(64, ge=0, description="width of the character n-gram sum; 0 = none")
    shared: int = Field(64, gt=0, description="units a direction of the shared bi-LSTM")
    task: int = Field(48, gt=0, description="units a direction of each task bi-LSTM")
    hidden: int = Field(128, ge=0, description="hidden units of the intent head; 0 = linear head")
    pooled_words: bool = Field(True, description="the intent head also sees pooled word inputs")
    wide: float = Field(
        4.0, ge=0, description="scale of n-gram features that reach the intent directly; 0 = none"
    )
    wide_dropout: float = Field(
        0.5, ge=0, lt=1, description="share of sentences learned without wide features"
    )
    wide_tags: float = Field(
        8.0, ge=0, description="scale of word and lexicon features that reach the tags; 0 = none"
    )
    wide_case: bool = Field(True, description="these tell how words are written: Title, UPPER")
    swaps: int = Field(
        2, ge=0, description="copies of a training utterance with other values in its slots"
    )
    crf: bool = Field(True, description="CRF on the tags; else softmax, decoded in constraint")
    gazetteers: int = Field(32, ge=0, description="width of what catalogs say of a word; 0 = none")
    gazetteer_dropout: float = Field(0.3, ge=0, lt=1, description="share of that dropped")
    lexicon_folds: int = Field(
        5, ge=2, description="parts of the training split, each read with the others' slot values"
    )
    dropout: float = Field(0.35, ge=0, lt=1, description="of LSTM outputs and heads")
    input_dropout: float = Field(0.3, ge=0, lt=1, description="of word inputs, a mask a sentence")
    word_dropout: float = Field(0.1, ge=0, lt=1, description="share of words without their vector")
    character_dropout: float = Field(
        0.1, ge=0, lt=1, description="share of words without their character n-grams"
    )
    label_smoothing: float = Field(0.1, ge=0, lt=1, description="of the intent's target")
    learning_rate: float = Field(3e-3, gt=0, description="peak rate of AdamW")
    warm_up: float = Field(
        0.02, gt=0, lt=1, description="share of the steps in which the rate rises to its peak"
    )
    weight_decay: float = Field(1e-2, ge=0, description="decoupled weight decay of AdamW")
    batch: int = Field(16, gt=0, description="sentences a step")
    epochs: int = Field(30, gt=0, description="passes over the training utterances")
    min_steps: int = Field(200, gt=0, description="a small skill is trained at least so many steps")
    max_steps: int = Field(1500, gt=0, description="a large one at most so many")
    average: float = Field(0.98, ge=0, lt=1, description="decay of the averaged weights; 0 = last")
    weights: Literal["float32", "float16", "int8"] = Field(
        "float16", description="how the weights are kept when it is packed or saved"
    )
    local_rate: float = Field(
        0.0, ge=0, description="rate at which words learn, over the network's; 0 = all generic"
    )
    local_threshold: float = Field(
        0.3, ge=0, description="a word that moved by a smaller share of its length stays generic"
    )
    local_words: Literal["none", "spelling", "context", "both"] = Field(
        "none", description="what gives the skill's words that the store lacks their vectors"
    )
    local_prior: float = Field(
        4.0, ge=0, description="contexts that the spelling is worth in both; 0 = always half"
    )
    local_unseen: bool = Field(
        True, description="users' words that are in no store have vectors by their spelling too"
    )
    transfer: TransferSettings | None = Field(
        None, description="two-stage transfer from a source model; null = a cold start"
    )

    @property
    def reads_encoder(self) -> bool:
        """Whether anything is read of an encoder."""
        return self.context or self.sentence

    @property
    def word_rate(self) -> float:
        """The rate at which word vectors learn, over the network's; 0 where they stay."""
        return {"table": self.table_rate, "store": self.local_rate}.get(self.vectors, 0.0)

    @property
    def spells_unseen(self) -> bool:
        """Whether words that no store has, local or generic, are read by their spelling."""
        return self.local_unseen and self.local_words in ("spelling", "both")


class SourceSettings(BaseModel):
    """Stage 1: how the source model is trained on mature skills."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    network: DNNSettings = Field(DNNSettings(), description="the shape that stage 2 takes over")
    tuning: TuningSettings | None = Field(None, description="how the encoder is tuned; null = not")
    steps: int = Field(
        24000, ge=0, description="optimizer steps at most, a batch of one skill each"
    )
    epochs: int = Field(8, gt=0, description="passes over the mature skills' utterances")
    min_steps: int = Field(
        2000, ge=0, description="few utterances get so many steps, within `steps`"
    )
    batch: int = Field(32, gt=0, description="sentences a step")
    cap: int = Field(1500, gt=0, description="utterances taken of a skill at most")
    power: float = Field(0.5, ge=0, le=1, description="a skill's chance is its size to this power")
    ngram_words: int = Field(3, ge=1, description="words that must share a character n-gram")
    learning_rate: float = Field(2e-3, gt=0, description="peak rate of AdamW")
    average: float = Field(0.998, ge=0, lt=1, description="decay of the averaged trunk")
