# One verb each. `make` alone lists them; `make serve` and `make test` set everything up first.
# ARGS goes to the command behind the verb: make serve ARGS="--port 9000", make test ARGS="-k scores".

PYTHON ?=
ARGS ?=
BIN := .venv/bin
READY := .venv/.ready
unexport PYTHONDONTWRITEBYTECODE # which a shell may have set: every start would compile 1,300 modules anew

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test test-slow faults test-ui pictures lint fix ui bench openapi docs lock setup clean

help: ## Lists the verbs.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: ui ## Runs the product on http://127.0.0.1:8585, its data in ./data.
	@exec $(BIN)/helicorder serve $(ARGS)

test: ui ## Runs the fast tests.
	@$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

test-slow: $(READY) ## Runs the long loops: kills, crashes and faults by the hundred.
	@$(BIN)/pytest -m slow $(ARGS)

faults: $(READY) ## Breaks a server in every way, as root on Linux, and prints one table of what survived.
	@cd tests && exec ../$(BIN)/python -m faults $(ARGS)

test-ui: ui ## Runs the tests of the web interface: its logic, then its pages in a browser (Chromium must be there).
	@$(BIN)/python hatch_build.py run test
	@$(BIN)/pytest -m browser $(ARGS)

pictures: ui ## Makes the pictures in docs/ anew, of the demo's data in a browser.
	@HELICORDER_TEST_PICTURES=write $(BIN)/pytest -m browser tests/browser/test_pictures.py $(ARGS)

lint: ui ## Checks style, docstrings, format, types and the direction of imports.
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python hatch_build.py run lint

fix: ui ## Mends what can be mended by itself: style and format.
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format
	@$(BIN)/python hatch_build.py run fix

ui: $(READY) ## Builds the web interface, unless it is built; Node and npm come from PyPI.
	@$(BIN)/python hatch_build.py

bench: $(READY) ## Measures the product on this machine; figures to read, never a gate.
	@for script in benchmarks/[a-z]*.py; do echo "== $$script"; $(BIN)/python $$script $(ARGS) || exit 1; done

openapi: $(READY) ## Writes openapi.json from the types that validate.
	@$(BIN)/helicorder openapi > openapi.json.new && mv openapi.json.new openapi.json

docs: openapi ## Writes the tables in docs/ from the settings, the errors, the commands and the routes.
	@$(BIN)/python docs/tables.py

lock: $(READY) ## Locks the dependencies of pyproject.toml, with hashes; ARGS=--upgrade takes newer ones.
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		$(ARGS) pyproject.toml --extra dev -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		$(ARGS) --group pyproject.toml:setup -o requirements-setup.lock

setup: $(READY) ## Makes .venv with the locked dependencies and the package; done once by every other verb.

clean: ## Removes .venv and what the checks leave behind; never data.
	rm -rf .venv ui/node_modules src/helicorder/web/built .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

# The stamp is made last, so a set-up that was interrupted starts over, and one that is finished costs nothing.
# uv installs the lock in seconds; pip, slower, is there for package indexes that only pip has been told of.
$(READY): requirements.lock requirements-setup.lock pyproject.toml
	@set -e; \
	for python in "$(PYTHON)" python3 python3.14 python3.13 python3.12 python3.11 python; do \
		test -n "$$python" || continue; \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
		test -z "$(PYTHON)" || break; \
	done; \
	if test -z "$$found"; then \
		echo "Helicorder needs Python 3.11 or newer, and $(or $(PYTHON),no python on the PATH) is$(if $(PYTHON), not). Name one: make PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	echo "Setting up .venv with $$("$$found" --version) ..."; \
	if test -e $@; then rm $@; else "$$found" -m venv --clear .venv; fi; \
	{ $(BIN)/pip install --quiet --require-hashes -r requirements-setup.lock \
		&& $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock; } \
		|| { echo "uv could not install the lock; pip takes over (minutes, not seconds) ..."; \
		$(BIN)/pip install --quiet --require-hashes -r requirements.lock; }; \
	$(BIN)/pip install --quiet --no-index --no-deps --no-build-isolation --editable .; \
	touch $@
