# Every target is a plain name; continuous integration runs these and nothing else.
SHELL := /bin/bash
GO ?= go
BIN := bin
TAGS := duckdb_arrow
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)

.PHONY: help build man demo postgres test lint policy bench nightly fuzz redteam obligations clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-10s %s\n", $$1, $$2}'

build: $(BIN)/yumend $(BIN)/yumen $(BIN)/yumen-worker ## build the three binaries into bin/

$(BIN)/yumend $(BIN)/yumen: FORCE
	@mkdir -p $(BIN)
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $@ ./cmd/$(@F)

$(BIN)/yumen-worker: FORCE
	@mkdir -p $(BIN)
	CGO_ENABLED=1 $(GO) build -trimpath -tags $(TAGS) -ldflags '-s -w' -o $@ ./cmd/$(@F)

FORCE:

man: build ## write the manual pages of both commands into bin/man, in English and Chinese
	@for lang in en zh; do for c in yumen yumend; do $(BIN)/$$c --lang $$lang man --dir $(BIN)/man/$$lang; done; done

demo: build ## play the whole story on the sample zone: no set-up needed
	$(BIN)/yumend demo

postgres: # the supply tests read from a real server; they start their own
	@ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null || \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql; }

# PLAIN packages start nothing that runs beside them (a test in internal keeps the list true). The race detector would find nothing in their
# tests and takes minutes to find it, so they run without; as do, in ./policy, ./enclave and ./cmd/yumend, the tests that say so.
PLAIN := catalog catalog/footprint catalog/sqltree enclave/compile enclave/disclosure enclave/disclosure/interval enclave/disclosure/outside \
	enclave/disclosure/suppression enclave/invariant enclave/noise enclave/noise/normal enclave/noisy enclave/proposal enclave/rewrite \
	internal internal/faultpoint internal/obligations internal/redteam packaging

test: lint postgres ## lint, vet, and every test, those of what is concurrent with the race detector
	$(GO) test -race -tags $(TAGS) -timeout 40m $$($(GO) list -tags $(TAGS) ./... | grep -vxF "$$(printf 'yumen/%s\n' $(PLAIN))")
	$(GO) test -tags $(TAGS) -timeout 40m $(addprefix ./,$(PLAIN)) ./policy
	$(GO) test -tags $(TAGS) -run 'BJ_FIN_15b|TestEveryActUnderEveryFault' ./enclave & first=$$!; \
		$(GO) test -tags $(TAGS) -run 'TestCorpus|TestUtility|TestLinearAudit|TestSolvable|TestMarksTogether|TestRangeAudit' ./cmd/yumend && wait $$first

lint: ## format, vet, static analysis, import rules
	@out="$$(gofmt -l $$(git ls-files '*.go'))"; test -z "$$out" || { echo "gofmt: $$out"; exit 1; }
	$(GO) vet -tags $(TAGS) ./...
	$(GO) tool -modfile=tools.mod golangci-lint run --build-tags $(TAGS) ./...

policy: ## the rules of the policy: house rules, their own tests, and what the tests notice when an expression is dropped
	$(GO) test -tags '$(TAGS) nightly' -timeout 30m -v -run 'TestHouseRules|TestSuite|TestDropped' ./policy

bench: build ## the measurements of docs/benchmarks.md
	$(GO) test -tags $(TAGS) -run '^$$' -bench . -benchtime 20x ./...

fuzz: ## each decoder for 30 seconds
	@for p in $$($(GO) list -tags $(TAGS) ./...); do for f in $$($(GO) test -tags $(TAGS) -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
		$(GO) test -tags $(TAGS) -run '^$$' -fuzz "^$$f$$" -fuzztime 30s $$p || exit 1; done; done

nightly: test fuzz ## what does not fit into make test: long oracle runs, mutation of the policy
	YUMEN_TRIALS=2000 YUMEN_SEQUENCES=100000 $(GO) test -tags $(TAGS) -timeout 180m -run 'Oracle' ./enclave/compile
	$(GO) test -tags '$(TAGS) nightly' -timeout 90m . ./policy ./internal/faultpoint ./sandbox/worker ./enclave/noise
	$(GO) test -tags '$(TAGS) nightly' -timeout 30m -run Derived ./enclave
	command -v runc >/dev/null || { apt-get update -qq && apt-get install -y -qq runc; }
	$(GO) test -tags '$(TAGS) nightly' -timeout 30m -run 'TestContainers' ./packaging
	$(GO) test -tags '$(TAGS) nightly' -timeout 60m -run 'TestTimes' ./cmd/yumend
	$(GO) test -tags '$(TAGS) nightly' -timeout 60m -run 'TestSoak' ./sandbox
	$(GO) run ./internal/redteam -targets 400
	YUMEN_UTILITY=1 $(GO) test -tags $(TAGS) -timeout 30m -v -run 'TestUtility' ./cmd/yumend
	$(GO) test -tags '$(TAGS) nightly' -timeout 60m -v -run 'TestNoisyUtility' ./cmd/yumend
	YUMEN_CROWD_SECONDS=300 $(GO) test -race -tags $(TAGS) -timeout 30m -run 'TestCrowd' ./cmd/yumend

REDTEAM_TARGETS ?= 25 # people of each data set on whom each attack on whole runs is played
redteam: ## attack the noisy mode on the two real data sets, its parts and whole runs; fails when an attack beats its bound
	runs=$$(mktemp) && YUMEN_REDTEAM=$$runs YUMEN_REDTEAM_TARGETS=$(REDTEAM_TARGETS) $(GO) test -tags $(TAGS) -timeout 120m -run 'TestRedTeam$$' ./cmd/yumend; \
		$(GO) run ./internal/redteam -runs $$runs; status=$$?; rm -f $$runs; exit $$status

obligations: ## requirement, rules, tests and status, into docs/obligations.md; fails while one that must hold has no test
	$(GO) run ./internal/obligations -write docs/obligations.md

clean: ## remove what was built
	rm -rf $(BIN)
