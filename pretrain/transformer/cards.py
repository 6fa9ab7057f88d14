"""The cards of the two stores that a training of the transformer makes."""

import json

from pretrain.transformer.lines import Lines
from pretrain.transformer.model import MaskedLanguageModel
from pretrain.transformer.request import Request

MADE_OF = {
    "read": "the table of pieces that the encoder reads",
    "answer": "the table of pieces that its answers come from",
    "mean": "the mean of the table of pieces that the encoder reads and the one it answers from",
    "states": "the states of its last layer, averaged over places where the word stands",
    "two-layers": "the mean of its last two layers' states, averaged over places of the word",
}


def of_encoder(
    request: Request, lines: Lines, taken: dict[str, int], model: MaskedLanguageModel,
    steps: int, seconds: float,
) -> str:  # fmt: skip
    """The card of the encoder store."""
    settings = request.settings
    layers = sum(p.numel() for n, p in model.encoder.named_parameters() if "word_emb" not in n)
    return f"""---
language: [{request.language}]
library_name: transformers
tags: [masked-language-modelling, electra]
---
# Encoder, {request.language}: {settings.layers} layers of {settings.width}

A transformer of {layers / 1e6:.1f} million weights under {lines.tokenizer.get_vocab_size():,} piece
vectors of {settings.table} dimensions, trained by masked language modelling on
{int(lines.counts.sum()):,} running pieces a pass, {steps * settings.batch:,} in {steps:,}
steps ({seconds / 60:.0f} minutes in the last sitting), seed {request.seed}.
`transformers.AutoModel.from_pretrained` and `AutoTokenizer` open this folder by themselves. It
reads lower-cased words without punctuation, without begin or end symbols.

{_origin(request, lines, taken)}"""


def of_vectors(
    request: Request, lines: Lines, taken: dict[str, int], words: int, width: int, steps: int
) -> str:
    """The card of the store of word vectors; its content digest is filled in by the writer."""
    return f"""---
language: [{request.language}]
library_name: skillwise
tags: [word-embeddings, masked-language-modelling]
---
# Word vectors, {request.language}, {width} dimensions, of a transformer

{words:,} words of a masked language model: a transformer of {request.settings.layers} layers,
trained for {steps:,} steps, whose encoder lies beside them in `encoder`. They are made of
{MADE_OF[request.settings.export]}. Content digest `{{digest}}`.

{_origin(request, lines, taken)}"""


def _origin(request: Request, lines: Lines, taken: dict[str, int]) -> str:
    """Command, texts, stop list and settings."""
    sources = "\n".join(
        f"- {s.name}, weight {s.weight}, digest `{s.digest[:16]}`" for s in request.sources
    )
    settings = json.dumps(request.settings.model_dump(mode="json"), indent=1)
    return f"""Made by

    {request.command or "pretrain.transformer.pipeline.pretrain"}

from {len(lines.source):,} lines of

{sources}

{request.stop.told(taken)}

Settings:

```json
{settings}
```
"""
