"""The text of the MLM benchmarks: English dialogue and speech."""

import os
from pathlib import Path

from data_cards.card import DATA_VARIABLE
from pretrain.mlm.settings import PretrainSettings
from pretrain.text import sources
from pretrain.text.corpus import Corpus, prepare
from pretrain.text.sources import Source
from pretrain.transformer import lines
from pretrain.transformer.lines import Lines
from pretrain.transformer.settings import EncoderSettings

NAMES = (
    "ami_transcripts", "common_voice_sentences_en", "disfl_qa", "mimic_prompts_en", "multidogo",
    "query_wellformedness", "sgd", "synthetic_persona_chat", "taskmaster", "topical_chat",
)  # fmt: skip
BOTH = ("chatterbot_corpus", "tatoeba_en_de_50k", "voice_scripts_en_de")


def dialogue(folder: Path) -> Corpus:
    """8 M words, one corpus and vocabulary for all that is compared."""
    given = PretrainSettings()
    return prepare(
        _sources(), folder, row=given.row,
        max_words=given.max_words, min_count=given.min_count,
    )  # fmt: skip


def dialogue_lines(folder: Path, pieces: int = EncoderSettings().pieces) -> Lines:
    """The same text as lines of word pieces."""
    given = EncoderSettings()
    return lines.prepare(_sources(), folder, pieces=pieces, longest=given.longest)


def similarity_sets() -> Path:
    """The folder of the word-similarity sets."""
    return Path(os.environ[DATA_VARIABLE]) / "word_similarity"


def _sources() -> list[Source]:
    text = Path(os.environ[DATA_VARIABLE]) / "text"
    files = [text / name / "text.txt.gz" for name in NAMES]
    files += [text / name / "text.en.txt.gz" for name in BOTH]
    return [sources.file(str(path)) for path in files]
