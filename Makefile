.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sort | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

.PHONY: install
install: .venv/installed ## Make .venv from the locked requirements

.venv/installed: requirements/development.txt
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	touch $@

.venv-conformance/installed: requirements/conformance.txt
	rm -rf .venv-conformance
	$(PYTHON) -m venv .venv-conformance
	.venv-conformance/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	touch $@

.PHONY: conformance
conformance: .venv-conformance/installed ## Compare our reading and writing with a real Airflow, in an environment of its own
	PYTHONPATH=. .venv-conformance/bin/python tests/conformance/compare.py
