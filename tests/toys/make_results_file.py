"""How results_files/schema-1.sqlite was made: once, by the release that wrote schema 1.

A new schema gets a file of its own, made the same way; the old ones stay as they are.
"""

import sys
from pathlib import Path

from simulated_run import skill, write_run

from evaluation.results.schema import SCHEMA

if __name__ == "__main__":
    folder = (
        Path(sys.argv[1])
        if len(sys.argv) > 1
        else Path(__file__).parents[1] / "evaluation" / "results" / "results_files"
    )
    skills = [skill(number, utterances=8) for number in range(2)]
    write_run(folder / f"schema-{SCHEMA}.sqlite", skills, ("maxent-crf", "dnn-mlm"), seeds=2)
