# Everything starts from a bare checkout: the first target that needs it makes .venv and installs what pyproject.toml
# lists, in the versions of constraints.txt. Needed beforehand: Python 3.11+, make, a C++ compiler (fasttext, kenlm).
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
BENCH_INSTALLED := .venv-bench/.installed
FUZZ_INSTALLED := .venv/.installed-fuzz
FUZZ_SECONDS ?= 30
OLD_PYTHON := "rpdata needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3"

.PHONY: install demo test lint faults fuzz bench bench-dedup bench-decide clean

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit($(OLD_PYTHON) if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,lint]'
	touch $@

# Annotates sample_data into build/demo and shows what was found.
demo: $(INSTALLED)
	$(BIN)/python sample_data/demo.py

# -rs: what was skipped, and why. Modules share what they prepare, so they stay whole in one of the two processes.
test: $(INSTALLED)
	$(BIN)/python -m pytest -rs --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: $(INSTALLED)
	$(BIN)/ruff check
	.ci/typecheck

# Only the tests that kill workers, schedulers and commands, fill disks and take files away: at more moments than
# `make test`, and at others with another RPDATA_SEED (a number).
faults: $(INSTALLED)
	RPDATA_FAULTS=1 $(BIN)/python -m pytest -rs tests/engine/test_commit.py tests/engine/test_arrays.py \
	    tests/engine/test_cluster.py tests/annotate/test_faults.py tests/annotate/test_survives_*.py \
	    tests/annotate/test_overlay_run.py tests/annotate/test_paragraphs_run.py tests/dedup/test_dedup_run.py \
	    tests/dedup/test_repeated_lines.py tests/subset/test_subset.py

$(FUZZ_INSTALLED): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	touch $@

# Looks for inputs that break readers or kernels, FUZZ_SECONDS for each harness; then the property tests with many more
# examples, new inputs on each run; then the kernels as they are compiled for the plainest processor.
fuzz: $(FUZZ_INSTALLED)
	$(BIN)/python tests/fuzz/run.py --seconds $(FUZZ_SECONDS)
	$(BIN)/python -m pytest -rs --hypothesis-profile=fuzz -m hypothesis
	RPDATA_FAULTS=1 $(BIN)/python -m pytest -rs tests/text/test_measure.py -k plainest

# rpdata and datatrove in one environment, apart from .venv, so that both run in one process on the same documents.
$(BENCH_INSTALLED): pyproject.toml constraints.txt tests/benchmarks/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit($(OLD_PYTHON) if sys.version_info < (3, 11) else 0)'
	test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt \
	    -r tests/benchmarks/requirements.txt -e .
	touch $@

# Measures, and writes the table between the markers of README.md.
bench: $(BENCH_INSTALLED)
	.venv-bench/bin/python tests/benchmarks/run.py --readme README.md

# What deduplication finds and what it takes: against brute force, against datatrove, and ten million signatures.
bench-dedup: $(BENCH_INSTALLED)
	.venv-bench/bin/python -m tests.benchmarks.dedup_accuracy
	.venv-bench/bin/python -m tests.benchmarks.dedup_datatrove
	.venv-bench/bin/python -m tests.benchmarks.dedup_rates
	.venv-bench/bin/python -m tests.benchmarks.dedup_command

# A recipe of 20 rules over the signals of ten million documents, beside datatrove's filters over the text of as many.
bench-decide: $(BENCH_INSTALLED)
	.venv-bench/bin/python -m tests.benchmarks.decide_command --datatrove

clean:
	rm -rf .venv .venv-bench build dist *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find rpdata signals filters recipes tests sample_data -name __pycache__ -prune -exec rm -rf {} +
