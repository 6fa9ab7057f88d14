"""`python -m evaluation`, for `accelerate launch -m`."""

from evaluation.cli import main

if __name__ == "__main__":
    main()
