"""Two systems on skills of your own, as pandas tables.

    python examples/compare_own_skills.py [FOLDER OF SKILLS]

Each skill is a folder `<skill>@<locale>` with `train.jsonl` and `test.jsonl`; those in
`examples/skills` show the format. The run goes to `runs/own`, its page is `runs/own/report.html`.
"""

import sys
from pathlib import Path

import evaluation as ev

SKILLS = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "skills"

run = ev.compare(["maxent-crf", "maxent-crf-strong"], data=SKILLS, seeds=2, out="runs/own", jobs=1)
print(run.headline, "\n")

cells = run.cells()
print(cells.pivot_table("frame_accuracy", index=["skill", "locale"], columns="system").round(3))

gains = run.comparisons()
overall = gains[gains["locale"].isna()]  # all locales at once
print(overall[["metric", "points", "points_ci_low", "points_ci_high", "wins", "losses"]].round(3))

verdicts = run.verdicts()
print(verdicts[["skill", "verdict", "reason"]].to_string())

answers = run.predictions()
wrong = answers[(answers["system"] == "maxent-crf-strong") & ~answers["right"]]
for row in wrong.drop_duplicates("utterance").head(5).itertuples():
    print(f"{' '.join(row.tokens)!r}: {row.intent}, should be {row.gold_intent}")
