"""Text -> masked language model -> word vectors -> the shared store."""
