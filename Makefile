# Both targets need Python 3.11+, pip and make, nothing else; each makes its own environment first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test readme schemathesis evaluation clean

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $@

demo: $(VENV)/installed
	$(BIN)/crm-mcp demo

test: $(VENV)/installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright --level error
	$(BIN)/pytest --numprocesses auto

readme: $(VENV)/installed-test
	$(BIN)/python -m tests.test_readme
	$(BIN)/python -m tests.docs.test_deviations

# Long runs of Schemathesis against the fake; make schemathesis SCHEMATHESIS_EXAMPLES=2000 makes them longer.
SCHEMATHESIS_EXAMPLES ?= 500
schemathesis: $(VENV)/installed-test
	SCHEMATHESIS_EXAMPLES=$(SCHEMATHESIS_EXAMPLES) $(BIN)/pytest --capture=no tests/openapi/test_schemathesis.py

# Plays every task of the evaluation set by its script; python -m evaluation run --agent ... plays them with an agent.
evaluation: $(VENV)/installed-test
	$(BIN)/python -m evaluation solve

clean:
	rm -rf $(VENV)
