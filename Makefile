# `make` alone says what there is. Everything works from a clone with git, a C compiler and Rust.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

TARGET := $(or $(CARGO_TARGET_DIR),target)
# A rustc may take 1.5 GiB: no more of them than memory has room for.
export CARGO_BUILD_JOBS ?= $(shell awk -v cores="$$(nproc)" '/^MemAvailable/ { n = int($$2 / 1572864); print n < 1 ? 1 : n < cores ? n : cores }' /proc/meminfo)

# Switched on for the whole build of the tests: a build of one package alone would choose other
# features for shared dependencies, and compile them again.
TESTED := postern-proxy/otlp

# Whether there is a Node that the console's tools run on.
NODE := node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null
# What package-lock.json says, installed once per lock file.
NPM_CI := { cmp -s package-lock.json node_modules/.installed || { npm ci --no-audit --no-fund && cp package-lock.json node_modules/.installed; }; }

.PHONY: build console run test lint bench help

build: console ## the release binary, target/release/postern, with the console where Node is
	cargo build --release --locked -p postern

console: ## the console, console/dist, which the binary carries; says so where Node is missing
	@if ! $(NODE); then echo "console: left out, since there is no Node 20.19, 22.12 or newer; its address says how to get it"; \
	elif ! (cd console && $(NPM_CI)); then echo "console: left out, since npm could not install what it is built with"; \
	else cd console && npm run --silent build; fi

run: build ## a demo that shows, explains and mends refusals; RUN="--gateway ADDR" passes options
	exec $(TARGET)/release/postern run --demo $(RUN)

test: ## every test; as root, installs the Debian packages that some of them drive
	bash tests/setup.sh
	$(MAKE) console
	if cargo nextest --version >/dev/null 2>&1; then \
	  cargo nextest run --workspace --features $(TESTED) --locked; \
	  cargo test --workspace --features $(TESTED) --locked --doc --quiet; \
	else \
	  cargo test --workspace --features $(TESTED) --locked; \
	fi
	if $(NODE); then cd console && POSTERN=$(abspath $(TARGET))/debug/postern npm test; \
	else echo "the console's tests are left out, since there is no Node 20.19 or newer"; fi

lint: ## formatting, clippy and documentation, warnings as errors
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --all-features --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
	if $(NODE); then cd console && $(NPM_CI) && npm run --silent lint; \
	else echo "the console is not checked, since there is no Node 20.19 or newer"; fi

bench: ## Postern beside nginx, HAProxy and Envoy, and by itself; BENCH="--only full,keys" passes options
	cargo build --release --locked -p postern -p postern-bench
	bash bench/setup.sh
	$(TARGET)/release/postern-bench run --candidate $(TARGET)/release/postern $(BENCH)

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' Makefile
