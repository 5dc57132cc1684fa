# Every target is thin over a script or the `leadtrace` command; `make help` lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

LEADTRACE := .venv/bin/leadtrace
# A JSONL file of deliveries that `make demo` posts instead of its generated day.
SENDER_FILE ?=
# `--upgrade` makes `make lock` take newer versions.
UPGRADE ?=
# The Olist leads as HubSpot deliveries; they lie beside the checkout.
OLIST_FILE ?= ../shared/data/olist/olist_hubspot_ordered.jsonl.gz

# How many brokers `make kafka` starts.
BROKERS ?= 1

##@ Start
.PHONY: help setup demo up olist kafka

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv from the hashed lock (again only if the lock changed)
	@scripts/setup runtime

demo: setup ## start everything, post a day of HubSpot webhooks, print the funnel; Ctrl-C stops it
	@SENDER_FILE="$(SENDER_FILE)" $(LEADTRACE) demo

up: setup ## start everything without traffic
	@$(LEADTRACE) up

olist: setup ## the same as demo with the 27,308 real events of OLIST_FILE
	@SENDER_FILE="$(OLIST_FILE)" LEADTRACE_REPORTING__CURRENCY=BRL $(LEADTRACE) demo

kafka: setup ## start Apache Kafka itself (needs a JVM 17+ and Maven); BROKERS=3 a cluster
	@.venv/bin/python -m leadtrace.embedded.apache --brokers $(BROKERS)

##@ Work
.PHONY: check test-fast test bench fix

check: ## formatting, lint, types, import layers, spelling, house rules
	@scripts/check

test-fast: ## check, unit tests, laws, contracts with the embedded broker (no JVM)
	@scripts/test fast

test: ## every check and test, the same that .ci/run runs
	@scripts/test all

bench: ## measure, and append the figures with their environment
	@scripts/bench

fix: ## format and apply the lint fixes that are safe
	@scripts/setup dev
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

##@ Upkeep
.PHONY: lock reference clean

lock: ## bring both locks up to date with pyproject.toml; UPGRADE=--upgrade takes newer versions too
	@scripts/lock $(UPGRADE)

reference: ## write docs/reference and the catalogue of docs/metrics.md anew from the code
	@scripts/reference

clean: ## remove what tools leave behind and the virtual environment; the data folder stays
	@scripts/clean
