"""Two-stage transfer: the source model, its training, and output layers that start fitted."""
