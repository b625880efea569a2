# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# `make demo` and `make test` need python3 (3.11 or newer) and git; everything else they install into .venv.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
TESTS  ?= tests
WORKERS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
FUZZ_EXAMPLES ?= 20000
COLLECTIONS = $(CURDIR)/$(VENV)/collections

# A first pip may be old and talkative; what it says matters only when it fails.
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet install

.PHONY: help demo demo-clean test fuzz lint docs bench clean

help:
	@echo "make demo        try the collection on a small cloud inside this computer"
	@echo "make demo-clean  end everything that the demo made"
	@echo "make test        run the tests"
	@echo "make fuzz        run the property tests with $(FUZZ_EXAMPLES) examples each"
	@echo "make lint        run every check that is not a test of behaviour"
	@echo "make docs        build the documentation into build/docs"
	@echo "make bench       time it side by side with others"
	@echo "make clean       remove everything that these made"

demo: $(VENV)/run
	@sh playbooks/demo.sh $(VENV) up

demo-clean: $(VENV)/run
	@sh playbooks/demo.sh $(VENV) down

test: $(VENV)/test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS) $(TESTS)

fuzz: $(VENV)/test
	ANYCLOUD_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/python -m pytest -n $(WORKERS) -m fuzz $(PYTEST_ARGS) tests/unit

lint: $(VENV)/lint
	PATH="$(CURDIR)/.cache/pythons:$(CURDIR)/$(BIN):$$PATH" $(BIN)/nox $(NOX_ARGS)

docs: $(VENV)/lint
	PATH="$(CURDIR)/.cache/pythons:$(CURDIR)/$(BIN):$$PATH" $(BIN)/nox -e docs

bench: $(VENV)/test
	for benchmark in tests/benchmarks/[a-z]*.py; do echo "== $$benchmark"; \
	    PYTHONPATH=$(COLLECTIONS) $(BIN)/python $$benchmark || exit 1; done

clean:
	@if [ -x $(BIN)/ansible-playbook ]; then sh playbooks/demo.sh $(VENV) down; fi
	rm -rf $(VENV) .cache .nox build tests/output .pytest_cache .ruff_cache .mypy_cache .hypothesis *.tar.gz

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "$(PYTHON) must be Python 3.11 or newer; say: make PYTHON=/path/to/python3.13 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Making the virtual environment $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@mkdir -p $(COLLECTIONS)/ansible_collections/anycloud
	@ln -sfn ../../../.. $(COLLECTIONS)/ansible_collections/anycloud/core
	@touch $@

$(VENV)/run: $(VENV)/made requirements.txt
	@echo "Installing Ansible and what the collection uses"
	@$(PIP) 'ansible-core>=2.19' -r requirements.txt
	@touch $@

$(VENV)/test: $(VENV)/run tests/requirements/test.txt
	@echo "Installing what the tests use"
	@$(PIP) -r tests/requirements/test.txt
	@touch $@

$(VENV)/lint: $(VENV)/run tests/requirements/lint.txt
	@$(PIP) -r tests/requirements/lint.txt
	@$(BIN)/python tests/tools/pythons.py .cache/pythons 3.11 3.13 || true
	@touch $@
