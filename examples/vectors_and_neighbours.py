"""What word vectors know: neighbours, likeness of two words, and the word that does not belong.

python examples/vectors_and_neighbours.py [LANGUAGE OR FOLDER OF A STORE]
"""

import sys

import numpy as np

import evaluation as ev

store = ev.vectors(sys.argv[1] if len(sys.argv) > 1 else "en")
print(f"{len(store):,} words, the most frequent are {', '.join(store.words[:5])}")

for word in ("apple", "monday", "music"):
    near = ", ".join(f"{each.word} {each.cosine:.2f}" for each in store.neighbours(word, 5))
    print(f"{word}: {near}")


def unit(word: str) -> np.ndarray:
    """The vector of a word, scaled to length 1."""
    (vector,) = store.vectors([word])
    return vector / np.linalg.norm(vector)


print(f"monday and tuesday: {unit('monday') @ unit('tuesday'):.2f}")
print(f"monday and music: {unit('monday') @ unit('music'):.2f}")

group = ["breakfast", "lunch", "dinner", "monday"]
middle = sum(unit(word) for word in group)
print(f"of {', '.join(group)} this does not belong: {min(group, key=lambda w: unit(w) @ middle)}")
