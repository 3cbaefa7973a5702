# make              set up .venv, then Tables 1, 2, 3 and Figures 1, 2 of the paper
# make test         set up .venv, then the whole test suite
# make everything   the whole study, as a bare snakemake does
# make bench        speed, memory, quality and lossless rate beside today's codecs (some 15 minutes)
# make comparison   take the numbers of make bench into resources/benchmarks and the README
# make lint         format, lint and type checks
# make check-reference  compare the results with the committed ones
# make reference    take the results as those to commit, also in the README
# make docs         write the generated parts of docs/ anew
# make test-cluster the synthetic cohort through a Slurm of one node on this machine (root, Debian)
# make lock         choose the versions of requirements.lock anew (needs uv)
# make clean        remove .venv and all results but the committed ones

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WDR := $(BIN)/python -m wdr_mcpd

.PHONY: paper everything bench comparison test lint check-reference reference docs test-cluster lock clean

paper: $(READY)
	$(BIN)/snakemake paper
	@echo "Tables: results/tables/*.md   Figures: results/figures/*/*.png   More: README.md"

everything: $(READY)
	$(BIN)/snakemake

bench: $(READY)
	$(WDR) bench --sample results/data/pyradiomics-3.0.1.tar.gz --out results/benchmarks
	$(WDR) bench-report results/benchmarks --anchors resources/anchors --out results/benchmarks

comparison: $(READY)
	mkdir -p resources/benchmarks
	cp $(addprefix results/benchmarks/,rate_distortion.csv codec_speed.csv lossless.csv machine.csv) resources/benchmarks
	$(WDR) readme-comparison README.md --benchmarks resources/benchmarks

test: $(READY)
	$(BIN)/python -m pytest -q

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

check-reference: $(READY)
	$(WDR) check-reference results/reference results

reference: $(READY)
	cd results/reference && find . -type f -exec cp ../{} {} \;
	$(WDR) readme README.md results/reference

docs: $(READY)
	$(WDR) config-reference workflow/schemas/config.schema.yaml --out docs/configuration.md
	$(WDR) licences requirements.lock --out docs/licences.md

test-cluster: $(READY)
	tests/cluster/run.sh $(BIN)/snakemake

# --without-pip and pip's --python also serve a Debian without python3-venv.
$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; make PYTHON=... names another" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV) with the packages of requirements.lock; some minutes where they must be downloaded."
	$(PYTHON) -m venv --clear --without-pip $(VENV)
	$(PYTHON) -m pip --python $(BIN)/python install --require-hashes --no-deps --no-compile -r requirements.lock
	$(BIN)/python -m pip install --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "$(VENV) is ready."

lock:
	uv pip compile pyproject.toml --all-extras --universal --fork-strategy fewest --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) $(filter-out results/README.md results/reference, $(wildcard results/*))
