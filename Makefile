# Everything a clone needs. `make digest` prints an edition, `make test` proves the program.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
STARTER := models/installed/starter/starter.json
MODEL := models/installed/setup.stamp

.PHONY: digest setup test check fix bench wheel lock clean

digest: $(MODEL)
	@$(BIN)/digest run seeds

setup: $(VENV)/dev.stamp $(STARTER)

test: check
	$(BIN)/python -m pytest

# What must hold besides the tests: format, lint, types, documentation.
check: setup
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/python -m tests.docs --check

fix: setup
	$(BIN)/ruff check --quiet --fix .
	$(BIN)/ruff format --quiet .
	$(BIN)/python -m tests.docs --write

bench: setup
	$(BIN)/python -m benchmarks

# For pipx, uv and pip: docs/install.md.
wheel: $(VENV)/run.stamp
	@rm -rf dist
	@$(BIN)/python -m hatchling build -t wheel

# Pin the newest versions that fit; uv resolves for every platform and Python version at once.
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	--quiet --upgrade --no-emit-package minisbd --no-emit-package onnxruntime \
	--no-emit-package flatbuffers --no-emit-package protobuf --no-emit-package filelock
lock:
	test -x build/lock/bin/uv || { $(PYTHON) -m venv build/lock; build/lock/bin/pip install --quiet uv; }
	build/lock/bin/uv pip compile pyproject.toml --extra build --extra dev $(LOCK) \
		--output-file requirements-dev.lock
	build/lock/bin/uv pip compile pyproject.toml --extra build $(LOCK) \
		--constraint requirements-dev.lock --output-file requirements.lock

clean:
	rm -rf $(VENV) models/installed build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/run.stamp: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "digest needs Python 3.11 or newer with venv." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --no-deps --requirement requirements.lock >&2
	@$(PIP) uninstall --yes setuptools 2>/dev/null >&2
	@$(PIP) install --no-deps --no-build-isolation --editable . >&2
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	@$(PIP) install --require-hashes --no-deps --requirement requirements-dev.lock >&2
	@touch $@

# The newest public package where it can be had at once, else the starter.
$(MODEL): $(VENV)/run.stamp models/starter/base.txt models/starter/adapter.npz models/starter/sentencepiece.model
	@$(BIN)/digest models setup
	@touch $@

# The tests are of the starter too, whatever edition it translates.
$(STARTER): $(VENV)/run.stamp models/starter/base.txt models/starter/adapter.npz models/starter/sentencepiece.model
	@$(BIN)/digest models install starter-nl_en
	@touch $@
