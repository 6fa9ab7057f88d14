"""Does a plan in a folder: compare, merge, pack."""
