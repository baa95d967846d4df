PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-ready
TEST := $(VENV)/.test-ready

.PHONY: run test soak features messages clean

run: $(RUN)
	@$(BIN)/python -m seed demo
	@DASHBOARD_HOST=$${HOST:-127.0.0.1} DASHBOARD_PORT=$${PORT:-$${DASHBOARD_PORT:-8501}} $(BIN)/python -m seed serve

$(RUN): requirements.txt pyproject.toml
	@echo "Creating the environment and installing the pinned requirements …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(TEST): requirements-test.txt pyproject.toml
	@echo "Installing the pinned requirements of the tests …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-test.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

test: $(TEST)
	@sh tests/system-packages.sh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

soak: $(TEST)
	@sh tests/system-packages.sh
	$(BIN)/python -m pytest -q -m soak --override-ini addopts="--import-mode=importlib --strict-markers"

features: $(TEST)
	@$(BIN)/python -m tests.features

messages: $(TEST)
	@$(BIN)/python -m tests.messages

clean:
	rm -rf $(VENV) var demo-sheets
