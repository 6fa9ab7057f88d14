"""Encoders: folders of `transformers` that read words in their sentences, ours or anybody's."""
