# City vital-signs monitor. `make` alone prints what there is. Nothing has to be set up first: each
# target sets up what it needs, once, and again when pyproject.toml has changed.

SHELL := bash
.SHELLFLAGS := -o pipefail -c

SCENARIO ?= storm
ARGS ?=
ON_ALL_CORES := --numprocesses auto --maxprocesses 8 --dist worksteal

# The first Python of at least 3.11; `make PYTHON=…` chooses another. Looked up only when needed.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	{ echo $$python; break; }; done)

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Of pip's several lines a package, those that tell how far it is.
BRIEFLY := awk '/(Downloading|Using cached) .* MB\)/ { sub(/.*(Downloading|Using cached) /, ""); \
	split($$1, part, "-"); print "  " part[1] " " part[2] " " $$(NF-1) " MB)"; fflush() }'

# Stamps: what stands in the environment, as of which pyproject.toml.
RUNTIME := $(VENV)/.runtime
NATIVE := $(VENV)/.native
DEV := $(VENV)/.dev
JARS := $(VENV)/.jars
PEERS := $(VENV)/.peers

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup up test test-live bench check fmt clean

help:  ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1:\2/p' $(MAKEFILE_LIST) | \
		awk -F: '{ printf "%-18s %s\n", $$1, substr($$0, length($$1) + 2) }'

setup:  ## .venv with vitals and the tools of development in it, and Kafka's jars
	@$(MAKE) --silent --no-print-directory -j2 $(DEV) $(NATIVE) $(JARS)

up: $(RUNTIME) $(NATIVE)  ## run everything on this machine (SCENARIO=storm|fair|quiet, ARGS="--speed 60")
	@$(BIN)/vitals up --scenario $(SCENARIO) $(ARGS)

# What needs no server runs on all cores; then what starts servers and waits for them, alone. That
# one of the two has none of the tests that were asked for (5) is no failure.
test: $(DEV) $(NATIVE)  ## every test that needs no servers but those in wheels (ARGS="-k ledger")
	@run() { $(BIN)/python -m pytest -m "not live and $$1" "$${@:2}" $(ARGS); }; \
	run "not servers" $(ON_ALL_CORES); first=$$?; [ $$first -gt 1 ] && [ $$first -ne 5 ] && exit $$first; \
	run servers; second=$$?; [ $$first -eq 5 ] && exit $$second; \
	[ $$second -eq 5 ] && exit $$first; exit $$((first | second))

test-live: $(DEV) $(NATIVE)  ## tests on a real Mosquitto and InfluxDB, which are installed (apt, Go) first
	@deploy/live/install.sh
	@VITALS_LIVE_REQUIRED=1 $(BIN)/python -m pytest -m live $(ARGS)

bench: $(if $(findstring --peers,$(ARGS)),$(PEERS),$(RUNTIME)) $(NATIVE)  ## measure it on this machine (ARGS="engine --peers")
	@$(BIN)/vitals bench $(ARGS)

check: $(DEV)  ## format, lint, types, direction of imports; changes nothing
	@code=0; for tool in "ruff format --check --output-format concise ." \
		"ruff check --output-format concise ." mypy lint-imports; do \
		echo "== $$tool"; $(BIN)/$$tool || code=1; done; exit $$code

fmt: $(DEV)  ## put the sources into format, and mend what can be mended
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

clean:  ## remove the environment and all caches; .vitals (the data of `make up`) stays
	rm -rf $(VENV) sensors/native/vitals.* build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is needed; python3 here is:" \
		"$$(python3 --version 2>&1). Name another by: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "set-up: $(VENV) with $$($(PYTHON) --version)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv is missing or broken." \
		"On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(RUNTIME): pyproject.toml | $(BIN)/python
	@echo "set-up: what running needs, about 200 MB, once"
	@$(PIP) install --progress-bar off --editable . | $(BRIEFLY)
	@touch $@

# An install compiles the hot path; this does it again when its source has changed. Without a C
# compiler numpy does the same work, at about half the speed.
$(NATIVE): hatch_build.py $(wildcard sensors/native/*.[ch]) | $(RUNTIME)
	@$(BIN)/python hatch_build.py && touch $@

$(DEV): pyproject.toml | $(RUNTIME)
	@echo "set-up: the tools of development"
	@$(PIP) install --progress-bar off --editable '.[dev]' | $(BRIEFLY)
	@touch $@

$(PEERS): pyproject.toml | $(RUNTIME)
	@echo "set-up: other stream engines to measure beside ours"
	@$(PIP) install --progress-bar off --editable '.[bench]' | $(BRIEFLY)
	@touch $@

# A fetch that fails is no error here: `vitals up` tries again, and VITALS_KAFKA may name a Kafka
# that runs elsewhere.
$(JARS): streams/embedded/kafka_jars.py | $(RUNTIME)
	@if $(BIN)/python -c 'from streams.embedded.kafka_jars import class_path; class_path(print)' \
		2>$(VENV)/jars.log; then touch $@; else tail -n 1 $(VENV)/jars.log >&2; fi
