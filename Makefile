.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
FOLDER ?= screenshots
TIMES ?= 1
BIN := .venv/bin
# Modules are compiled when they are first used, which most of them never are.
PIP_INSTALL := $(BIN)/pip --quiet --disable-pip-version-check install --require-hashes --no-deps --no-compile --no-warn-script-location
WHOLE := -q -n 4 --dist worksteal
# What needs neither a site nor a browser. It runs first, so that a wrong line shows within a minute.
QUICK := $(addprefix tests/connections/,catalog form pasting value) \
	$(addprefix tests/secretsadmin/,diff test_templates.py test_texts.py) \
	$(patsubst %,tests/secretsadmin/config/test_%.py,addresses backend environments kwargs_variable) \
	$(addprefix tests/variables/,test_merge.py test_variable.py) $(wildcard tests/test_*.py)
PRODUCTION := env -u DEBUG SECRET_KEY=$(shell printf 'secret%.0s' {1..10}) AUDIT_KEY=$(shell printf 'audit%.0s' {1..10}) \
	PUBLIC_URL=https://airflow-secrets.example.com DATABASE_URL=sqlite://:memory: SECRETSADMIN_CONFIG= \
	AIRFLOW__SECRETS__BACKEND_KWARGS='{"region_name": "eu-central-1"}'

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sort | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

.PHONY: install
install: .venv/installed ## Make .venv from the locked requirements

.venv/installed: requirements/development.txt .venv/demo
	@echo "Installing what working on it takes ..."
	@$(PIP_INSTALL) -r $<
	@touch $@

.venv/demo: requirements/demo.txt
	@echo "Installing what the demo takes ..."
	@$(PYTHON) -m venv .venv
	@$(PIP_INSTALL) -r $<
	@touch $@

.PHONY: demo
demo: .venv/demo ## Serve the dashboard with sample data at 127.0.0.1:8000 (PORT=… for another)
	@exec $(BIN)/python -m secretsadmin.demo --port $(PORT)

.PHONY: chromium
chromium: .venv/installed
	@$(BIN)/python tests/browser/chromium.py

.PHONY: test
test: .venv/installed chromium ## Run the whole suite, with a real browser; what is quick comes first
	$(BIN)/pytest $(WHOLE) --exitfirst $(QUICK)
	$(BIN)/pytest $(WHOLE) $(QUICK:%=--ignore=%)

.PHONY: test-busy
test-busy: .venv/installed chromium ## Run the whole suite beside a busy loop on each core (TIMES=5 for five times)
	@trap 'kill $$(jobs -p)' EXIT; \
	for core in $$(seq $$(getconf _NPROCESSORS_ONLN)); do while :; do :; done & done; \
	for time in $$(seq $(TIMES)); do $(BIN)/pytest $(WHOLE) || exit 1; done

.PHONY: test-postgres
test-postgres: .venv/installed ## Run what writes and reads the database on a throw-away PostgreSQL
	$(BIN)/python .ci/with_postgres.py $(BIN)/pytest -q -n 6 --dist worksteal -m database tests/secretsadmin \
		tests/variables/test_pages.py tests/connections/test_{create,update,copy}.py

.PHONY: check
check: .venv/installed ## Lint, type-check, hold the import contracts, check production settings and dependencies
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(PRODUCTION) $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python .ci/audit_dependencies.py

.PHONY: screenshots
screenshots: .venv/installed chromium ## Take a picture of every page with sample data (FOLDER=… for another than screenshots/)
	$(BIN)/python -m tests.browser.screenshots $(FOLDER)

.PHONY: bench
bench: .venv/installed .venv-awscli/installed ## Count AWS calls per action, and measure our own share of a page
	$(BIN)/python -m tests.bench

.PHONY: audit-campaign
audit-campaign: .venv/installed ## Let 8 processes add to one audit log, on SQLite and on PostgreSQL
	env -u DATABASE_URL $(BIN)/python -m tests.bench.appending
	$(BIN)/python .ci/with_postgres.py $(BIN)/python -m tests.bench.appending

.venv-%/installed: requirements/%.txt
	rm -rf .venv-$*
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	touch $@

# The folder is laid anew, because pip replaces nothing in a target that is there.
.PHONY: catalogue
catalogue: .venv/installed .venv-conformance/installed ## Read the connection types of the newest providers, which takes minutes
	rm -rf .venv-providers
	.venv-conformance/bin/pip install --quiet --disable-pip-version-check --no-deps --no-compile --only-binary :all: \
		--target .venv-providers -r .ci/providers.txt
	PYTHONPATH=.venv-providers AIRFLOW_HOME=$(CURDIR)/.venv-providers $(PRODUCTION) $(BIN)/python manage.py refresh_connection_types \
		--from-airflow .venv-conformance/bin/python --without-libraries --output connections/providers/connection_types.json
	$(BIN)/python -m connections.catalog.docs > docs/connection-types.md
	PYTHONPATH=. $(BIN)/python .ci/compare_catalogue.py .venv-providers

RELEASES := $(patsubst requirements/airflow-%.txt,%,$(wildcard requirements/airflow-*.txt))

.PHONY: conformance-all
conformance-all: .venv/installed .venv-conformance/installed $(RELEASES:%=.venv-airflow-%/installed) ## Compare our reading and writing with every release of Airflow that is locked (some minutes)
	$(BIN)/python -m tests.conformance.matrix
	$(BIN)/pytest -q tests/conformance/releases

.PHONY: conformance
conformance: .venv/installed .venv-conformance/installed .venv-ministack/installed chromium ## Compare our reading, writing and pages with a real Airflow, before two emulators
	PYTHONPATH=. .venv-conformance/bin/python tests/conformance/compare.py
	$(BIN)/pytest -n 2 --dist worksteal --ignore tests/conformance/releases tests/conformance
