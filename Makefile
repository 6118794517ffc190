# The two commands a newcomer needs: `make run` and `make test`. Everything else is for the curious.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
LOUPE := $(BIN)/loupe
READY := .venv/.ready
SPARK := .venv/.spark
# How large a network `make test-spark` compares the engines on.
STORES ?= 5
DAYS ?= 40

.DEFAULT_GOAL := help
.PHONY: help run serve up test test-spark spark lint pages bench browser java lock clean

help:  ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "make %-11s %s\n", $$1, $$2}'

run: $(READY)  ## Take in what has landed (a demonstration network if nothing has), build, check, publish
	@$(LOUPE) demo --if-empty
	@$(LOUPE) run

serve: $(READY)  ## Open the dashboards on the newest publish
	@$(LOUPE) serve

up: $(READY)  ## Dagster with its schedule and landing sensor, and the dashboards
	@$(LOUPE) up

test: $(READY) browser  ## Everything the tests need, then the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 15

test-spark: $(SPARK) java  ## Every table on DuckDB and on Spark, row by row (STORES=40 DAYS=400 for more)
	$(BIN)/python -m pytest tests/spark --stores $(STORES) --days $(DAYS) --durations 5

spark: $(SPARK) java  ## Add the extra `spark`, for engine = "spark" in loupe.toml

lint: $(READY)  ## Style, types, SQL, and which way imports may run
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint dbt_project/models dbt_project/tests --disable-progress-bar

pages: $(READY)  ## Write the pages of the shipped mappings anew (docs/mappings)
	$(BIN)/python -m pipelines.ingest.mapping_pages

bench: $(READY)  ## Measured speeds (minutes; not part of the tests)
	$(BIN)/python -m tests.bench

browser:  ## Chromium for the browser tests, from Debian's packages where we may install them
	@command -v chromium >/dev/null 2>&1 \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	     && apt-get update -qq \
	     && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 \
	          chromium >/dev/null; } \
	|| echo 'No chromium: the browser tests will be listed as not run. To enable them: sudo apt-get install chromium'

java:  ## Java 17 for Spark, from Debian's packages where we may install them
	@command -v java >/dev/null 2>&1 || [ -x "$$JAVA_HOME/bin/java" ] \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	     && apt-get update -qq \
	     && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 \
	          openjdk-17-jre-headless >/dev/null; } \
	|| { echo 'Spark needs Java 17: sudo apt-get install openjdk-17-jre-headless'; exit 1; }

lock:  ## Resolve both lock files again (needs uv)
	uv pip compile pyproject.toml --group dev --generate-hashes --python-version 3.11 \
		--no-header --no-annotate -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --extra spark -c requirements.lock --generate-hashes \
		$$(sed -n 's/^\([a-z0-9._-]*\)==.*/--no-emit-package \1/p' requirements.lock) \
		--python-version 3.11 --no-header --no-annotate -q -o requirements-spark.lock

clean:  ## Remove the environment; the data stay
	rm -rf .venv

# The lock is complete, so nothing is resolved (--no-deps) and every byte is checked (--require-hashes).
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	|| { echo 'Loupe needs Python 3.11: make PYTHON=/path/to/python3.11 …'; exit 1; }
	@echo 'Setting up .venv (once; two minutes) …'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

# Beside the environment, not in it: most networks never need Spark, and it is 450 MB.
$(SPARK): $(READY) requirements-spark.lock
	@echo 'Adding Spark (once; two minutes) …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--require-hashes -r requirements-spark.lock
	@touch $(SPARK)
