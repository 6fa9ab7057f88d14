"""Ablations: a base and named changes, each with its paired difference."""
