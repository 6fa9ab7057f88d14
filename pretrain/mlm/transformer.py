"""The transformer encoder: BERT's layers over rows in which some words are masked."""

from torch import Tensor, nn
from torch.nn import functional as F
from transformers import BertConfig, BertModel

from pretrain.mlm.settings import PretrainSettings


class Transformer(nn.Module):
    """Words (rows, row, width) -> contextual states (positions, width); Devlin et al. 2019."""

    def __init__(self, settings: PretrainSettings) -> None:
        super().__init__()
        config = BertConfig(
            vocab_size=1,  # its own word table is not used
            hidden_size=settings.width,
            num_hidden_layers=settings.layers,
            num_attention_heads=settings.heads,
            intermediate_size=settings.feed_forward,
            max_position_embeddings=settings.row,
            hidden_dropout_prob=settings.dropout,
            attention_probs_dropout_prob=0.0,  # keeps the fused attention kernel
        )
        self.bert = BertModel(config, add_pooling_layer=False)
        # several processes wait for the gradient of every parameter; this one never has any
        self.bert.embeddings.word_embeddings.requires_grad_(False)
        self.scale = settings.width**0.5  # unit-norm words enter with unit-variance components
        self.transform = nn.Linear(settings.width, settings.width)
        self.norm = nn.LayerNorm(settings.width)

    def forward(self, words: Tensor, positions: Tensor) -> Tensor:
        """States at flat `positions` (masked,) of words (rows, row, width) -> (masked, width)."""
        states = self.bert(inputs_embeds=words * self.scale).last_hidden_state
        masked = states.reshape(-1, states.shape[-1])[positions]
        normed: Tensor = self.norm(F.gelu(self.transform(masked)))
        return normed
