# `make help` lists the targets. Everything runs in .venv, made on first use from Python 3.11+.
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/sslstack

.DEFAULT_GOAL := help
.PHONY: help stack deploy check demo test test-marked test-all test-faults lint format golden bench clean
PYTEST := $(BIN)/pytest -n auto --dist loadgroup

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

stack: .venv/.installed  ## generate and lint every stack under stacks/ into templates/
	@$(RUN) generate && $(RUN) check

deploy: .venv/.installed  ## deploy a stack as a reviewed change set: make deploy STACK=web
	@$(RUN) deploy $(STACK) $(OPTIONS)

check: .venv/.installed  ## judge declarations, certificates and templates
	@$(RUN) check

demo: .venv/.developer  ## show a deployment without an account, on an emulated AWS
	@$(RUN) demo

test: .venv/.developer  ## run the tests, in about four minutes on two cores
	@$(PYTEST) -m "not browser and not action"

test-marked: .venv/.developer  ## run the tests of the report in a browser and of the GitHub action
	@$(PYTEST) -m "browser or action"

test-all: .venv/.developer  ## run all tests, with 200 examples of each property instead of 30
	@$(PYTEST) --hypothesis-profile all

test-faults: .venv/.developer  ## strike every call of every deployment with every fault
	@SSLSTACK_FAULTS=all $(PYTEST) tests/deploy/test_faults.py tests/deploy/test_signals.py

lint: .venv/.developer  ## ruff, mypy and the layers
	@$(BIN)/ruff check && $(BIN)/ruff format --check && $(BIN)/mypy && $(BIN)/lint-imports --no-cache

format: .venv/.developer  ## format the code
	@$(BIN)/ruff format && $(BIN)/ruff check --fix

golden: .venv/.developer  ## rewrite the golden files in tests/cases; read the diff afterwards
	@$(BIN)/pytest -q --golden -m golden || true
	@git diff --stat

bench: .venv/.developer  ## measure generate and check: time and memory
	@$(BIN)/python -m benchmarks

clean:  ## remove the virtual environment and all caches
	rm -rf "$${XDG_CACHE_HOME:-$$HOME/.cache}/sslstack" "$$HOME/Library/Caches/sslstack"
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/.installed: pyproject.toml
	@echo "setting up .venv ..." >&2
	@$(PYTHON) -I -m venv .venv
	@$(BIN)/python -I -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.developer: .venv/.installed
	@echo "setting up the tools of development ..." >&2
	@$(BIN)/python -I -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -I -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@
