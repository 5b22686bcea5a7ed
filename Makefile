# Needs only make, python3 (3.11 or newer) and its venv module. `make help` lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Twice quiet: errors only.
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input
# A release must be a week old, so that a poisoned one has been found before it arrives here.
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv --quiet pip compile pyproject.toml \
  --universal --python-version 3.11 --generate-hashes --no-emit-index-url --exclude-newer "7 days" \
  $(if $(UPGRADE),--upgrade)

CREATED := $(VENV)/.created
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help install run test coverage check format bench soak sim models-check paper-check evidence trace lock clean

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(DEV) ## Set up .venv with everything that tests and checks need.

run: $(RUNTIME) ## Run the main job; SERVE=0 ends after it instead of serving.
	@$(BIN)/python -m quorate.cli.main_job $(if $(filter 0,$(SERVE)),--no-serve)

test: $(DEV) ## Run every test; ARGS="-k name" narrows.
	@echo "==> pytest"
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

coverage: $(DEV) ## Run every test and report branch coverage.
	@echo "==> pytest, with coverage"
	@$(BIN)/pytest --cov --cov-report=term-missing:skip-covered $(ARGS)

check: $(DEV) ## Format, lint, types, import floors, spelling.
	@echo "==> ruff format --check"
	@$(BIN)/ruff format --check --quiet || { echo "run: make format"; exit 1; }
	@echo "==> ruff check"
	@$(BIN)/ruff check --quiet
	@echo "==> mypy"
	@$(BIN)/mypy
	@echo "==> lint-imports"
	@$(BIN)/lint-imports --no-logo
	@echo "==> codespell"
	@$(BIN)/codespell

format: $(DEV) ## Format the code and apply the safe lint fixes.
	@$(BIN)/ruff check --fix --quiet --exit-zero
	@$(BIN)/ruff format

bench: $(DEV) ## Measure against the stored baseline.
	@$(BIN)/python -m benchmarks $(ARGS)

soak: $(DEV) ## Run the fault suite for long.
	@$(BIN)/python -m tests.fault.soak $(ARGS)

sim: $(DEV) ## Walk seeds of the simulation; ARGS="--seed N" tells one of them step by step.
	@$(BIN)/python -m tests.fault.simulation $(or $(ARGS),--seeds 200)

models-check: $(RUNTIME) ## Ask one cheap model for one answer; needs a key and a network, states its cost first.
	@$(BIN)/quorate providers test $(PROVIDER) --yes

paper-check: $(DEV) ## Hold the brokers' contract against the real paper account; needs its keys and a network.
	@$(BIN)/python -m tests.paper_check

evidence: $(DEV) ## Make docs/evidence and docs/screenshots anew, from real runs; needs Chromium, curl, jq, sqlite3.
	@$(BIN)/python -m tests.evidence
	@$(BIN)/python -m tests.browser.evidence

trace: $(DEV) ## Write docs/ARENA_TRACE_EXAMPLE.md anew, from a real run over the scripted model server.
	@$(BIN)/python -m tests.e2e.trace_example

lock: $(DEV) ## Resolve requirements/*.txt anew from pyproject.toml; UPGRADE=1 takes newer releases.
	@echo "==> requirements/dev.txt"
	@$(LOCK) --extra otel --extra parquet --extra postgres --extra redis --group dev -o requirements/dev.txt
	@echo "==> requirements/runtime.txt"
	@$(LOCK) --extra postgres --extra redis --group build --constraint requirements/dev.txt \
	  -o requirements/runtime.txt

clean: ## Remove .venv, caches and build output.
	@rm -rf $(VENV) build dist .coverage htmlcov .pytest_cache .mypy_cache .ruff_cache \
	  .import_linter_cache .hypothesis
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(CREATED):
	@command -v $(PYTHON) >/dev/null || { echo "Quorate needs Python 3.11 or newer; there is no $(PYTHON). Try: make PYTHON=python3.12 TARGET"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Quorate needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Try: make PYTHON=python3.12 TARGET"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) has no venv module. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	@echo "==> $(VENV): new environment of $$($(PYTHON) -V)"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(RUNTIME): requirements/runtime.txt pyproject.toml | $(CREATED)
	@echo "==> $(VENV): what Quorate runs on"
	@$(PIP) install --no-compile --require-hashes -r requirements/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# The development file holds the runtime file's every pin, so it makes both stamps.
$(DEV): requirements/dev.txt pyproject.toml | $(CREATED)
	@echo "==> $(VENV): what tests and checks need"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $(RUNTIME) $@
