# Every target sets up .venv from nothing first; only python3 >= 3.11 with venv and pip is assumed.
PYTHON ?= python3
BIN := .venv/bin
RUN ?= runs/starter
MINUTES ?= 2

KILLS ?= 20

.PHONY: compare docs test torture check clean

.venv: .venv/installed

.venv/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "python >= 3.11 is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

# the whole story: MLM vectors from chat and the skills' own sentences, then every system on every skill
compare: .venv runs/vectors/en/vectors.safetensors
	$(BIN)/skillwise compare --suite starter --vectors runs/vectors/en --out $(RUN)

runs/vectors/en/vectors.safetensors: | .venv
	$(BIN)/skillwise pretrain --chitchat --suite starter --locale en --minutes $(MINUTES) --resume --out runs/vectors/en

test: .venv
	$(BIN)/python -m pytest

# SIGKILL so often in each of thirteen commands, full disks, jumping clocks; the counts are printed
torture: .venv
	SKILLWISE_KILLS=$(KILLS) $(BIN)/python -m pytest tests/torture tests/evaluation/workers/test_dispatch.py tests/evaluation/workers/test_cluster.py

check: .venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

# fills the tables of README.md and docs/ from docs/results
docs: .venv
	$(BIN)/python benchmarks/tables.py

clean:
	rm -rf .venv runs dist
