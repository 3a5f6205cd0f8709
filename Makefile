# Every target needs Python 3.11+, pip and make, nothing else; each makes its own environment first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# An environment takes no installation for the user, even where pip is set to make those.
export PIP_USER := 0

.PHONY: demo test lint format fast snapshots readme messages images soak schemathesis evaluation hosts start queries docs dist audit clean

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $@

$(VENV)/installed-docs: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[docs]'
	touch $@

demo: $(VENV)/installed
	$(BIN)/crm-mcp demo
	@echo 'To use crm-mcp and crm-mock in this terminal: . $(BIN)/activate'

# Who sets this would have each of the hundreds of processes that tests start compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

# Many tests wait for processes, so there are more workers than cores.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 2)')

# What CI runs: lint beside the tests; what it finds is said last, and ends them.
test: $(VENV)/installed-test
	$(BIN)/python -m tests $(MAKE) --no-print-directory lint -- --numprocesses $(WORKERS)

lint: $(VENV)/installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright --level error

format: $(VENV)/installed-test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# While working: the unit tests that mirror the two packages, but the slow ones, and the rules of the rooms.
fast: $(VENV)/installed-test
	$(BIN)/pytest --numprocesses auto --quiet -m 'not slow' tests/crm_mcp tests/mockserver tests/test_rooms.py

# Writes anew all that is generated from code: the tools' schema snapshots, and the tables of README and docs.
snapshots readme: $(VENV)/installed-test
	$(BIN)/python -m tests.snapshots

# Finds the texts that people read, updates the catalogues in crm_mcp/**/locale, and compiles them.
messages: $(VENV)/installed-test
	$(BIN)/python -m tests.messages

# Makes the pictures of README and docs anew: the demo in a terminal, and pages in Chromium; look at them.
images: $(VENV)/installed-test
	$(BIN)/python -m tests.images

# Figures that take minutes, with fixed seeds: every property with many examples, long runs of Schemathesis, and
# ten thousand writes under faults while servers and the fake are killed, and two minutes of a team's service likewise.
SCHEMATHESIS_EXAMPLES ?= 500
SOAK_S ?= 600
# make soak SOAK_S=3600 visits the HTTP service for an hour.
soak: schemathesis
	HYPOTHESIS_PROFILE=soak $(BIN)/pytest --numprocesses auto --timeout 0 tests/properties
	$(BIN)/python -m tests.soak
	$(BIN)/python -m tests.soak.read_faults
	$(BIN)/python -m tests.soak.budget_shared
	$(BIN)/python -m tests.soak.replica_kills
	$(BIN)/python -m tests.soak.invoices
	$(BIN)/python -m tests.soak.webhooks
	$(BIN)/python -m tests.soak.team
	$(BIN)/python -m tests.soak.crowd
	$(BIN)/python -m tests.soak.hostile_crm
	SOAK_S=$(SOAK_S) $(BIN)/python -m tests.soak.service

# make schemathesis SCHEMATHESIS_EXAMPLES=2000 makes these runs longer.
schemathesis: $(VENV)/installed-test
	SCHEMATHESIS_EXAMPLES=$(SCHEMATHESIS_EXAMPLES) $(BIN)/pytest --capture=no tests/openapi/test_schemathesis.py

# Plays every task of the evaluation set by its script; python -m evaluation run --agent ... plays them with an agent.
evaluation: $(VENV)/installed-test
	$(BIN)/python -m evaluation solve

# Plays hosts that other people wrote against the server; it needs the package registries, and node for some.
hosts: $(VENV)/installed-test
	$(BIN)/python -m tests.hosts
	$(BIN)/python -m tests.hosts.installed
	$(BIN)/python -m tests.hosts.vscode

# How long the server takes to list its tools, beside one that does nothing.
start: $(VENV)/installed-test
	$(BIN)/python benchmarks/start.py

# How long what a salesperson asks of 50,000 records takes, beside plain SQLite; it fails where one takes over 300 ms.
queries: $(VENV)/installed-test
	$(BIN)/python benchmarks/queries.py

# The documentation as a site in site/; a link or an anchor that leads nowhere ends it. It needs no network.
docs: $(VENV)/installed-docs
	$(BIN)/zensical build --clean --strict

$(VENV)/installed-release: $(VENV)/installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[release]'
	touch $@

# From a clone to all that a release publishes, in dist/: wheel and sdist tried in a bare environment, .mcpb bundle, server.json,
# images where a Docker engine answers, bill of materials, checksums. It needs the package registries, and node for the bundle.
dist: $(VENV)/installed-release
	$(BIN)/python -m release

# Known vulnerabilities of what is pinned, where the network lets one ask; `make test` audits what needs no network.
audit: $(VENV)/installed-release
	$(BIN)/pip-audit --strict --disable-pip --no-deps --requirement constraints.txt

clean:
	rm -rf $(VENV) .hosts dist site
