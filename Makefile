# Everything a developer types. `make demo` and `make test` need git, make and Python 3.11 to 3.14 with venv, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Two more than there are cores: the tests of a deployment and of pages mostly wait.
WORKERS := $(shell expr $$(nproc 2>/dev/null || echo 2) + 2)
UV := $(BIN)/uv
export UV_LINK_MODE := copy
# What is compiled once is kept, also where the environment says otherwise: the tests start some hundreds of commands.
unexport PYTHONDONTWRITEBYTECODE

# uv and pip trust what the system trusts, such as a company's own root certificate. pip before 24.2 needs the path of the file
# or folder. Both fall back to the certificates that they ship where the system has none.
TRUSTED := $(shell $(PYTHON) -c 'import os, ssl; at = ssl.get_default_verify_paths(); print(at.cafile or (at.capath if at.capath and os.listdir(at.capath) else ""))')
export UV_SYSTEM_CERTS ?= $(if $(TRUSTED)$(filter Darwin,$(shell uname)),true,false)
export PIP_CERT ?= $(TRUSTED)

.PHONY: demo screenshots test test-deep test-simulation mutants fuzz lint lint-code lint-templates lint-sam lint-security audit types bench bench-history bench-memory lock clean tools

demo: $(VENV)/.ready .tools/.ready  ## the whole pipeline on this machine, no account needed
	$(BIN)/chartwatch demo

# The checker of HTML runs on Java and comes from npm. Where there is neither, its tests are skipped with the reason.
CHECKER := $(if $(shell command -v npm >/dev/null && command -v java),.tools/site/.ready)

test: $(VENV)/.ready .tools/.ready $(CHECKER)  ## every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

screenshots: $(VENV)/.ready  ## each kind of page of the site, on a phone and a desktop, light and dark, as PNG in screenshots/
	PYTHONPATH=functions $(BIN)/python -m tests.site.screenshots screenshots

test-deep: $(VENV)/.ready  ## 100,000 generated cases of order, repetition and correction, and 20,000 worlds whose unknown is tried in every way; takes hours
	CHARTWATCH_HYPOTHESIS=deep $(BIN)/python -m pytest -n auto tests/unit/domain/test_arrival_order.py tests/integration/test_oracle_generated.py \
	  tests/unit/domain/test_certain.py tests/unit/domain/test_certain_asked.py \
	  tests/unit/domain/test_certain_debuts.py tests/unit/domain/test_rebuild.py

SIMULATIONS ?= 8900000
test-simulation: $(VENV)/.ready  ## every single fault at every call of the pipeline, every pair, and 20,000 runs with more: some 200 minutes of one core; a part of the pairs with make test-simulation SIMULATIONS=20000
	CHARTWATCH_SIMULATIONS=$(SIMULATIONS) $(BIN)/python -m pytest -n auto tests/simulation

MODULES ?= delivery domain
mutants: .tools/mutants/.ready  ## small changes of the code that must not be wrong, each of which some test has to notice; make mutants MODULES="publish outbox"
	.tools/mutants/bin/python -m tests.mutants $(MODULES)

COUNT ?= 10000000
fuzz: $(VENV)/.ready  ## mutated inputs for every parser and for stories: make fuzz COUNT=100000
	PYTHONPATH=functions $(BIN)/python -m tests.fuzz --count $(COUNT)

TEMPLATES := infrastructure/alarms.yaml infrastructure/site.yaml infrastructure/kept.yaml

lint: lint-code lint-templates lint-sam lint-security
lint-code: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
lint-templates: $(VENV)/.ready
	$(BIN)/cfn-lint template.yaml $(TEMPLATES)
lint-sam: $(VENV)/.ready .tools/.ready
	PATH="$(CURDIR)/$(BIN):$$PATH" SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 .tools/sam/bin/sam validate --lint --template template.yaml
lint-security: .tools/checkov/.ready
	.tools/checkov/bin/checkov --framework cloudformation --quiet --compact --skip-download -f template.yaml $(TEMPLATES)

audit: .tools/audit/.ready  ## known weaknesses of the locked versions, as api.osv.dev has them
	.tools/audit/bin/pip-audit --strict --vulnerability-service osv --disable-pip --require-hashes -r functions/requirements.txt
	.tools/audit/bin/pip-audit --strict --vulnerability-service osv --disable-pip --require-hashes -r requirements/dev.txt

types: $(VENV)/.ready
	$(BIN)/mypy
	$(BIN)/mypy functions/*.py

bench: $(VENV)/.ready  ## speed against DuckDB; wants CHARTWATCH_DATA
	$(BIN)/python -m bench.replay

bench-history: $(VENV)/.ready  ## whether a publication costs more after 1, 5 and 20 years; some minutes
	PYTHONPATH=functions $(BIN)/python -m bench.history

bench-memory: $(VENV)/.ready  ## how much memory a whole-file revision takes; some minutes
	PYTHONPATH=functions $(BIN)/python -m bench.memory

lock: $(VENV)/.ready  ## choose versions anew, with hashes and without addresses
	$(UV) pip compile -q pyproject.toml $(LOCK) -o functions/requirements.txt
	$(UV) pip compile -q pyproject.toml --extra cli --extra dev $(LOCK) -c functions/requirements.txt -o requirements/dev.txt
	$(UV) pip compile -q requirements/sam.in $(LOCK) -o requirements/sam.txt
	$(UV) pip compile -q requirements/local-aws.in $(LOCK) -o requirements/local-aws.txt
	$(UV) pip compile -q requirements/checkov.in $(LOCK) -o requirements/checkov.txt
	$(UV) pip compile -q requirements/audit.in $(LOCK) -o requirements/audit.txt
	$(UV) pip compile -q requirements/mutants.in $(LOCK) -c requirements/dev.txt -o requirements/mutants.txt
	$(UV) pip compile -q requirements/uv.in $(LOCK) -o requirements/uv.txt
	cd requirements/site && npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund --save-exact vnu-jar@latest
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock" --upgrade

tools: $(VENV)/.ready .tools/.ready $(CHECKER)

$(VENV)/.uv: requirements/uv.txt
	$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 15) or sys.exit("Chartwatch needs Python 3.11, 3.12, 3.13 or 3.14, as its functions do; say which with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	touch $@

$(VENV)/.ready: $(VENV)/.uv requirements/dev.txt pyproject.toml
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps -e .
	touch $@

# SAM CLI and the local AWS pin versions of botocore that exclude each other, so each has an environment of its own.
.tools/.ready: $(VENV)/.uv requirements/sam.txt requirements/local-aws.txt
	for tool in sam local-aws; do \
	  $(UV) venv --quiet --clear --python $(BIN)/python .tools/$$tool && \
	  $(UV) pip install --quiet --python .tools/$$tool/bin/python --require-hashes -r requirements/$$tool.txt || exit 1; \
	done
	touch $@

# Each is wanted by one command alone: checkov, which brings more packages than all others together, by `make lint`.
.tools/checkov/.ready .tools/audit/.ready: .tools/%/.ready: $(VENV)/.uv requirements/%.txt
	$(UV) venv --quiet --clear --python $(BIN)/python .tools/$*
	$(UV) pip install --quiet --python .tools/$*/bin/python --require-hashes -r requirements/$*.txt
	touch $@

.tools/site/.ready: requirements/site/package.json requirements/site/package-lock.json
	mkdir -p $(@D)
	cp $^ $(@D)
	cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch .ready || \
	  echo "npm could not install the checker of HTML: its tests are skipped"

# What mutates imports the tests and what they need, but Chartwatch itself only as mutated.
.tools/mutants/.ready: $(VENV)/.uv requirements/dev.txt requirements/mutants.txt
	$(UV) venv --quiet --clear --python $(BIN)/python .tools/mutants
	$(UV) pip install --quiet --python .tools/mutants/bin/python --require-hashes -r requirements/dev.txt -r requirements/mutants.txt
	touch $@

clean:  ## remove what the commands above made
	rm -rf $(VENV) .tools .mutants screenshots .aws-sam .chartwatch functions/chartwatch.egg-info .hypothesis .mypy_cache .ruff_cache .import_linter_cache
