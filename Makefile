# make demo and make test need nothing but Go. Everything else builds what it
# needs into .bin from the versions pinned in tools/lint.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Each module is built as its users build it. See go.work.
export GOWORK := off

GO ?= go
NEXT := go1.27.3
FUZZTIME ?= 10s
BENCH ?=

BIN := $(CURDIR)/.bin
LINT := $(BIN)/golangci-lint
CITEST := $(BIN)/citest

# Every module of the repository, the root first. tools/lint pins versions and has no code.
ALL_MODULES := $(sort $(patsubst %/go.mod,%,$(shell find . -name go.mod -not -path '*/testdata/*' -not -path './.*/*')))
# SDKs and a collector that take minutes to build. ci checks their format, and make e2e-all the rest.
HEAVY := ./e2e/collector ./e2e/sdks/heavy
# A program that .ci/mongodb.sh builds. It has some hundred packages and no tests.
FERRETDB := ./replay/mongodb/internal/ferretdb
MODULES := $(filter-out ./tools/lint $(HEAVY) $(FERRETDB),$(ALL_MODULES))

# $(call each,modules,command) runs the command in each module, even after a failure.
each = failed=; for m in $(1); do echo "-- $$m"; (cd "$$m" && $(2)) || failed="$$failed $$m"; done; \
	if [ -n "$$failed" ]; then echo "$@ failed in:$$failed" >&2; exit 1; fi

##@ Use

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## the main job from end to end, offline
	@echo "-- building the demo, a minute or two the first time" >&2
	@$(GO) run ./cmd/demo

##@ Check

.PHONY: quick
quick: ## every package without the simulations, in seconds: run it after each change
	@$(call each,$(MODULES),$(GO) test -short -count=1 ./...)

.PHONY: all
all: fmt lint test-all ## format, lint, test

# GOGC trades memory for processor time, because most tests make much garbage on a small heap.
.PHONY: test
test: ## go test of the library, a line a package; needs only Go
	@GOGC=400 $(GO) test -timeout 4m ./...

.PHONY: test-all
test-all: ## go test in every module
	@$(call each,$(MODULES),$(GO) test -timeout 8m ./...)

.PHONY: vet
vet: ## go vet in every module
	@$(call each,$(MODULES),$(GO) vet ./...)

# Users also run these platforms, which CI does not: an int of 32 bits, and other systems. LINKED are
# the modules that programs link.
PLATFORMS := linux/386 windows/amd64 darwin/arm64
LINKED := . ./otel ./replay/codings ./replay/interop ./replay/mongodb ./replay/postgres ./replay/sqlite ./cmd/gracy

.PHONY: platforms
platforms: ## go build for other systems and for 32 bits
	@$(call each,$(LINKED),for p in $(PLATFORMS); do echo "$$p"; CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build -o /dev/null ./... || exit 1; done)

.PHONY: lint
lint: $(LINT) ## golangci-lint in every module, by .golangci.yml
	@$(call each,$(MODULES),$(LINT) run --config $(CURDIR)/.golangci.yml ./...)

# Not part of ci, because it installs third-party software over the network.
.PHONY: e2e-limiters
e2e-limiters: ## the stack against 20 third-party rate limiters, about 90 s; needs node and npm
	@GO="$(GO)" e2e/limiters/limiters.sh

.PHONY: e2e-all
e2e-all: $(LINT) ## the stack under third-party SDKs, including the heavy ones, and before a collector; minutes of building the first time
	@$(call each,./e2e/sdks $(HEAVY),$(GO) mod tidy -diff && $(GO) vet ./... && $(LINT) run --config $(CURDIR)/.golangci.yml ./... && $(GO) test -count=1 -timeout 10m ./...)

# Not part of ci, because the collector takes minutes to build.
.PHONY: e2e-collector
e2e-collector: ## spans and durations through an OpenTelemetry Collector, compared; minutes of building the first time
	@cd e2e/collector && $(GO) test -count=1 -v ./...

# Not part of ci, because it installs third-party software over the network.
.PHONY: e2e-recorders
e2e-recorders: ## nine recorders record one server, and are imported; our HAR in Playwright; about 30 s; needs node and npm
	@GO="$(GO)" e2e/recorders/recorders.sh

# The browser tests are part of ci, but axe-core is not. This installs its pinned release.
AXE := axe-core@4.14.1

.PHONY: e2e-browser
e2e-browser: ## the pages of report in Chromium, by the rules of axe-core too; needs Chromium and npm
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	npm install --silent --no-audit --no-fund --prefix "$$dir" $(AXE) >/dev/null && \
	cd e2e && GRACY_AXE="$$dir/node_modules/axe-core/axe.min.js" $(GO) test -count=1 -v ./browser

# Not part of ci, which uses Debian's Prometheus, because the module takes minutes of processor time
# to build. It is built without the service discoveries, which nothing here needs, and with the
# dependencies that its go.mod requires.
PROMETHEUS3 := github.com/prometheus/prometheus
PROMETHEUS3_VERSION := v0.316.0

.PHONY: e2e-prometheus3
e2e-prometheus3: $(BIN)/prometheus3/$(PROMETHEUS3_VERSION) ## the scrapes, rules and dashboard with Prometheus 3, which takes minutes to build the first time
	@cd e2e && GRACY_PROMETHEUS="$(BIN)/prometheus3" $(GO) test -count=1 -v ./prometheus

$(BIN)/prometheus3/$(PROMETHEUS3_VERSION):
	@echo "-- building Prometheus 3, some minutes the first time"
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && cd "$$dir" && $(GO) mod init prometheus3 2>/dev/null && \
	$(GO) get $(addprefix $(PROMETHEUS3)/cmd/,$(addsuffix @$(PROMETHEUS3_VERSION),prometheus promtool)) 2>/dev/null && \
	$(GO) build -tags remove_all_sd -o "$(BIN)/prometheus3/" $(addprefix $(PROMETHEUS3)/cmd/,prometheus promtool)
	@touch "$@"

.PHONY: ci
ci: fmt-check tidy-check build vet platforms lint test race plain next ## exactly what CI runs

##@ Change

.PHONY: fmt
fmt: $(LINT) ## gofumpt and gci over every module
	@$(LINT) fmt

.PHONY: tidy
tidy: ## go mod tidy in every module
	@$(call each,$(ALL_MODULES),$(GO) mod tidy)

##@ Measure

.PHONY: cover
cover: ## coverage by function of the root module, profile in cover.out
	@$(GO) test -coverpkg=./... -coverprofile=cover.out ./...
	@$(GO) tool cover -func=cover.out

.PHONY: model
model: ## random stacks against a model of the documentation, SEEDS=20000 of them
	@GRACY_MODEL="$(or $(SEEDS),20000)" $(GO) test -count=1 -timeout 1h -run Promises ./internal/model

.PHONY: fuzz
fuzz: ## every fuzz target in turn, FUZZTIME=10s each
	@GO="$(GO)" FUZZTIME="$(FUZZTIME)" tools/fuzz.sh $(MODULES)

# Without BENCH this measures the layers and then tapes. BENCH='tapes -most 1000000' measures tapes
# alone, and BENCH=instr counts instructions. With instr, processor, loopback and tapes, BASE=9737447
# measures the layers of that commit too.
BASE ?=

.PHONY: bench
bench: ## what the layers cost, about 70 s, then tapes beside go-vcr, minutes; BENCH='-run six', BENCH=tapes, instr, processor, loopback, waiting, docs
	@cd bench && $(GO) run . $(BENCH) $(if $(BASE),-base $(BASE))
	@if [ -z "$(BENCH)" ]; then cd bench && $(GO) run . tapes; fi

.PHONY: findings
findings: ## surprising behavior of third-party software; needs node and npm
	@findings/run.sh

# PROXIES='-only h2' runs the cases whose name contains h2.
PROXIES ?=

.PHONY: e2e-proxies
e2e-proxies: ## calls through real reverse proxies, under 3 minutes; installs those that are not there by apt
	@missing=; for p in nginx haproxy varnish; do \
		command -v $$p >/dev/null || command -v $${p}d >/dev/null || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
		export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing; fi
	@cd e2e && $(GO) run ./proxies $(PROXIES)

# Parts of ci, which have no line in the help.

.PHONY: fmt-check
fmt-check: $(LINT)
	@$(LINT) fmt --diff

.PHONY: tidy-check
tidy-check:
	@$(call each,$(filter-out $(HEAVY),$(ALL_MODULES)),$(GO) mod tidy -diff)

# Without -o /dev/null, a module with one program would leave it behind. The second build uses the
# workspace, which nothing else here does.
.PHONY: build
build:
	@$(call each,$(MODULES),$(GO) build -o /dev/null ./...)
	@GOWORK= $(GO) build -o /dev/null ./...

# Examples, fuzz seeds and the doors are tests too.
.PHONY: race
race: $(CITEST)
	@$(CITEST) -allow .ci/allowed-skips -pass race $(addprefix -in ,$(MODULES)) -- -race -shuffle=on -count=1

# This pass is for the counts of allocations, which the race detector would spoil, and for the long
# tests, which would take ten times as long with it.
.PHONY: plain
plain: $(CITEST)
	@GRACY_LONG=1 $(CITEST) -allow .ci/allowed-skips -pass plain $(addprefix -in ,$(MODULES)) -- -shuffle=on

# This runs the tests under the next release of Go, whose net/http differs. To save time it leaves
# out the modules that have next to nothing to do with it, and the long simulations.
# GRACY_LONG=1 make next runs the simulations too.
OF_NEXT := $(filter-out ./bench ./tools ./replay/interop ./replay/mongodb ./replay/postgres ./replay/sqlite,$(MODULES))

.PHONY: next
next:
	@$(call each,$(OF_NEXT),GOTOOLCHAIN=$(NEXT) $(GO) test -shuffle=on -timeout 8m ./...)

$(LINT): tools/lint/go.mod tools/lint/go.sum
	@echo "-- building golangci-lint, some minutes the first time"
	@cd tools/lint && $(GO) build -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

$(CITEST): tools/go.mod $(wildcard tools/citest/*.go)
	@cd tools && $(GO) build -o $@ ./citest
