.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types contracts tests test-browser format sample kpi-docs board-schema messages picture benchmark clean

PYTHON := .venv/bin/python
DEMO ?= demo
PAGES := .cache/pages

help:  ## Say what there is to make.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:  ## Find or make .venv and check the machine.
	@scripts/setup.sh

demo: setup  ## Draw the board of the sample district (into demo/).
	@rm -rf $(DEMO)
	@.venv/bin/partnerkpi demo $(DEMO)

test: lint types contracts tests  ## Run everything that must be green.

lint: setup
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

types: setup
	@.venv/bin/mypy

contracts: setup
	@.venv/bin/lint-imports --no-cache

tests: setup
	@$(PYTHON) -m pytest -n $$(($$(getconf _NPROCESSORS_ONLN) + 1)) --dist loadscope --no-loadscope-reorder  # one more: some tests wait

test-browser: setup  ## Try the HTML page in Chromium: axe-core, keyboard, narrow windows, large text.
	@browser=$$(scripts/setup_browser.sh) && \
	PYTHONPATH=tests/support $(PYTHON) tests/browser/pages.py $(PAGES) && \
	BROWSER_PATH="$$browser" PAGES=$(PAGES) node --test --test-reporter=spec tests/browser/*.test.mjs

format: setup  ## Put the code into shape.
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

sample: setup  ## Write the sample district anew.
	@$(PYTHON) sample_data/make_sample.py

kpi-docs: setup  ## Write docs/kpis.md anew from the KPI files.
	@$(PYTHON) scripts/kpi_docs.py docs/kpis.md

messages: setup  ## Bring the catalogues of the languages up to date with what a board says.
	@$(PYTHON) scripts/messages.py src/partnerkpi/locale/es.po

board-schema: setup  ## Write the JSON Schema of a board anew from its dataclasses.
	@$(PYTHON) scripts/board_schema.py docs/schemas/board-2.schema.json

picture: demo  ## Draw the picture of the README anew.
	@$(PYTHON) scripts/picture.py $(DEMO)/boards/2026-27-Q1/hospital.pdf docs/board.png

benchmark: demo  ## Measure report and ingest beside bare WeasyPrint and DuckDB runs, and other tools.
	@$(PYTHON) benchmarks/report.py $(DEMO)
	@$(PYTHON) benchmarks/ingest.py
	@$(PYTHON) benchmarks/kpis.py
	@[ -x .cache/peers/bin/python ] || $(PYTHON) -m venv .cache/peers
	@.cache/peers/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@.cache/peers/bin/python -m pip install --quiet --disable-pip-version-check --group peers
	@$(PYTHON) benchmarks/peers.py .cache/peers/bin/python

clean:  ## Remove everything that can be made again.
	rm -rf .venv demo dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
