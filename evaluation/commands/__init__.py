"""One module a command; `evaluation.cli` is the table of them."""
