"""A user's own files, in and out of the neutral format."""
