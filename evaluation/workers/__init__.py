"""Processes and clusters that do cells."""
