# Every target works in a fresh clone with Python 3.11 and the package registries in reach.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

MINUTES ?= 2
SECONDS ?= 60
NODES ?= 3
SEEDS ?= 200
SEED_START ?= 0
MUTANTS ?= 20

.PHONY: setup demo test unit lint bench bench-recovery chaos simulate fuzz mutate clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	    { echo "Python 3.11, 3.12 or 3.13 is needed: make setup PYTHON=/path/to/python"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: setup
	$(BIN)/python -m tests.demo

# What needs no broker goes on all cores; brokers and their workers have them to themselves.
test: setup
	$(BIN)/pytest --numprocesses auto --dist worksteal --ignore tests/kafka --ignore tests/cluster
	$(BIN)/pytest tests/kafka tests/cluster

unit: setup
	$(BIN)/pytest --numprocesses auto --dist worksteal tests/unit tests/properties

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m tests.bench

bench-recovery: setup
	$(BIN)/python -m tests.bench.recovery

chaos: setup
	$(BIN)/python -m tests.chaos --minutes $(MINUTES) --nodes $(NODES)

simulate: setup
	$(BIN)/python -m tests.simulator --seeds $(SEEDS) --start $(SEED_START)

mutate: setup
	$(BIN)/python -m tests.mutation --mutants $(MUTANTS)

# Linux on x86 alone: that is what the fuzzer is built for.
fuzz: setup
	$(BIN)/pip install --quiet --require-hashes --requirement requirements-fuzz.lock
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

# The local broker first: its data lies below .loyalty.
clean:
	@if [ -x $(BIN)/loyalty ] && [ -d .loyalty ]; then LOYALTY_HOME=.loyalty $(BIN)/loyalty broker stop; fi
	rm -rf $(VENV) .loyalty .mypy_cache .pytest_cache .ruff_cache .hypothesis .mutation build dist worker*.log
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
