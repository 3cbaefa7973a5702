# make             set up .venv, then Tables 1, 2, 3 and Figures 1, 2 of the paper
# make test        set up .venv, then the whole test suite
# make everything  the whole study, as a bare snakemake does
# make lint        format, lint and type checks
# make docs        write the generated parts of docs/ anew
# make test-cluster  the synthetic cohort through a Slurm of one node on this machine (root, Debian)
# make lock        choose the versions of requirements.lock and environment.yml anew

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: paper everything test lint lock docs test-cluster check-reference clean

paper: $(READY)
	$(BIN)/snakemake paper

everything: $(READY)
	$(BIN)/snakemake

test: $(READY)
	$(BIN)/python -m pytest -q

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

docs: $(READY)
	$(BIN)/python -m wdr_mcpd config-reference workflow/schemas/config.schema.yaml --out docs/configuration.md
	$(BIN)/python -m wdr_mcpd licences requirements.lock --out docs/licences.md

test-cluster: $(READY)
	tests/cluster/run.sh $(BIN)/snakemake

check-reference: $(READY)
	$(BIN)/python -m wdr_mcpd check-reference results/reference results

# --without-pip and pip --python also serve a Debian without python3-venv.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; make PYTHON=python3.12 names one")'
	@echo "Setting up $(VENV): about 160 packages, some minutes where they must be downloaded."
	$(PYTHON) -m venv --clear --without-pip $(VENV)
	$(PYTHON) -m pip --python $(BIN)/python install --require-hashes --no-deps --no-compile -r requirements.lock
	$(BIN)/python -m pip install --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "$(VENV) is ready."

lock:
	uv pip compile pyproject.toml --all-extras --universal --fork-strategy fewest --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.lock
	$(BIN)/python -m wdr_mcpd lock-environment

clean:
	rm -rf $(VENV) results/[!R]*
