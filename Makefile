# make              set up .venv with what the study needs, then Tables 1, 2, 3 and Figures 1, 2 of the paper
# make test         add what tests need, then the whole test suite
# make coverage     which lines and branches the unit tests reach; compiled loops are not seen
# make everything   the whole study, as a bare snakemake does
# make bench        speed, memory, quality and lossless rate beside today's codecs
# make bench-cohorts DATA=FOLDER  quality and lossless rate on the open cohorts, from local files, kind by kind:
#                   what is in results/benchmarks/cohorts is kept
# make comparison   take the numbers of make bench into resources/benchmarks, the README and docs/benchmarks.md
# make lint         format, lint and type checks
# make check-reference  everything, compared with the committed results
# make reference    everything, taken as the results to commit, also in the README
# make evidence     what other choices, groupings, spacings, rates and readings give, on the sample
# make check-evidence  the same, compared with the committed results
# make cohorts DATA=FOLDER        the controls and laws on the open cohorts, from local files
# make check-cohorts DATA=FOLDER  the same, compared with the committed results
# make first-run    time make and make everything in a fresh clone, for the README
# make docs         write the generated parts of docs/ anew
# make test-cluster the synthetic cohort through a Slurm of one node on this machine (root, Debian)
# make unlock       let runs start again where one was killed
# make verify       check all results that are there against their provenance
# make test-reliability  20 kills, a full disk, two runs at once, other places, 200,000 streams, 2,000 zips, the lock
# make fuzz         hostile input guided by coverage, FUZZ_SECONDS each (default 3600)
# make scale      what 100, 1,000 and 10,000 exams cost, from dry runs and the run at hand, into docs/cluster.md
# make cost       what one exam costs, by rule, from the run at hand, into docs/cluster.md
# make lock         choose the versions of the two locks anew (needs uv)
# make clean        remove .venv and all results but the committed ones

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTED := $(VENV)/.tested
WDR := $(BIN)/python -m wdr_mcpd

# The byte code of .venv is kept as each module is first used; without it every job compiles the libraries anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: paper everything first-run bench bench-cohorts comparison test coverage lint check-reference reference \
  evidence check-evidence cohorts check-cohorts docs scale cost test-cluster \
  verify unlock test-reliability test-disturbed test-kills test-hostile test-bad-data test-lock fuzz lock clean

paper: $(READY)
	@$(BIN)/snakemake paper --logger rich

everything: $(READY)
	@$(BIN)/snakemake --logger rich

bench: $(TESTED)
	$(WDR).bench measure --sample results/data/sample --out results/benchmarks
	$(WDR).bench report --benchmarks results/benchmarks --published resources/published

bench-cohorts: $(TESTED) cohorts
	$(WDR).bench cohorts $(COHORTS:%=results/runs/%) --sample results/data/sample --out results/benchmarks/cohorts
	cp results/benchmarks/cohorts/*.csv resources/benchmarks
	$(WDR).bench page docs/benchmarks.md --benchmarks resources/benchmarks --published resources/published

comparison: $(TESTED)
	mkdir -p resources/benchmarks
	cp $(addprefix results/benchmarks/,rate_distortion.csv codec_speed.csv lossless.csv growth.csv \
	  startup.csv study_growth.csv machine.csv rate_distortion.svg) resources/benchmarks
	$(WDR).bench readme README.md --benchmarks resources/benchmarks --published resources/published
	$(WDR).bench page docs/benchmarks.md --benchmarks resources/benchmarks --published resources/published

FIRST_RUN := resources/benchmarks/first_run.csv
first-run: $(READY)
	rm -rf results/clone && git clone --quiet . results/clone
	$(BIN)/python -c 'from wdr_mcpd.bench.machine import machine as m; print("what,value", \
	  *(f"{name},{m()[name]}" for name in ("processor", "cores", "python")), sep="\n")' > $(FIRST_RUN)
	for given in "" " everything"; do start=$$(date +%s); make -C results/clone $$given; \
	  echo "make$$given,$$(($$(date +%s) - start))" >> $(FIRST_RUN); done
	rm -rf results/clone

test: $(TESTED)
	$(BIN)/python -m pytest -q -rs -n 2 --dist loadfile --no-loadscope-reorder

coverage: $(TESTED)
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --cov --cov-report=term-missing:skip-covered tests/unit

lint: $(TESTED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

check-reference: everything
	for kind in tables figures; do $(WDR).checks.reference results/reference/$$kind results/$$kind || exit 1; done

reference: everything
	cd results/reference && find tables figures -type f -exec cp ../{} {} \;
	$(WDR).report.readme README.md docs/method.md results/reference

evidence: $(READY)
	$(BIN)/snakemake evidence

check-evidence: evidence
	for kind in tables figures; do \
	  $(WDR).checks.reference results/reference/evidence/$$kind results/$$kind || exit 1; done
	$(WDR).checks.reference results/reference/evidence/exams results

# Each cohort is a run of its own; what a run has is kept.
COHORTS := open-ms-20x2-flair open-ms-20x2-t1w open-ms-20x2-t2w ds000011-inplanet2 ds000011-t1w

cohorts: $(READY)
	@test -d "$(DATA)/open_ms" -a -d "$(DATA)/ds000011" || \
	  { echo "make $@ needs DATA=FOLDER with folders open_ms and ds000011 (docs/evidence.md)"; exit 2; }
	for name in $(COHORTS); do \
	  case $$name in open-ms*) set=open-ms; folder=open_ms ;; *) set=ds000011; folder=ds000011 ;; esac; \
	  $(BIN)/snakemake cohort --configfile config/$$set.yaml \
	    --config series=config/series/$$name.tsv run=$$name data_folder="$(DATA)/$$folder" || exit 1; done
	$(WDR).report.cohorts results/cohorts $(COHORTS:%=results/runs/%)

check-cohorts: cohorts
	$(WDR).checks.reference results/reference/cohorts results/cohorts

docs: $(TESTED)
	$(WDR).config_page docs/configuration.md workflow/schemas/config.schema.yaml
	sed '/^| /,$$d' docs/licences.md > docs/licences.draft
	$(BIN)/pip-licenses --packages $$(sed -n 's/==.*//p' requirements*.lock) >> docs/licences.draft
	mv docs/licences.draft docs/licences.md

verify: $(READY)
	$(WDR) check results

unlock: $(READY)
	$(BIN)/snakemake --unlock

# The parts of test-reliability can be run alone; `make test` runs the same tests with small counts.
KILLS ?= 20
STREAMS ?= 200000
ZIPS ?= 2000
SEED ?= 1
FUZZ_SECONDS ?= 3600
RELIABILITY := $(BIN)/python -m pytest -v -s tests/reliability

test-reliability: test-bad-data test-hostile test-disturbed test-kills test-lock

test-bad-data: $(TESTED)
	$(RELIABILITY)/test_bad_data.py

test-hostile: $(TESTED)
	WDR_MCPD_STREAMS=$(STREAMS) WDR_MCPD_ZIPS=$(ZIPS) WDR_MCPD_SEED=$(SEED) WDR_MCPD_BOUNDS=1 \
	  $(RELIABILITY)/test_hostile_input.py tests/reliability/test_bounds.py

test-disturbed: $(TESTED)
	WDR_MCPD_FULL=1 $(RELIABILITY)/test_disturbed_runs.py -k "not killed"

# TARGET=paper kills what plain `make` runs; without it the whole study is killed.
test-kills: $(TESTED)
	WDR_MCPD_FULL=1 WDR_MCPD_TARGET=$(TARGET) WDR_MCPD_KILLS=$(KILLS) WDR_MCPD_SEED=$(SEED) \
	  $(RELIABILITY)/test_disturbed_runs.py -k killed

test-lock: $(TESTED)
	WDR_MCPD_LOCK=1 $(RELIABILITY)/test_lock_installs.py

fuzz: $(TESTED)
	$(BIN)/python -m pip install --quiet --no-deps atheris==3.0.0 || \
	  { echo "atheris does not install here; make test-hostile needs none"; exit 1; }
	cd tests/reliability && for kind in streams zips; do \
	  ../../$(BIN)/python fuzz_guided.py $$kind $(FUZZ_SECONDS) ../../results/fuzz/$$kind || exit 1; done

scale: $(READY)
	$(BIN)/python tests/cluster/scale.py results docs/cluster.md

cost: $(READY)
	$(BIN)/python tests/cluster/scale.py results docs/cluster.md cost

test-cluster: $(TESTED)
	tests/cluster/run.sh $(BIN)/snakemake

# --without-pip and pip's --python also serve a Debian without python3-venv. The loops of the codec are compiled once, as
# soon as what they need is there, beside the installation of the rest.
PIP := $(PYTHON) -m pip --disable-pip-version-check --python $(BIN)/python install -qq
LOCKED := $(PIP) --require-hashes --no-deps --no-compile --root-user-action=ignore

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; make PYTHON=... names another" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV) with the packages of requirements.lock; some minutes where they must be downloaded."
	@$(PYTHON) -m venv --clear --without-pip $(VENV)
	@awk '/^[a-z]/ { wanted = /^(llvmlite|numba|numpy|pywavelets|scipy)==/ } wanted' requirements.lock >$(VENV)/codec.lock
	@$(LOCKED) -r $(VENV)/codec.lock
	@PYTHONPATH=src $(BIN)/python -c 'from wdr_mcpd.warm_up import compile_loops as c; c()' & \
	  $(LOCKED) -r requirements.lock && $(PIP) --no-deps --no-build-isolation --editable . ; \
	  installed=$$?; wait; exit $$installed
	@$(WDR).warm_up
	@touch $@
	@echo "$(VENV) is ready."

$(TESTED): $(READY) requirements-test.lock
	@echo "Adding the packages of requirements-test.lock to $(VENV)."
	@$(LOCKED) -r requirements-test.lock
	@touch $@

# All versions are chosen together; the first lock has what runs the study, the second one the rest.
UV := uv pip compile pyproject.toml --universal --fork-strategy fewest --generate-hashes \
  --no-emit-index-url --no-header --no-annotate --quiet

lock:
	cat requirements.lock requirements-test.lock > all.lock
	$(UV) --all-extras --output-file all.lock
	$(UV) --extra study --constraint all.lock --output-file requirements.lock
	$(UV) --all-extras --constraint all.lock --output-file requirements-test.lock \
	  $$(sed -n 's/^\([^ =]*\)==.*/--no-emit-package \1/p' requirements.lock)
	rm all.lock

clean:
	rm -rf $(VENV) $(filter-out results/README.md results/reference, $(wildcard results/*))
