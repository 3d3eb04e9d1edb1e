# The two commands a newcomer needs: make demo, make test. They do all set-up themselves.
PORT ?= 8000
RUN  := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup run demo test thorough faults check lint fmt docs messages golden matter bench bench-consensus clean

help:            ## this list
	@grep -E '^[a-z-]+: .*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

setup:           ## fetch uv, make .venv from the lock, with the tools for tests
	@tools/setup dev

demo:            ## a living committee on http://localhost:8000 (PORT=…, ARGS=--fresh)
	@tools/setup run
	@exec .venv/bin/tongxin demo --port $(PORT) $(ARGS)

run:             ## this installation's own server; `.venv/bin/tongxin worker` beside it
	@tools/setup run
	@exec .venv/bin/tongxin serve $(ARGS)

test:            ## every test, with Chromium, on all processors (ARGS='-k …' for some, '-n0' in one process)
	@tools/setup dev
	@tools/browser
	@$(RUN) -m pytest -n auto --dist loadgroup $(ARGS)

thorough:        ## the long walks, whole: leaks, every parameter, reading writes nothing (ARGS='-k …' for some)
	@tools/setup dev
	@TONGXIN_THOROUGH=1 $(RUN) -m pytest -s -m thorough --show-capture=no $(ARGS)

faults:          ## machines that fail, at length: kills, full disks, databases that go (ROUNDS=5, ARGS='-k …')
	@tools/setup dev
	@TONGXIN_FAULTS=$(or $(ROUNDS),50) $(RUN) -m pytest -s tests/faults $(ARGS)

check:           ## style, types, directions, templates, migrations, documents (ONLY='ruff types' for some)
	@tools/setup dev
	@$(RUN) tools/check.py $(ONLY)

lint: ; @$(MAKE) --no-print-directory check ONLY="ruff format imports templates"

fmt:             ## put the code in its usual form
	@tools/setup dev
	@.venv/bin/ruff check --fix-only --quiet . && .venv/bin/ruff format .

docs:            ## write docs/generated anew
	@tools/setup dev
	@$(RUN) tools/generate_docs.py

messages:        ## write locale/django.pot, or bring a language's catalogue up to what is said (TO=en)
	@tools/setup dev
	@$(RUN) tools/messages.py $(TO)

golden:          ## write the matrices and the count of bare texts anew, then look at the difference
	@tools/setup dev
	@$(RUN) -m pytest -q tests/architecture/test_matrix.py tests/architecture/test_words.py --update-golden && git diff --stat -- tests/architecture/golden

matter:          ## try the example matter in a copy, whole and without each of its parts (ONLY=…)
	@tools/setup dev
	@$(RUN) tools/matter.py $(ONLY)

bench:           ## measure lists, pages, submits and imports (ARGS=…)
	@tools/setup dev
	@$(RUN) -m bench $(ARGS)

bench-consensus: ## measure the consensus arithmetic
	@tools/setup bench
	@$(RUN) -m bench.consensus $(ARGS)

clean:           ## drop the environment and what tests left; data in var/ stays
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov test-results
