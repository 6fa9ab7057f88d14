# Every target sets up .venv from nothing first; only python3 >= 3.11 with venv and pip is assumed.
PYTHON ?= python3
BIN := .venv/bin
RUN ?= runs/starter
STEPS ?= 400

KILLS ?= 20
PYTEST := $(BIN)/python -m pytest

.PHONY: compare docs test test-slow torture check clean

.venv: .venv/installed

.venv/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "python >= 3.11 is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

# the whole story: MLM vectors from chat and the skills' own sentences, then every system on every
# skill; by steps, not minutes, so that the same machine makes the same table
compare: .venv runs/vectors/en/vectors.safetensors
	$(BIN)/skillwise compare --suite starter --shots 20 --vectors runs/vectors/en --out $(RUN)

runs/vectors/en/vectors.safetensors: | .venv
	$(BIN)/skillwise pretrain --chitchat --suite starter --stop-list starter --locale en --steps $(STEPS) --resume --out runs/vectors/en

# the fast tests, on two cores, a file of tests on one of them: minutes
test: .venv
	$(PYTEST) -m "not slow" --numprocesses 2 --dist loadfile $(ARGS)

# the rest, one after another: killed and joined processes, Dask, a browser, the wheel, full disks
test-slow: .venv
	$(PYTEST) -m slow $(ARGS)

# as part of test-slow, but KILLS instead of two SIGKILLs in each command; the counts are printed
torture: .venv
	SKILLWISE_KILLS=$(KILLS) $(PYTEST) tests/torture tests/evaluation/workers/test_dispatch.py tests/evaluation/workers/test_cluster.py

# what a change must pass: style, types, the floors, and all tests, fast and slow
check: .venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test
	$(MAKE) test-slow

# fills the tables of README.md and docs/ from docs/results
docs: .venv
	$(BIN)/python benchmarks/tables.py

clean:
	rm -rf .venv runs dist
