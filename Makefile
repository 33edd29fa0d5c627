.DEFAULT_GOAL := help
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo up down test lint format types imports kafka training scorecard bench-flow bench-policy bench-backtest bench-scoring bench-limits bench-intake check-sheets lock clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: $(VENV)/.runtime ## Decide 1,000 real applicants through the four services; ARGS="--bus kafka --json out.json"
	@$(BIN)/assay demo $(ARGS)

up: $(VENV)/.runtime ## Start the platform in the background and print addresses and development keys
	@$(BIN)/assay up $(ARGS)

down: $(VENV)/.runtime ## Stop the platform; its state stays
	@$(BIN)/assay down

test: lint types imports ## Run every check and test; ARGS="-k name" goes to pytest
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.dev ## Check style and form
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/.dev ## Put the code into form
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

types: $(VENV)/.dev ## Check types
	@$(BIN)/mypy

imports: $(VENV)/.dev ## Check that arrows point inward
	@$(BIN)/lint-imports

kafka: $(VENV)/.runtime ## Run a Kafka broker in the foreground (needs Java 17 and Maven)
	@$(BIN)/assay kafka

training: $(VENV)/.train ## Install what fits scorecards and boosted trees

scorecard: $(VENV)/.train ## Build the scorecard anew and compare it with the one in the catalogue
	@$(BIN)/assay scorecard build --check

bench-flow: $(VENV)/.dev ## Measure decisions and the event flow against their opponents; ARGS="--json PATH"
	@$(BIN)/python -m tests.bench.flow $(ARGS)

bench-policy: $(VENV)/.dev ## Measure a policy's answer against zen-engine and others; ARGS="--json PATH"
	@$(BIN)/python -m tests.bench.policy $(ARGS)

bench-backtest: $(VENV)/.dev ## Measure a backtest per row, in memory and beside live traffic; ARGS="--json PATH"
	@$(BIN)/python -m tests.bench.backtest $(ARGS)

bench-scoring: $(VENV)/.dev ## Measure scores beside optbinning, online and by ten million rows; ARGS="--json PATH"
	@$(BIN)/python -m tests.bench.scoring $(ARGS)

bench-limits: $(VENV)/.dev ## Measure reservations against pgbench, and their cost by size; ARGS="--json PATH"
	@$(BIN)/python -m tests.bench.limits $(ARGS)

bench-intake: $(VENV)/.dev ## Measure matching, ingest with documents, and a slow source; ARGS="--json PATH"
	@$(BIN)/python -m tests.bench.intake $(ARGS)

check-sheets: $(VENV)/.dev ## Open every policy's spreadsheet in LibreOffice and read back what it saves (needs soffice)
	@$(BIN)/python -m tests.policies.sheets.libreoffice

lock: ## Resolve the requirements anew (needs uv)
	@uv pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-header -q \
		--extra build --extra spreadsheets --extra backtest --extra onnx -o requirements.lock
	@uv pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-header -q \
		--extra build --extra spreadsheets --extra backtest --extra onnx --extra dev -c requirements.lock -o requirements-dev.lock
	@uv pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-header -q \
		--extra build --extra spreadsheets --extra backtest --extra onnx --extra train -c requirements-dev.lock -o requirements-train.lock

clean: ## Remove environments and caches, and the platform's state
	@rm -rf $(VENV) .cache .state

$(BIN)/python:
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or later is needed"'
	@$(PYTHON) -m venv $(VENV) || { echo "Install the venv module: apt-get install python3-venv"; exit 1; }

$(VENV)/.runtime: requirements.lock requirements-fonts.lock pyproject.toml | $(BIN)/python
	@echo "installing the requirements into $(VENV)"
	@$(PIP) install --require-hashes -r requirements.lock
	@# The one package that brings a font for both Latin and Chinese; what it would need to draw charts is left out.
	@$(PIP) install --require-hashes --no-deps -r requirements-fonts.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "installing the test requirements into $(VENV)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.train: requirements-train.lock $(VENV)/.runtime
	@echo "installing the training requirements into $(VENV)"
	@$(PIP) install --require-hashes -r requirements-train.lock
	@touch $@
