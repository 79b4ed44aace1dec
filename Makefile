# Two targets need nothing but Python 3.11, make and pip: demo and test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

ACCURACY := benchmarks/accuracy
SPEED := benchmarks/speed
PEERS := .venv-peers
VIEWER := src/mrsnr/report/viewer/viewer.js

.PHONY: demo test lint types floors unit viewer minimum notebook bench bench-peers fuzz accuracy accuracy-peers clean help

help:
	@echo "make demo      install into .venv, measure a digital kidney whose SNR is known"
	@echo "make test      everything CI runs: ruff, mypy, import floors, pytest"
	@echo "make viewer    the report's interactive viewer, src/mrsnr/report/viewer/viewer.js; needs npm"
	@echo "make minimum   the tests with the oldest supported versions (Python 3.11)"
	@echo "make notebook  docs/tutorials/image_snr.ipynb from its script"
	@echo "make bench     time and memory beside other tools; writes docs/performance.md"
	@echo "make bench-peers  those tools (ukat, nipype, niimath, dipy), in an environment of their own: before make bench"
	@echo "make fuzz      10,000 spoiled files for each reader: an image or one sentence, nothing else"
	@echo "make accuracy  thousands of simulated scans of known SNR, and the real pairs: about an hour on 2 cores"
	@echo "make accuracy-peers  some of them through other tools, in an environment of their own"

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(None if sys.version_info >= (3, 11) else 'mrsnr needs Python 3.11 or newer: make PYTHON=python3.11')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	touch $@

demo: $(VENV)/.installed
	$(BIN)/mrsnr demo

test: lint types floors unit

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

floors: $(VENV)/.dev
	$(BIN)/lint-imports

unit: $(VENV)/.dev
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

viewer: $(VIEWER)

$(VIEWER): viewer/package.json viewer/build.mjs viewer/NIIVUE-LICENSE.txt $(wildcard viewer/*.js)
	@command -v npm >/dev/null || { echo "make viewer needs npm, which comes with Node.js 20 or newer."; exit 1; }
	cd viewer && npm install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error
	cd viewer && npm run --silent build

minimum: pyproject.toml
	$(PYTHON) -m venv .venv-minimum
	.venv-minimum/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	.venv-minimum/bin/python -m pip install --quiet --disable-pip-version-check --constraint tests/minimum.txt --editable . --group dev
	.venv-minimum/bin/python -m pytest

notebook: $(VENV)/.dev
	$(BIN)/jupytext --to ipynb docs/tutorials/image_snr.py

fuzz: $(VENV)/.dev
	$(BIN)/python benchmarks/fuzz/run.py

bench: $(VENV)/.dev
	$(BIN)/python $(SPEED)/run.py
	$(BIN)/python $(SPEED)/document.py

bench-peers:
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python $(SPEED)/install.py

accuracy: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(ACCURACY)/requirements.txt
	$(BIN)/python $(ACCURACY)/run.py
	$(BIN)/python $(ACCURACY)/invariance.py --out $(ACCURACY)/results/invariance.md
	$(BIN)/python $(ACCURACY)/real.py --out $(ACCURACY)/results/real.md
	$(BIN)/python $(ACCURACY)/document.py
	$(BIN)/python $(ACCURACY)/summary.py

accuracy-peers: $(VENV)/.dev
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --editable . -r $(ACCURACY)/requirements-peers.txt
	$(PEERS)/bin/python $(ACCURACY)/peers.py
	$(BIN)/python $(ACCURACY)/document.py

clean:
	rm -rf $(VENV) .venv-minimum $(PEERS) mrsnr-demo viewer/node_modules $(dir $(VIEWER))
