# Unseen. The two to begin with:
#
#   make run     brings what is missing, builds, starts the demonstration
#   make test    brings what is missing, runs every test, real mail programs included
#
# Each says first what it would install. "make help" lists the others.

GO := packaging/go.sh
SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:

# Tests that start Thunderbird and Dovecot share the machine badly: one package
# at a time for those, as many as there are cores for the rest.
REAL := ./internal/lab/...
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 16

.PHONY: run
run: ## brings what is missing, builds, and starts the demonstration
	@packaging/bring.sh build
	@$(MAKE) --no-print-directory build
	@echo
	@echo "The demonstration starts; Ctrl-C ends it. What to do next stands below."
	@echo
	@bin/unseen demo

.PHONY: build
build: ## bin/unseen, without C
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/ ./cmd/...

.PHONY: beam
beam: ## bin/unseen-beam, the scan on a cluster; a module of its own
	cd cmd/unseen-beam && CGO_ENABLED=0 ../../$(GO) build -trimpath -o ../../bin/ .

.PHONY: addon
addon: ## bin/unseen.xpi, the add-on for Thunderbird, the same octets each time
	CGO_ENABLED=0 $(GO) run ./cmd/unseen addon pack --output bin/unseen.xpi

.PHONY: check-addon
check-addon: ## the types of the add-on's scripts, by the TypeScript compiler from npm
	@packaging/check-addon.sh

.PHONY: window
window: ## brings what is missing and builds bin/unseen-gui, the window; needs C
	@packaging/bring.sh window
	CGO_ENABLED=1 $(GO) build -trimpath -tags gui -o bin/ ./cmd/unseen-gui

.PHONY: test
test: ## brings what is missing and runs every test (under 20 minutes)
	@packaging/bring.sh test
	@packaging/test.sh all

.PHONY: quick
quick: ## the tests without real mail programs (under 3 minutes)
	@packaging/test.sh quick

.PHONY: long
long: ## every test with its full numbers
	@packaging/bring.sh test
	@UNSEEN_LONG=1 packaging/test.sh all

.PHONY: race
race: ## the tests without real mail programs under the race detector; needs a C compiler
	CGO_ENABLED=1 $(GO) test -race -short ./...

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (20s) each
	@packaging/fuzz.sh

.PHONY: keep
keep: ## puts a few of the inputs that fuzzing found into the repository
	@packaging/fuzz.sh keep

.PHONY: soak
soak: ## twenty mail programs, faults and consents for ten minutes (UNSEEN_SOAK=1h), in the order of UNSEEN_SEED
	@packaging/bring.sh test
	UNSEEN_REAL=1 UNSEEN_SOAK=$${UNSEEN_SOAK:-10m} $(GO) test -v -count=1 -timeout 0 -run TestSoak ./internal/lab/soak

.PHONY: bench
bench: ## the numbers of docs/benchmarks.md, beside what is to be reached and beside others
	@packaging/bring.sh bench
	@packaging/bench.sh

.PHONY: truth
truth: ## how many verdicts are right, on real mail labelled by hand; needs ../shared beside the repository
	@$(GO) run ./internal/truth/measure

.PHONY: evasions
evasions: ## docs/evasions.md anew: what gets through when a tracker changes its form
	$(GO) test ./internal/evasion -write

.PHONY: packages
packages: ## what people install, in bin/packages: .deb, .rpm, archives; needs C and mingw
	@packaging/bring.sh packages
	@packaging/packages.sh

.PHONY: packages-again
packages-again: ## the same, made twice in two places, and compared
	@packaging/bring.sh packages
	@packaging/packages.sh again

.PHONY: packages-test
packages-test: ## installs, upgrades and removes the package in a clean Debian; as root
	@packaging/bring.sh packages
	@packaging/packages-test.sh

.PHONY: from-nothing
from-nothing: ## make run and make quick in a Debian with nothing but git and make; as root
	@packaging/bring.sh packages
	@packaging/nothing.sh quick

.PHONY: check
check: lint race licences vulnerabilities ## lint, race, licences, known vulnerabilities, layers, words, documents
	$(GO) test ./internal/repotest ./internal/words ./packaging/...

.PHONY: licences
licences: build beam ## which modules are compiled in, under which licences; fails on one that does not fit
	@$(GO) run ./packaging/modules bin/unseen
	@echo
	@echo "In unseen-beam:"
	@$(GO) run ./packaging/modules -sbom bin/unseen-beam.cdx.json -licences bin/unseen-beam.licences.txt bin/unseen-beam

.PHONY: vulnerabilities
vulnerabilities: ## known vulnerabilities in what is called; needs the Go vulnerability database
	@packaging/vulnerabilities.sh

.PHONY: lint
lint: ## gofmt, go vet, staticcheck
	@out=$$($$($(GO) env GOROOT)/bin/gofmt -l cmd detect gui imapfilter internal proxy rules testdata); \
		if [ -n "$$out" ]; then echo "not formatted:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	cd cmd/unseen-beam && ../../$(GO) vet ./... && ../../$(GO) run $(STATICCHECK) ./...

.PHONY: testdata
testdata: ## writes testdata/mail anew; nothing changes unless the generator did
	$(GO) run ./internal/lab/madeup/generate testdata/mail

.PHONY: clean
clean: ## what was built, and what was brought into .cache
	rm -rf bin
	-chmod -R u+w .cache 2>/dev/null
	rm -rf .cache
