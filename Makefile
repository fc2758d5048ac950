# Everything that a newcomer needs: `make demo`, `make test`, `make dev`. The virtual environment comes from the lock file.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TOOLS := .venv-tools
TOOLS_READY := $(TOOLS)/.ready
SPARK := .venv-spark
SPARK_READY := $(SPARK)/.ready
OPEN_STACK := .venv-open-stack
OPEN_STACK_READY := $(OPEN_STACK)/.ready
MANIFEST := dbt_project/target/manifest.json
# Where PYTHONDONTWRITEBYTECODE is set, each process would compile all that it imports.
COMPILE := $(BIN)/python -m compileall -q pipelines assets tests
export DAGSTER_DISABLE_TELEMETRY := 1
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: setup demo test check style types imports sql cards dev manifest screenshots docs faults figures sbom audit tools spark lock clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) from requirements.lock"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	@$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes --python $(BIN)/python -r requirements.lock
	@$(BIN)/uv pip install --quiet --no-deps --python $(BIN)/python --editable .
	@$(COMPILE)
	@touch $(READY)

$(TOOLS_READY): .ci/tools.lock $(READY)
	@echo "Setting up $(TOOLS) from .ci/tools.lock"
	@test -x $(TOOLS)/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python $(TOOLS)
	@$(BIN)/uv pip install --quiet --require-hashes --python $(TOOLS)/bin/python -r .ci/tools.lock
	@touch $(TOOLS_READY)

$(SPARK_READY): .ci/spark.lock $(READY)
	@echo "Setting up $(SPARK) from .ci/spark.lock"
	@test -x $(SPARK)/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python $(SPARK)
	@$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes --python $(SPARK)/bin/python -r .ci/spark.lock
	@touch $(SPARK_READY)

$(OPEN_STACK_READY): .ci/open-stack.lock $(READY)
	@echo "Setting up $(OPEN_STACK) from .ci/open-stack.lock"
	@test -x $(OPEN_STACK)/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python $(OPEN_STACK)
	@$(BIN)/uv pip install --quiet --require-hashes --python $(OPEN_STACK)/bin/python -r .ci/open-stack.lock
	@touch $(OPEN_STACK_READY)

demo: $(READY)
	@$(BIN)/opposable demo

manifest: $(MANIFEST)

$(MANIFEST): $(READY) $(shell find dbt_project -name '*.sql' -o -name '*.yml' | grep -v target)
	@echo "Parsing dbt's project"
	@$(BIN)/python -m pipelines.marts.manifest

test: $(MANIFEST) $(SPARK_READY)
	@$(COMPILE)
	@$(BIN)/python -m pytest -n auto --no-loadscope-reorder

check: style types imports sql cards

style: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(READY)
	@$(BIN)/mypy

imports: $(READY)
	@$(BIN)/lint-imports --no-cache

sql: $(MANIFEST) $(TOOLS_READY)
	@$(TOOLS)/bin/sqlfluff lint --disable-progress-bar --nocolor -q dbt_project/models dbt_project/tests

cards: $(READY)
	@$(BIN)/opposable rules check

dev: $(MANIFEST)
	@$(BIN)/opposable dev

screenshots: $(MANIFEST)
	@$(BIN)/python -m pipelines.commands.screenshots docs/images

docs: $(READY)
	@$(BIN)/opposable docs

faults: $(READY)  # the table of faults and attacks, from the tests
	@$(BIN)/python -m tests.support.faults

figures: $(OPEN_STACK_READY)  # measures for hours, for minutes with FIGURES=--quick, and writes figures and chart into the pages
	@$(BIN)/python -m benchmarks.figures $(FIGURES)

sbom: $(TOOLS_READY)  # what is installed, with licences, as CycloneDX
	@mkdir -p dist
	@$(TOOLS)/bin/cyclonedx-py environment --no-validate --pyproject pyproject.toml --output-reproducible --of JSON -o dist/sbom.cdx.json $(BIN)/python

audit: $(TOOLS_READY)  # known holes of what is locked, by OSV; skipped by name where OSV can't be reached
	@log=$$(mktemp); status=0; \
	$(TOOLS)/bin/pip-audit --strict --vulnerability-service osv --require-hashes --disable-pip --requirement requirements.lock >$$log 2>&1 || status=$$?; \
	if [ $$status -ne 0 ] && grep -qE "(Connection|Proxy|SSL|Timeout)Error|Timeout:" $$log; \
	then echo "audit SKIPPED: the advisories of OSV can't be reached from here"; rm -f $$log; \
	else cat $$log; rm -f $$log; exit $$status; fi

spark: $(SPARK_READY)  # the server that the tests of the engine start; needs Java 17

lock: $(READY)
	@$(BIN)/uv pip compile --quiet --all-extras --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 .ci/tools.in -o .ci/tools.lock
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 .ci/spark.in -o .ci/spark.lock
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 .ci/open-stack.in -o .ci/open-stack.lock

tools: $(TOOLS_READY)  # what looks at the project: SBOM, audit, secrets

clean:
	rm -rf data dist
