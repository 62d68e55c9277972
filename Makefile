# The commands of the README. Each creates the environment it needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUN := TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/python -m

.PHONY: demo test test-fast lint bench clean

# Fine-tune on a bundled data set, export to TFLite, check the export, answer typed texts.
demo: $(VENV)/.installed
	$(BIN)/albert-tf demo

# Every test: lint, the TensorFlow backend in full, the backend-agnostic rooms again on JAX.
test: lint
	$(RUN) pytest -n 2
	KERAS_BACKEND=jax $(RUN) pytest -n 2 tests/layers tests/models tests/training -m "not slow and not peers"

# The tests that take seconds.
test-fast: $(VENV)/.installed-dev
	$(RUN) pytest -m "not slow and not peers"

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# The comparisons of docs/benchmarks, on this machine. Let nothing else run meanwhile.
bench: $(VENV)/.installed-dev
	$(RUN) benchmarks

$(VENV)/.installed: setup.py pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable ".[plots]"
	touch $@

$(VENV)/.installed-dev: setup.py pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable ".[dev]"
	touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist *.egg-info
