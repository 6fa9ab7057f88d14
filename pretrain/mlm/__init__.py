"""The log-bilinear encoder, its training, and the counted start."""
