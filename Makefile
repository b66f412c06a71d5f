# Every target does its own set-up in a virtual environment; a second call is quick.
#   make run     the baseline and the plan, 10,000 draws: target table, report, pictures
#   make test    the whole test suite
# Another Python: make test PYTHON=python3.13

PYTHON ?= python3
VENV ?= .venv
OUT ?= out
DRAWS ?= 10000
OPTIONS ?=

BIN := $(VENV)/bin
DEFINITION := pyproject.toml constraints.txt
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run test generated lint notebooks docs bench wheel clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.installed ## simulate baseline and plan; table, report and pictures in out/
	$(BIN)/provsim run baseline plan --draws $(DRAWS) --horizon 2035 --out $(OUT) $(OPTIONS)

test: $(VENV)/.installed-test ## run the whole test suite on all cores
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.installed-dev ## check style, format, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

notebooks: $(VENV)/.installed-dev ## execute every notebook
	VENV=$(VENV) bash .ci/notebooks

docs: $(VENV)/.installed-dev ## build the documentation in site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: $(VENV)/.installed-dev ## one quick pass of the benchmarks
	$(BIN)/asv --config benchmarks/asv.conf.json machine --yes
	$(BIN)/asv --config benchmarks/asv.conf.json run --quick --python=same --show-stderr

generated: $(VENV)/.installed-test ## rewrite the pages, tables and pictures made from data
	$(BIN)/python -m tests.regenerate

wheel: $(VENV)/.installed-dev ## build dist/ and run the wheel from an empty folder
	rm -rf dist
	$(BIN)/python -m build
	bash .ci/wheel $(BIN)/python

clean: ## remove environments, builds and caches
	rm -rf .venv build dist site out benchmarks/.asv .coverage
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Set-up: one stamp for each set of requirements ------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "provsim needs Python 3.11 or newer, and '$(PYTHON)' is not;" \
	       "name another one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "'$(PYTHON)' cannot make a virtual environment;" \
	       "install its venv module (on Debian: python3-venv)"; exit 1; }

$(VENV)/.installed: $(DEFINITION) | $(BIN)/python
	$(INSTALL) -e .
	@touch $@

$(VENV)/.installed-test: $(DEFINITION) | $(BIN)/python
	$(INSTALL) -e '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-dev: $(DEFINITION) | $(BIN)/python
	$(INSTALL) -e '.[dev]'
	@touch $@ $(VENV)/.installed-test $(VENV)/.installed
