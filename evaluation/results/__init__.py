"""results.sqlite and a run's folder, read and written."""
