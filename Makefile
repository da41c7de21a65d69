# imcp_jupyter: one command per job. `make help` lists them.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

TABULAR := tabular quality accuracy scale related private
GATF := gatf gatf_speed gatf_privacy calibration coverage

.DEFAULT_GOAL := help
.PHONY: help demo lab test lint format bench bench-tabular bench-gatf docs notebooks screenshots constraints clean browser

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z.\/-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/ready ## the main job on the bundled Adult census: fit, sample, validate, report
	$(BIN)/imcp demo --out build/demo

lab: $(VENV)/ready ## JupyterLab with the demo notebooks; prints how to attach an agent
	$(BIN)/imcp lab --folder build/lab

test: $(VENV)/ready browser ## every test: units, server, kernel, notebooks, browser, JavaScript
	cd js && npm test --silent
	$(BIN)/python -m pytest
	rm -rf build/notebooks
	IMCP_HOME=$(CURDIR)/build/notebooks $(BIN)/python -m pytest --nbval notebooks -p no:cacheprovider -o filterwarnings=default -o timeout=600

lint: $(VENV)/ready ## ruff, mypy on the package, tsc
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd js && npm run check --silent

format: $(VENV)/ready ## let ruff write what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/ready ## write docs/reference.md from the code
	$(BIN)/python docs/make_reference.py

notebooks: $(VENV)/ready ## run the notebooks and keep their output
	$(BIN)/python bench/run_notebooks.py

screenshots: $(VENV)/ready browser ## take the pictures of the docs anew
	$(BIN)/python -m pytest tests/browser
	mkdir -p docs/images && cp build/screenshots/quickstart.png docs/images/

bench: $(VENV)/ready ## measure, and write docs/benchmarks.md
	$(BIN)/python -m bench

bench-tabular: $(VENV)/ready ## measure only the tabular engines: the sections of TABULAR
	$(BIN)/python -m bench $(TABULAR)

bench-gatf: $(VENV)/ready ## measure only the validation: the sections of GATF
	$(BIN)/python -m bench $(GATF)

constraints: $(VENV)/ready ## resolve every dependency anew into constraints.txt
	$(BIN)/python bench/make_constraints.py

clean: ## remove the environment and everything built
	rm -rf $(VENV) build dist js/node_modules imcp_jupyter/widgets/static

browser: ## Debian's Chromium, for the browser tests
	@command -v chromium >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; \
	  else echo "the browser tests need Chromium: sudo apt-get install chromium" >&2; exit 1; fi; }

# uv resolves and installs; where pip is told of a folder of wheels (torch's CPU build may lie there), uv is told too.
FIND_LINKS := $(shell $(PYTHON) -m pip config get global.find-links 2>/dev/null || $(PYTHON) -m pip config get :env:.find-links 2>/dev/null)
UV_SOURCES := $(if $(FIND_LINKS),$(addprefix --find-links ,$(FIND_LINKS)),--torch-backend cpu)

$(VENV)/ready: pyproject.toml constraints.txt js/package.json js/package-lock.json $(wildcard js/src/*.ts js/src/*/*.ts js/src/*.tsx js/src/*/*.tsx js/src/*.css js/*.mjs)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -x $(BIN)/uv || $(BIN)/pip install --quiet uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python $(UV_SOURCES) --constraint constraints.txt --editable '.[all,dev]'
	cd js && npm ci --no-audit --no-fund --silent && npm run build --silent
	touch $@
