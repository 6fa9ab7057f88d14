"""How good a store is: similarity, analogies, and a map of its words."""
