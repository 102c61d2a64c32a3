# The two commands of the README, and the checks alone. Each script says what it needs of the machine.
.DEFAULT_GOAL := help
.PHONY: help demo test test-engines soak fuzz bench compare lint

help: ## shows this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile

demo: ## raises Flask + MySQL on this machine, stores a variable and reads it back
	@examples/demo

test: ## checks and tests everything, on a private engine of its own
	@tests/run

test-engines: ## the same engine tests on Docker 20.10, Docker 28 and Podman 5, and what differs
	@tests/engines

soak: ## the long forms of tests: killed at every engine call, a context of 1 GB, edits of all stacks (an hour)
	@tests/run soak

fuzz: ## random texts for all readers of stack files, each for SECONDS=60; SEED=N repeats
	@tests/fuzz "$(SECONDS)" "$(SEED)"

bench: ## measures windlass beside docker compose and the bare engine calls; ROUNDS=7, ROWS="chain logs"
	@tests/bench/run $(ROUNDS) $(ROWS)

compare: ## a session of docker compose through docker compose and through windlass: the same codes and texts
	@tests/compare/run

lint: ## formatting and lints only
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
