"""What scientists import: each command as a function, its results as tables."""
