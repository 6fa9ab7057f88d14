"""Metrics, and one cell's measurement."""
