# `make demo` sets everything up and runs the main job; `make test` sets up and tests everything.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.PHONY: help setup demo demo-shotgun test lint benchmark clean

PYTHON ?= python3.11
BIN := .venv/bin
TESTS_AT_ONCE ?= 2
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

help:
	@echo "make demo       set up, simulate reads of soils, run the whole workflow on them"
	@echo "make demo-shotgun  the same with metagenomes: genomes, databases, amplicons of the same soils"
	@echo "make test       set up, run linters, type checker and all tests"
	@echo "make benchmark  measure speed and accuracy beside other pipelines (hours)"

setup: .venv/.installed

# Packages that are missing, of the lists named; nothing to do asks nobody for a password.
define install_debian
missing=$$(for package in $$(grep -hv '^#' $(1)); do \
  dpkg-query --show --showformat='$${db:Status-Status}\n' $$package 2>/dev/null | grep -qx installed \
  || echo $$package; done); \
if [ -n "$$missing" ]; then \
  echo "Installing Debian packages:" $$missing; \
  $(SUDO) apt-get update -qq; \
  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
fi
endef

.venv/.installed: pyproject.toml constraints.txt debian-packages.txt
	@$(call install_debian,debian-packages.txt)
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@echo "Installing Python packages into .venv (about a minute)"
	@# As a variable it also holds for what builds our own package, in an environment of pip's.
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[test]'
	@# Tests take one file out of it, its JSON Schema; its tools need a hundred packages more.
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps nmdc-schema
	@touch $@

# taxpasta needs older versions of NumPy and pandas than we do: an environment of its own.
.venv/taxpasta/.installed: .venv/.installed constraints-taxpasta.txt
	@$(PYTHON) -m venv .venv/taxpasta
	@.venv/taxpasta/bin/python -m pip install -qq --disable-pip-version-check --constraint constraints-taxpasta.txt taxpasta
	@touch $@

demo/reads/truth.tsv: .venv/.installed resources/simulate/demo.yaml
	@$(BIN)/soilbio reference get greengenes-13_8
	@echo "Simulating reads of eight libraries"
	@$(BIN)/soilbio simulate --design resources/simulate/demo.yaml --out demo/reads

demo: demo/reads/truth.tsv
	@$(BIN)/soilbio run --configfile config/config.yaml --directory demo
	@echo
	@echo "Open demo/results/report.html in a browser. Then try, with your own reads:"
	@echo "  $(BIN)/soilbio init FOLDER_OF_FASTQ --out my-project"

# Amplicons and metagenomes of the same soils; genomes and databases are made here (docs/shotgun.md).
SHOTGUN := demo-shotgun
DATABASES := $(addprefix $(SHOTGUN)/databases/,kraken2 sylph sourmash)
build_options_kraken2 := --no-masking --read-length-bp 150
build_options_sylph := --scaled 20
build_options_sourmash := --scaled 100

$(SHOTGUN)/reads/truth-metagenomes.tsv: .venv/.installed resources/simulate/demo-shotgun.yaml
	@$(BIN)/soilbio reference get greengenes-13_8
	@echo "Simulating amplicons and metagenomes of four soils and a mock community"
	@$(BIN)/soilbio simulate --design resources/simulate/demo-shotgun.yaml --out $(SHOTGUN)/reads
	@touch $@

$(DATABASES): $(SHOTGUN)/databases/%: $(SHOTGUN)/reads/truth-metagenomes.tsv
	@rm -rf $@
	@$(BIN)/soilbio reference build --for $* $(build_options_$*) \
	  --genomes $(SHOTGUN)/reads/database/genomes --lineages $(SHOTGUN)/reads/database/lineages.tsv --out $@
	@touch $@

demo-shotgun: $(SHOTGUN)/reads/truth-metagenomes.tsv $(DATABASES)
	@$(BIN)/soilbio run --configfile config/shotgun/config.yaml --directory $(SHOTGUN)
	@echo
	@echo "Open $(SHOTGUN)/results/report.html in a browser: found against truth for each engine."
	@echo "The dataset, amplicons and metagenomes together: $(SHOTGUN)/results/dataset"

lint: .venv/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m snakemake --lint --configfile config/config.yaml

test: .venv/.installed .venv/taxpasta/.installed
	@$(call install_debian,debian-packages-test.txt)
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n $(TESTS_AT_ONCE) --dist worksteal

benchmark: .venv/.installed
	$(BIN)/python benchmarks/amplicon.py --out benchmarks/results

clean:
	rm -rf demo demo-shotgun .snakemake
