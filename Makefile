# make demo: lint the example deployment. make test: check and test everything. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check fuzz bench bench-scale ecosystem docs update-expected new-rule clean

$(VENV)/.installed: pyproject.toml setup.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.developer: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@

demo: $(VENV)/.installed
	@cd examples/acme-platform && ../../$(BIN)/dotmac-lint --isolated --exit-zero .

check: $(VENV)/.developer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: check
	$(BIN)/python -m pytest -q -n 2

fuzz: $(VENV)/.developer
	DOTMAC_LINT_FUZZ=20000 $(BIN)/python -m pytest -q -n 2 tests/oracle tests/readers tests/model tests/laws

update-expected: $(VENV)/.developer
	$(BIN)/python -m pytest -q tests/test_rules.py --update-expected

# FOLDER is what is linted; the peers are installed into an environment of their own.
FOLDER ?= examples/acme-platform
bench: $(VENV)/.installed
	$(BIN)/python benchmarks/bench.py $(FOLDER) --json docs/benchmarks.json --docs docs/benchmarks.md

bench-scale: $(VENV)/.installed
	$(BIN)/python benchmarks/scale.py

ecosystem: $(VENV)/.developer
	$(BIN)/python tests/ecosystem/run.py $(if $(CHECKOUTS),--checkouts $(CHECKOUTS))
	$(if $(CHECKOUTS),$(BIN)/python tests/oracle/compose_corpus.py $(CHECKOUTS))
	$(if $(CHECKOUTS),$(BIN)/python tests/oracle/files_corpus.py $(CHECKOUTS))
	$(if $(CHECKOUTS),$(BIN)/python tests/oracle/cache_corpus.py $(CHECKOUTS))

docs: $(VENV)/.developer
	$(BIN)/python tools/docs.py

new-rule: $(VENV)/.developer
	$(BIN)/python tools/new_rule.py "$(CODE)" "$(NAME)"

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
