# Two commands: `make demo` to see it, `make test` to prove it. `make` alone prints all targets.

PYTHON ?= python3
PY := .venv/bin/python
# A command behind this has PostgreSQL and Redis at hand, its own or those DATABASE_URL and REDIS_URL name.
SERVERS := $(PY) -m config.embedded
PORT ?= 8000
MINUTES ?= 5
ARGS ?=
# Tests with these markers take a browser, processes or minutes; tests/plugins/heavy.py says what each means.
HEAVY := browser or faults or walk or drill
# One process more than cores: the tests of waiting and of other programs leave theirs idle.
XDIST = -n $(shell $(PYTHON) -c 'import os; print(min(8, (os.cpu_count() or 1) + 1))') --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help setup setup-demo demo test check lint fmt manage registries run worker bench faults fuzz lock \
	pictures shots

help: ## Print this list
	@echo "Usage: make TARGET [VARIABLE=VALUE ...]"
	@sed -n 's/^\([a-z]*\):.*## /  \1\t/p' Makefile | expand -t 12

setup: ## Install what development and tests need into .venv
	@$(PYTHON) bin/bootstrap.py --dev

setup-demo:
	@$(PYTHON) bin/bootstrap.py

demo: setup-demo ## Run the whole product with a company in it (PORT=8000 BIND=127.0.0.1 TLS=1 RESET=1 ALERTS=0 DEMO_DIR=.demo)
	@exec $(PY) -m config.demo

test: setup ## Run all tests on real servers (ARGS="-k name")
	@$(PY) -m pytest $(XDIST) $(ARGS)

check: setup ## Run the quick checks and the light tests, in minutes (ARGS="-k name")
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --quiet --check .
	@.venv/bin/djlint --quiet --lint templates
	@said=$$(.venv/bin/lint-imports) || { echo "$$said"; exit 1; }
	@$(PY) -m pytest $(XDIST) -m "not ($(HEAVY))" $(ARGS)

lint: setup ## Check style, types, layers, templates, migrations and the deployment settings
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	SECRET_KEY=lint $(PY) -m mypy .
	.venv/bin/lint-imports
	.venv/bin/djlint --lint templates
	$(SERVERS) $(PY) manage.py makemigrations --check --dry-run
	SITE_URL=https://portal.example.com $(SERVERS) $(PY) manage.py check --deploy --fail-level WARNING

fmt: setup ## Format the Python code and fix what can be fixed (templates keep the white space that inline text needs)
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

manage: setup ## Run a command of manage.py with servers at hand (ARGS="shell")
	@$(SERVERS) $(PY) manage.py $(ARGS)

registries: setup ## Print what the apps register with each other: panels, sweeps, kinds, health checks, receivers
	@$(SERVERS) $(PY) manage.py registries

run: setup ## Run the portal alone, reloading on changes (PORT=8000)
	$(SERVERS) $(PY) manage.py migrate
	DEBUG=1 SITE_URL=http://localhost:$(PORT) $(SERVERS) $(PY) manage.py runserver $(PORT)

worker: setup ## Run a Celery worker beside `make run`
	$(SERVERS) $(PY) -m celery -A config worker --without-gossip --without-mingle -Q default,customers --loglevel INFO

bench: setup ## Measure speed against the limits (prints a table)
	$(SERVERS) $(PY) -m tests.bench

faults: setup ## Break things on purpose and count what is lost (prints a table)
	FAULTS=full $(PY) -m pytest tests/faults -p no:randomly --no-second-try $(ARGS)

fuzz: setup ## Send a running portal what nobody expects, and check every answer (PORT=8000 MINUTES=5 TOKEN=hf_...)
	@.venv/bin/st --config-file tests/schemathesis.toml run http://localhost:$(PORT)/api/schema/ \
		--header "Authorization: Bearer $(TOKEN)" --max-time $$((60 * $(MINUTES))) $(ARGS)

shots: setup ## Take screenshots of the main screens into tests/browser/shots
	SHOTS=1 $(PY) -m pytest tests/browser -p no:randomly --no-second-try $(ARGS)

pictures: setup ## Take the README's pictures again into docs/images
	PICTURES=1 $(PY) -m pytest tests/browser/test_pictures.py --no-second-try

lock: setup ## Compile the lock files again from pyproject.toml (ARGS=--upgrade)
	.venv/bin/uv pip compile -q --universal --generate-hashes --no-header --extra embedded $(ARGS) \
		pyproject.toml -o requirements.lock
	.venv/bin/uv pip compile -q --universal --generate-hashes --no-header --extra embedded --group dev $(ARGS) \
		pyproject.toml -o requirements-dev.lock
	sed -n '/^uv==/,/# via/p' requirements-dev.lock | grep -v '# via' > bin/uv.lock.txt
