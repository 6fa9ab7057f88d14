"""Utterances as tensors."""
