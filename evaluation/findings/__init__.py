"""From cells to comparisons, verdicts, slices and scores."""
