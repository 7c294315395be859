# Everything a clone needs. `make digest` prints an edition, `make test` proves the program.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
STARTER := models/installed/starter/starter.json
MODEL := models/installed/setup.stamp

.PHONY: digest setup test check fix bench wheel lock clean train test-training measure-starter

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

# Train the starter's adapter further, and see what came of it: models/starter/training/README.md.
MINUTES ?= 120
FROM ?= models/starter/adapter.npz
TO ?= build/train/adapter.npz
RATE ?= 2e-4
PAIRS ?= models/starter/training/pairs.tsv.xz
ADAPTER ?= $(TO)
# With an NVIDIA GPU torch for CUDA is taken, else one for CPUs, where pip finds such a build.
TORCH ?= $(if $(shell command -v nvidia-smi),cuda,cpu)
TRAIN := build/train/venv
train_venv = test -x $(TRAIN)/bin/python || $(PYTHON) -m venv $(TRAIN); \
	$(TRAIN)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
		--no-deps --requirement $(1) >&2 \
	&& $(TRAIN)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps \
		--no-build-isolation --editable . >&2

train: $(TRAIN)/$(TORCH).stamp
	@$(TRAIN)/bin/python -m models.starter.training.train --minutes $(MINUTES) --from $(FROM) \
		--to $(TO) --rate $(RATE) $(PAIRS:%=--pairs %) $(ARGS)

measure-starter: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks.starters $(ADAPTER) $(ARGS)

test-training: $(TRAIN)/$(TORCH).stamp
	$(TRAIN)/bin/python -m pytest tests/training

# For pipx, uv and pip: docs/install.md.
wheel: $(VENV)/run.stamp
	@rm -rf dist
	@$(BIN)/python -m hatchling build -t wheel

# Pin the newest versions that fit; uv resolves for every platform and Python version at once.
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	--quiet --upgrade --no-emit-package minisbd --no-emit-package onnxruntime \
	--no-emit-package flatbuffers --no-emit-package protobuf --no-emit-package filelock
COMPILE := build/lock/bin/uv pip compile
lock:
	test -x build/lock/bin/uv || { $(PYTHON) -m venv build/lock; build/lock/bin/pip install --quiet uv; }
	$(COMPILE) pyproject.toml --extra build --extra dev $(LOCK) --output-file requirements-dev.lock
	$(COMPILE) pyproject.toml --extra build $(LOCK) \
		--constraint requirements-dev.lock --output-file requirements.lock
	$(COMPILE) pyproject.toml models/starter/training/torch.txt --extra build --extra dev $(LOCK) \
		--constraint requirements-dev.lock --output-file requirements-train.lock

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

$(TRAIN)/cuda.stamp: requirements-train.lock
	@$(call train_venv,requirements-train.lock)
	@touch $@

$(TRAIN)/cpu.stamp: requirements-train.lock models/starter/training/torch.txt
	@mkdir -p $(TRAIN)
	@awk '/^[a-z]/ { keep = !/^(torch|triton|cuda-|nvidia-)/ } keep' requirements-train.lock \
		| cat - models/starter/training/torch.txt > $(TRAIN)/cpu.lock
	@{ $(call train_venv,$(TRAIN)/cpu.lock); } 2>/dev/null || { \
		echo "pip finds no build of torch for CPUs: taking the one for CUDA, some GB." >&2; \
		$(call train_venv,requirements-train.lock); }
	@touch $@

# The newest public package where it can be had at once, else the starter.
$(MODEL): $(VENV)/run.stamp models/starter/base.txt models/starter/adapter.npz models/starter/sentencepiece.model
	@$(BIN)/digest models setup
	@touch $@

# The tests are of the starter too, whatever edition it translates.
$(STARTER): $(VENV)/run.stamp models/starter/base.txt models/starter/adapter.npz models/starter/sentencepiece.model
	@$(BIN)/digest models install starter-nl_en
	@touch $@
