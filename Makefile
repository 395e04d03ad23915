# make demo | make test | make check : each makes .venv by itself and uses it again.

PYTHON ?= python3
TORCH ?= torch==2.13.0
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=

export ORT_DISABLE_TELEMETRY = 1

.PHONY: help demo test check format bench docs picture clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/'

demo: $(VENV)/.base ## find the face in a frame that ships with tfan, write the picture
	$(BIN)/tfan demo demo-output

test: $(VENV)/.full ## every test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(VENV)/.full ## format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.full ## let ruff write the format and the fixes it knows
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.full ## speed of detect() against the published landmark network
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/bench_detect.py
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/bench_track.py
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/bench_published.py

docs: $(VENV)/.base ## write docs/reference/cli.md anew from the parser
	$(BIN)/python docs/reference/write_cli.py

picture: demo ## put the picture of the demo into the README
	mkdir -p docs/pictures
	cp demo-output/demo.png docs/pictures/demo.png

clean: ## remove what the commands above made
	rm -rf $(VENV) demo-output .pytest_cache .mypy_cache .ruff_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "tfan needs Python 3.11 or newer, this is %d.%d: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: pyproject.toml | $(BIN)/python
	@echo "Installing tfan into $(VENV), once"
	@$(BIN)/python -m pip install --quiet --quiet -e .
	@touch $@

$(VENV)/.full: pyproject.toml | $(BIN)/python
	@echo "Installing tfan, $(TORCH) and the tools into $(VENV), once; this takes some minutes"
	@$(BIN)/python -m pip install --quiet --quiet "$(TORCH)" -e '.[torch,io,tables,train,test,dev]'
	@touch $@ $(VENV)/.base
