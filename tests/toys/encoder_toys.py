"""Encoders of two small layers with weights drawn at random, as folders that transformers opens."""

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, ElectraConfig, ElectraModel, PreTrainedTokenizerFast

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
WHOLE = ("will", "it", "rain", "in", "play", "some", "stop", "please", "berlin", "jazz")
MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LONGEST = 16
WIDTH = 12


def tokenizer(*, ends: bool) -> PreTrainedTokenizerFast:
    """Pieces of words: some whole words, and letters; with `ends`, [CLS] and [SEP] about them."""
    pieces = [*MARKS, *WHOLE, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    made = Tokenizer(models.WordPiece({p: i for i, p in enumerate(pieces)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    if ends:
        made.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        )
    return PreTrainedTokenizerFast(tokenizer_object=made, unk_token="[UNK]", pad_token="[PAD]")


def make_encoder(folder: Path, seed: int = 0, *, card: str = "") -> Path:
    """An encoder as ours are: ELECTRA, no marks at the ends, float16 on the disk."""
    shape = {"num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
    words = tokenizer(ends=False)
    config = ElectraConfig(
        vocab_size=len(words), embedding_size=WIDTH, hidden_size=WIDTH,
        max_position_embeddings=LONGEST, initializer_range=0.5, **shape,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        ElectraModel(config).half().save_pretrained(folder)
    words.save_pretrained(folder)
    if card:
        (folder / "README.md").write_text(card, "utf-8")
    return folder


def make_sentence_encoder(folder: Path, *, first: bool = False) -> Path:
    """An encoder as sentence-transformers keeps them: BERT, marks at the ends, a pooling."""
    words = tokenizer(ends=True)
    config = BertConfig(
        vocab_size=len(words), hidden_size=WIDTH, max_position_embeddings=LONGEST,
        num_hidden_layers=2, num_attention_heads=2, intermediate_size=16, initializer_range=0.5,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    words.save_pretrained(folder)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"pooling_mode_cls_token": first, "pooling_mode_mean_tokens": not first})
    )
    return folder
