"""The masked language model: a transformer over word pieces, and what is made of it."""
