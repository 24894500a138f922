# Every target sets up what it needs by itself. Without make: see "Without make" in README.md.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup serve test check lint types floors generated format generate reports facts clients e2e fuzz wheel bench coverage clean

help: ## Say what there is
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@

setup: $(READY) ## Make .venv with everything in it

serve: $(READY) ## Start the mock server (ARGS="--port 9000")
	@$(BIN)/python -m mockserver serve $(ARGS)

test: $(READY) ## Run all tests (ARGS="-k clip")
	$(BIN)/python -m pytest -n auto $(ARGS)

check: lint types floors generated test ## What CI runs

lint: $(READY) ## Style and mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy --strict
	$(BIN)/mypy

floors: $(READY) ## Who may import whom
	$(BIN)/lint-imports

generated: $(READY) ## Generated files are what their sources say
	$(BIN)/python -m mockserver.kit.generator --check
	$(BIN)/python -m tests.docs.python_page --check
	$(BIN)/python -m tests.docs.laws_page --check
	$(BIN)/python -m tests.docs.clients_page --check

format: $(READY) ## Write the code in its one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: $(READY) ## Write documents and schemas from contracts/*
	$(BIN)/python -m mockserver.kit.generator
	$(BIN)/python -m tests.docs.python_page
	$(BIN)/python -m tests.docs.laws_page
	$(BIN)/python -m tests.docs.clients_page

reports: clients ## Observe the released clients again, and write what they did into docs/clients.md
	$(BIN)/python -m tests.e2e.client_reports
	$(BIN)/python -m tests.docs.clients_page

# The table's own test is left out: it judges the README as it stood before this target wrote it.
facts: clients ## Prove the facts, count them, write the counts into the README
	$(BIN)/python -m pytest -n auto -q --facts --facts-json $(VENV)/facts.json --deselect tests/docs/test_facts_table.py
	$(BIN)/python -m mockserver.kit.facts.table README.md $(VENV)/facts.json

clients: $(READY) ## Make the environments of the released clients (needs the network, once)
	$(BIN)/python tests/e2e/run.py

e2e: clients ## Run released clients, unchanged, against the server
	$(BIN)/python -m pytest tests/e2e -n auto

fuzz: $(READY) ## Run schemathesis over every profile's document (ARGS="--only gately")
	$(BIN)/python -m tests.fuzz.run $(ARGS)

wheel: $(READY) ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .

bench: $(READY) ## Measure beside a bare uvicorn and Starlette
	$(BIN)/python tests/bench/run.py $(ARGS)
	$(BIN)/python tests/bench/ten_thousand.py
	$(BIN)/python tests/bench/laws.py

coverage: $(READY) ## Which lines the tests run
	$(BIN)/coverage run -m pytest -q
	$(BIN)/coverage report

clean: ## Remove what can be made again
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
