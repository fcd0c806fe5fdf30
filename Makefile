# Doorstep's commands. Needs python3 (3.11 or newer), make, and a package index that pip can reach. `make help` lists them.

ROOT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

# The first interpreter that runs and is new enough. Lambda's newest comes last: what a function runs on locally is the
# Python of these environments, so any of them will do.
PYTHON ?= $(shell for candidate in python3 python3.13 python3.12 python3.11 python; do \
	"$$candidate" -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo "$$candidate" && break; done)

VENV := $(ROOT)/.venv
STACK := $(ROOT)/.stack
BIN := $(VENV)/bin
# The pins are complete, so pip need not resolve anything. Twice quiet: a pip with several indexes is talkative.
PIP_FLAGS := --quiet --quiet --disable-pip-version-check --require-virtualenv --no-deps
RUNTIME_PINS := $(ROOT)/layers/dependencies/requirements.txt

.PHONY: help setup compile lock check lint types imports templates fast test integration e2e demo up inbox down build clean _browser _python

help:  ## list these commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' "$(ROOT)/Makefile"

# ---------------------------------------------------------------- environments

setup: $(VENV)/.ready $(STACK)/.ready compile  ## make the two environments (.venv, .stack); nothing to do the second time

_python:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11, 3.12 or 3.13 with the venv module on PATH." \
		"Install one, or name it: make setup PYTHON=/path/to/python3.12" >&2; exit 2; }

$(VENV)/.ready: $(ROOT)/requirements/dev.txt $(ROOT)/pyproject.toml | _python
	@echo "setup: .venv (the project and its tools) with $(PYTHON)"
	@test -x "$(BIN)/python" || $(PYTHON) -m venv "$(VENV)"
	@"$(BIN)/python" -m pip install $(PIP_FLAGS) -r "$(ROOT)/requirements/dev.txt"
	@"$(BIN)/python" -m pip install $(PIP_FLAGS) --no-build-isolation --editable "$(ROOT)"
	@touch "$@"

$(STACK)/.ready: $(ROOT)/requirements/stack.txt | _python
	@echo "setup: .stack (local AWS and SAM CLI) with $(PYTHON)"
	@test -x "$(STACK)/bin/python" || $(PYTHON) -m venv "$(STACK)"
	@"$(STACK)/bin/python" -m pip install $(PIP_FLAGS) -r "$(ROOT)/requirements/stack.txt"
	@touch "$@"

compile: $(VENV)/.ready
	@"$(BIN)/python" -m doorstep_cli.compile_data

# Fresh pins for all three, from requirements/*.in. The runtime comes first: the other two build on it.
lock: | _python  ## write new pins (layers/dependencies/requirements.txt, requirements/*.txt) from requirements/*.in
	@for name in runtime dev stack; do \
		case $$name in runtime) pins="$(RUNTIME_PINS)";; *) pins="$(ROOT)/requirements/$$name.txt";; esac; \
		work=$$(mktemp -d); trap 'rm -rf "$$work"' EXIT; \
		echo "lock: $$name"; \
		$(PYTHON) -m venv "$$work"; \
		"$$work/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade \
			-r "$(ROOT)/requirements/$$name.in"; \
		{ echo '# Written by `make lock` from requirements/'"$$name"'.in; do not edit by hand.'; \
		  "$$work/bin/python" -m pip freeze --disable-pip-version-check --all --exclude pip \
		    $$(test $$name != runtime || echo --exclude setuptools); } > "$$work/pins"; \
		mv "$$work/pins" "$$pins"; rm -rf "$$work"; \
	done

# ---------------------------------------------------------------- the gate

# Tests open no connections but where they say so: tests/conftest.py sees to it.
FAST := unit property contract template
PYTEST := "$(BIN)/python" -m pytest --rootdir "$(ROOT)" -c "$(ROOT)/pyproject.toml"
PARALLEL := --numprocesses auto --maxprocesses 4
tests = $(foreach name,$(1),$(wildcard $(ROOT)/tests/$(name)))

check: setup lint types imports templates fast  ## the fast part of the gate: style, types, import contracts, template, fast tests

lint:
	@cd "$(ROOT)" && "$(BIN)/ruff" format --check --quiet . && "$(BIN)/ruff" check --quiet .
	@cd "$(ROOT)" && "$(BIN)/bandit" --quiet --configfile pyproject.toml --recursive layers/doorstep/python functions
	@echo "lint: good"

types:
	@cd "$(ROOT)" && "$(BIN)/mypy"

imports:
	@cd "$(ROOT)" && "$(BIN)/lint-imports"

templates:
	@cd "$(ROOT)" && "$(STACK)/bin/cfn-lint" template.yaml
	@cd "$(ROOT)" && PATH="$(STACK)/bin:$$PATH" SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 \
		"$(STACK)/bin/sam" validate --lint --template-file template.yaml > /dev/null && echo "template: good"

fast:
	@cd "$(ROOT)" && $(PYTEST) $(PARALLEL) $(COVER) $(call tests,$(FAST))

# Branch coverage of what runs in Lambda is counted over the tests in process, and may not fall below COVERED per cent.
COVERED := 97
test:  ## the whole gate: check, then tests with AWS in process, in a browser, and on the local stack
	@$(MAKE) -C "$(ROOT)" check COVER="--cov --cov-report="
	@$(MAKE) -C "$(ROOT)" integration COVER="--cov --cov-append --cov-report=term:skip-covered --cov-fail-under=$(COVERED)"
	@$(MAKE) -C "$(ROOT)" e2e

integration: setup _browser
	@cd "$(ROOT)" && $(PYTEST) $(PARALLEL) $(COVER) $(call tests,integration browser)

# The browser tests need Chromium and are skipped without it. A CI machine gets it; nobody else's machine is touched.
_browser:
	@command -v chromium chromium-browser google-chrome > /dev/null || { test "$${CI:-}" = true && test "$$(id -u)" = 0 \
		&& command -v apt-get > /dev/null && apt-get update -qq && apt-get install -qq -y chromium > /dev/null; } || true

e2e: setup
	@cd "$(ROOT)" && $(PYTEST) $(call tests,e2e)

# ---------------------------------------------------------------- the local stack

demo: setup  ## set up, start the local stack, and play one order's whole life on it
	@cd "$(ROOT)" && "$(BIN)/doorstep" demo

up: setup  ## start the local stack, or bring the running one up to date
	@cd "$(ROOT)" && "$(BIN)/doorstep" up

inbox: setup  ## every mail and alert that the local stack has sent
	@"$(BIN)/doorstep" inbox

down:  ## stop the local stack and forget what it held
	@cd "$(ROOT)" && if test -x "$(BIN)/doorstep"; then "$(BIN)/doorstep" down; else echo "nothing was running"; fi

# For AWS: the template's own defaults (python3.13, arm64) unless BUILD_PARAMETERS says otherwise.
build: setup  ## `sam build` for AWS, into .aws-sam/ (BUILD_PARAMETERS="PythonRuntime=python3.12 Architecture=x86_64")
	@cd "$(ROOT)" && PATH="$(STACK)/bin:$$PATH" SAM_CLI_TELEMETRY=0 "$(STACK)/bin/sam" build --cached --parallel \
		$(if $(BUILD_PARAMETERS),--parameter-overrides "$(BUILD_PARAMETERS)")

clean: down  ## remove environments, builds and everything else that can be made again
	@cd "$(ROOT)" && rm -rf .venv .stack .local .aws-sam build .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache .coverage *.egg-info layers/doorstep/python/doorstep/compiled
	@find "$(ROOT)" -name __pycache__ -type d -not -path '*/.git/*' -prune -exec rm -rf {} +
