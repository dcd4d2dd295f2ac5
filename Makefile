# Everything installs itself: a fresh machine needs only Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
WORKERS ?= 2

.PHONY: demo up test check bench bench-judging dev ui screenshots openapi migration lock clean help

help:
	@echo "make demo      run everything with an invented company"
	@echo "make test      the test suite"
	@echo "make check     format, lint, types, import contracts, API document, migrations"
	@echo "make bench     benchmarks; each prints a ratio to a baseline of the same run"
	@echo "make bench-judging  how far the rules and the learned judge can be trusted (docs/judging.md)"
	@echo "make ui        the web interface, when its sources changed (demo, up, dev and test do it too)"
	@echo "make screenshots  pictures of every page into screenshots/"
	@echo "make dev       everything for working on the code, then the API and a worker"
	@echo "make openapi   write openapi.json anew"
	@echo "make lock      pin the dependencies anew"

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# The stamp files name what is installed; a changed lock installs again.
$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements.lock
	ASSAYDESK_SKIP_UI=1 $(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements-dev.lock
	ASSAYDESK_SKIP_UI=1 $(PIP) install --no-deps --no-build-isolation -e .
	@touch $(VENV)/.run $@

demo: $(VENV)/.run
	$(BIN)/python scripts/build_ui.py
	@exec $(BIN)/assaydesk demo

up: $(VENV)/.run
	$(BIN)/python scripts/build_ui.py
	@exec $(BIN)/assaydesk up

test: $(VENV)/.dev
	$(BIN)/python scripts/build_ui.py
	$(BIN)/python -m tests.servers.install
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/assaydesk openapi --out openapi.json --check
	$(BIN)/python -m pytest -q tests/architecture tests/migrations

bench: $(VENV)/.dev
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python -m benchmarks.$$(basename $$file .py) || exit 1; done

bench-judging: $(VENV)/.dev
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.judging

dev: $(VENV)/.dev
	$(BIN)/python scripts/build_ui.py
	@exec $(BIN)/assaydesk up --log-level debug

# Does nothing when no source changed since the last build.
ui: $(VENV)/.run
	$(BIN)/python scripts/build_ui.py

screenshots: $(VENV)/.dev
	$(BIN)/python scripts/build_ui.py
	$(BIN)/python -m scripts.screenshots

openapi: $(VENV)/.dev
	$(BIN)/assaydesk openapi --out openapi.json

migration: $(VENV)/.dev
	$(BIN)/python scripts/new_migration.py "$(MESSAGE)"

lock: | $(VENV)/bin/python
	$(PIP) install uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
