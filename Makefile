# The verbs of this project; `make` alone lists them. Each sets up what it needs, so none has to be run before another.

# The interpreter that .venv is built with, `LAB=0` to do without the lab, and more words for pytest.
PYTHON ?= python3
LAB ?= 1
ARGS ?=
# Processes that share the tests, file by file: one more than there are processors, as the lab's tests mostly wait.
# `WORKERS=0` runs them one after the other in one process, which --pdb and -s take.
WORKERS ?= $(shell expr $$(nproc) + 1)
export PYTHON LAB
# nft lives there, and an ordinary user's PATH does not name it.
export PATH := $(PATH):/usr/sbin:/sbin

BIN := .venv/bin
# Endpoint mappers (a member and an AD DC) with their reference client, and what captures.
SAMBA := samba samba-vfs-modules smbclient winbind samba-ad-provision samba-dsdb-modules \
	python3-markdown python3-cryptography python3-setproctitle
LAB_PACKAGES := $(if $(filter 0,$(LAB)),,nftables iproute2 prometheus prometheus-alertmanager victoria-metrics chromium gcc libc6-dev tcpdump buildah podman runc debootstrap systemd systemd-container $(SAMBA))
HONEYPOT := $(if $(filter 0,$(LAB)),,--honeypot)
BROWSER := $(if $(filter 0,$(LAB)),,--browser)
BENCH_PACKAGES := $(LAB_PACKAGES) $(if $(filter 0,$(LAB)),,nmap prometheus-blackbox-exporter)

# Wine runs Windows' programs; its Python, in .winpython, is partly compiled.
WINDOWS_PACKAGES := wine wine64 gcc-mingw-w64-x86-64-win32 nftables iproute2
# That of the last commit: the same sources give the same bundle, whenever it is built.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || date +%s)
export SOURCE_DATE_EPOCH

.PHONY: help setup demo test test-windows check lint units wire bundle wheelhouse fmt lock bench scale soak fuzz mutants truth faults clean

help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

setup: ## build .venv from requirements/dev.txt (every verb does this by itself)
	@bash .ci/setup

demo: setup ## a whole small site on loopback, with one real finding in it; Ctrl-C ends it
	@$(BIN)/probe demo

test: ## all tests, the lab's too; LAB=0 leaves the lab and its Debian packages out
	@bash .ci/setup $(HONEYPOT) $(BROWSER) $(LAB_PACKAGES)
	@$(if $(filter 0,$(LAB)),,bash .ci/image & bash .ci/machine && wait $$!)
	@$(BIN)/python -m pytest -ra -n $(WORKERS) -p tests.workers --dist loadfile --no-loadscope-reorder $(ARGS)

test-windows: bundle ## the Windows parts on a Windows Python, and the bundle's service in the lab, under wine; as root
	@.ci/windows-run -m pytest -ra -p no:cacheprovider $$(sed 's/ *#.*//' tests/windows/units.txt)
	@$(BIN)/python -m pytest -ra tests/wine $(ARGS)

check: lint units wire ## the quick look: lint, unit tests, all of probes/wire

lint: setup ## ruff, mypy for Linux and Windows, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --platform linux --cache-dir .mypy_cache/linux
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32
	$(BIN)/lint-imports --no-logo

units: setup ## every test without the lab, up to the first that fails
	$(BIN)/python -m pytest -m "not lab" -x -q $(ARGS)

wire: setup ## whether tests reach every branch of probes/wire
	$(BIN)/python -m pytest tests/probes/wire -q --cov=probes.wire --cov-branch --cov-report= --cov-fail-under=100

bundle: ## dist/ssoreach-VERSION-win64.zip, under wine; for use build it on Windows: docs/bundle.md
	@bash .ci/setup $(WINDOWS_PACKAGES)
	@bash .ci/windows
	@.ci/windows-run -m deploy.windows.bundle --here

wheelhouse: setup ## dist/ssoreach-VERSION-PYTHON-PLATFORM.tar.gz, for Linux hosts without the Internet
	@$(BIN)/python -m deploy.wheelhouse

fmt: setup ## put the code in the house's form
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

UV = $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --custom-compile-command "make lock" $(ARGS)
LOCK = $(UV) --universal --python-version 3.11
WINDOWS_LOCK = $(UV) --python-platform x86_64-pc-windows-msvc --python-version 3.11

lock: setup ## renew requirements/*.txt after a change in pyproject.toml; ARGS=--upgrade for newer versions
	$(BIN)/python -m pip install -qq uv
	$(LOCK) pyproject.toml --group dev --output-file requirements/dev.txt
	$(LOCK) pyproject.toml --constraint requirements/dev.txt --output-file requirements/run.txt
	$(LOCK) --group build --constraint requirements/dev.txt --output-file requirements/build.txt
	$(LOCK) pyproject.toml --group bundle --constraint requirements/dev.txt --output-file requirements/bundle.txt
	$(WINDOWS_LOCK) pyproject.toml --group test --group bundle --group windows-python --constraint requirements/dev.txt --constraint requirements/bundle.txt --output-file requirements/windows-python.txt
	$(LOCK) requirements/honeypot.in --output-file requirements/honeypot.txt
	$(LOCK) --group fuzz --constraint requirements/dev.txt --output-file requirements/fuzz.txt

bench: ## measure beside others and write docs/benchmarks.md
	@bash .ci/setup $(BENCH_PACKAGES)
	@$(BIN)/python -m tests.bench $(ARGS)

scale: ## agents with up to 1,000 peers, and 50 of one master: docs/scale.md; as root, seven minutes
	@bash .ci/setup $(LAB_PACKAGES)
	@$(BIN)/python -m tests.scale

soak: ## an hour of rounds at a fast clock and ten real minutes: docs/soak.md; ARGS="--minutes 60" for more
	@bash .ci/setup $(LAB_PACKAGES)
	@$(BIN)/python -m tests.scale.soak $(ARGS)

fuzz: setup ## any bytes at everything that reads them, guided by coverage: docs/fuzzing.md; ARGS="--minutes 5 tds http"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement requirements/fuzz.txt
	@$(BIN)/python -m tests.fuzz $(ARGS)

mutants: setup ## which small changes of the judge and of probes/wire no test notices; ARGS="--sample 200" for some
	@$(BIN)/python -m tests.mutation $(ARGS)

truth: ## random sites behind random firewalls: is what we publish so? ARGS="--minutes 60"; writes docs/reliability.md
	@bash .ci/setup $(LAB_PACKAGES)
	@$(BIN)/python -m tests.truth $(ARGS)

faults: ## faults of the network, of the host and of ours, at random: ARGS="--minutes 60 --seats 12 --write"; as root
	@bash .ci/setup $(LAB_PACKAGES)
	@$(BIN)/python -m tests.faults $(ARGS)

clean: ## remove everything that these verbs made
	rm -rf .venv .venv-honeypot .venv-bundle .winpython .image .machine .fuzz tests/browser/node_modules build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.* htmlcov
	find . -name __pycache__ -prune -exec rm -rf {} +
