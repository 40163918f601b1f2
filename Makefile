# Thin on purpose: installs what is missing and calls SwiftPM or our own tools.

SHELL := /bin/bash
SWIFT ?= swift
# The compiler for C that comes with Swift, because its swiftcall convention is needed; clang elsewhere has it too.
SWIFT_CLANG ?= $(or $(wildcard $(dir $(realpath $(shell command -v $(SWIFT))))clang),clang)
ARGS ?=
# With the Swift runtime inside, the executable runs on machines without a toolchain, starts faster and is a bit faster.
RELEASE := -c release --static-swift-stdlib
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# What the default build needs, and what only tests, code generation and benchmarks need.
BUILD_PACKAGES := libssl-dev libprotobuf-c-dev pkg-config
TEST_PACKAGES := $(BUILD_PACKAGES) openssl protobuf-c-compiler libprotobuf-dev zsh fish man-db groff bsdextrautils

# promtool checks our metrics in a test. It is unpacked here, not installed, because the Debian package that holds it
# would start a Prometheus server.
TOOLS := $(CURDIR)/.build/tools
export PATH := $(TOOLS):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run build install test fuzz test-faults test-asan test-tsan check generate bench bench-dispatchers soak clean deps test-deps

help: ## Shows this list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: deps ## Runs the demo: receiver and simulated vehicles on this machine. ARGS="--seconds 10"
	@$(SWIFT) build $(RELEASE) --product fleet-telemetry
	@exec "$$($(SWIFT) build $(RELEASE) --show-bin-path)/fleet-telemetry" demo $(ARGS)

build: deps ## Builds the release executable and prints its path.
	@$(SWIFT) build $(RELEASE) --product fleet-telemetry
	@echo "$$($(SWIFT) build $(RELEASE) --show-bin-path)/fleet-telemetry"

PREFIX ?= /usr/local
EXECUTABLE ?= $(shell $(SWIFT) build $(RELEASE) --show-bin-path)/fleet-telemetry
install: ## Installs what make build made, with manual page, completions and systemd units. PREFIX=/usr/local DESTDIR=
	@test -x "$(EXECUTABLE)" || { echo "nothing to install yet: run make build first"; exit 3; }
	@set -e; root="$(DESTDIR)$(PREFIX)"; install -D -m 755 "$(EXECUTABLE)" "$$root/bin/fleet-telemetry"; \
	put() { mkdir -p "$$(dirname "$$root/$$1")"; cat > "$$root/$$1"; chmod 644 "$$root/$$1"; }; \
	"$(EXECUTABLE)" man | put share/man/man8/fleet-telemetry.8; \
	"$(EXECUTABLE)" completions bash | put share/bash-completion/completions/fleet-telemetry; \
	"$(EXECUTABLE)" completions zsh | put share/zsh/site-functions/_fleet-telemetry; \
	"$(EXECUTABLE)" completions fish | put share/fish/vendor_completions.d/fleet-telemetry.fish; \
	for unit in deploy/*; do sed 's|/usr/local/bin/|$(PREFIX)/bin/|' "$$unit" | put "lib/systemd/system/$${unit#deploy/}"; done; \
	echo "installed into $$root"

# Parsers are fuzzed by an optimised build, which is fifty times as fast as one for debugging.
FUZZ = "$$($(SWIFT) build $(RELEASE) --show-bin-path)/fleet-fuzz"

test: test-deps ## Runs all tests.
	@$(SWIFT) build $(RELEASE) --product fleet-fuzz
	@FLEET_FUZZ=$(FUZZ) $(SWIFT) test $(ARGS)

fuzz: test-deps ## Feeds damaged inputs to every parser, a million each. ARGS="--target frames --executions 5000000"
	@$(SWIFT) build $(RELEASE) --product fleet-fuzz
	@$(FUZZ) $(ARGS)

# FLEET_TELEMETRY_LONG asks tests for their long form, FLEET_TELEMETRY names the executable that they start.
test-faults: test-deps ## Hostile peers, crashes and full disks, at length; make test has a short form of each.
	@$(SWIFT) build $(RELEASE) --product fleet-telemetry
	@FLEET_TELEMETRY_LONG=1 FLEET_TELEMETRY="$$($(SWIFT) build $(RELEASE) --show-bin-path)/fleet-telemetry" \
		$(SWIFT) test --no-parallel --filter '^Faults\.|SpoolCrashTests|SpoolFullTests|SpoolModelTests' $(ARGS)

test-asan: test-deps ## Runs all tests with the address and leak sanitizers.
	@SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=quarantine_size_mb=4 LSAN_OPTIONS="suppressions=$(CURDIR)/Tests/Sanitizers/leaks.supp:print_suppressions=0" \
		$(SWIFT) test --sanitize=address --scratch-path .build-asan $(ARGS)

test-tsan: test-deps ## Runs all tests with the thread sanitizer.
	@$(SWIFT) build --build-tests --sanitize=thread --scratch-path .build-tsan
	@$(SWIFT_CLANG) -O1 -Wall -fPIC -shared -o .build-tsan/tsan-swift-mutex.so Tests/Sanitizers/tsan-swift-mutex.c
	@SWIFT_BACKTRACE=enable=no LD_PRELOAD="$(CURDIR)/.build-tsan/tsan-swift-mutex.so" \
		"$$($(SWIFT) build --build-tests --sanitize=thread --scratch-path .build-tsan --show-bin-path)"/*.xctest \
		--testing-library swift-testing $(ARGS)

check: test-deps ## Checks format, imports and warnings; generated files are checked by the tests.
	@$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests
	@FLEET_TELEMETRY_STRICT=1 $(SWIFT) build --build-tests --scratch-path .build-check \
		--explicit-target-dependency-import-check error

bench: test-deps ## Measures records/s, ack latency, memory and handshakes, beside a minimal server in C.
	@$(SWIFT) build $(RELEASE) --product fleet-telemetry
	@$(SWIFT) build $(RELEASE) --product c-anchor
	@$(SWIFT) build $(RELEASE) --product fleet-bench
	@exec "$$($(SWIFT) build $(RELEASE) --show-bin-path)/fleet-bench" $(ARGS)

MINUTES ?= 5
soak: test-deps ## Holds 1,000 vehicles for MINUTES=n, and fails when the server's memory has grown.
	@$(SWIFT) build $(RELEASE) --product fleet-telemetry
	@$(SWIFT) build $(RELEASE) --product c-anchor
	@$(SWIFT) build $(RELEASE) --product fleet-bench
	@exec "$$($(SWIFT) build $(RELEASE) --show-bin-path)/fleet-bench" soak --minutes $(MINUTES)

bench-dispatchers: test-deps ## Measures dispatchers, and ack latency while a sink is down. ARGS=5: seconds for each figure.
	@$(SWIFT) build $(RELEASE) --product fleet-telemetry
	@$(SWIFT) build $(RELEASE) --product dispatcher-bench
	@exec "$$($(SWIFT) build $(RELEASE) --show-bin-path)/dispatcher-bench" $(ARGS)

generate: test-deps ## Makes the C code and the Swift tables from proto/ and the page of symptoms again; all are checked in.
	@protoc-c -Iproto -I/usr/include --c_out=Sources/CTelemetryProtos proto/*.proto google/protobuf/timestamp.proto
	@mv Sources/CTelemetryProtos/*.pb-c.h Sources/CTelemetryProtos/include/
	@mv Sources/CTelemetryProtos/google/protobuf/*.pb-c.h Sources/CTelemetryProtos/include/google/protobuf/
	@$(SWIFT) run proto-tables proto Sources/TelemetryModel/Generated
	@$(SWIFT) run symptom-page Sources/FleetTelemetry/FleetTelemetry.docc/Symptoms.md

clean: ## Removes everything that was built.
	@rm -rf .build .build-asan .build-tsan .build-check

# Installs those of some packages that are missing. A package that was removed and left its configuration behind is
# missing too, although dpkg knows it.
define install
	@missing=; for package in $(1); do \
	dpkg-query -W -f '$${db:Status-Status}\n' $$package 2>/dev/null | grep -qx installed || missing="$$missing $$package"; done; \
	if [ -n "$$missing" ]; then echo "installing$$missing"; \
	$(SUDO) apt-get update -qq && $(SUDO) DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; fi
endef

deps:
	@command -v $(SWIFT) >/dev/null || { echo "no Swift toolchain on the PATH: install 6.2 or later from swift.org/install"; exit 3; }
	$(call install,$(BUILD_PACKAGES))

test-deps: deps
	$(call install,$(TEST_PACKAGES))
	@command -v promtool >/dev/null || { echo "fetching promtool"; mkdir -p $(TOOLS)/unpacked && cd $(TOOLS)/unpacked && \
	{ apt-get download -qq prometheus 2>/dev/null || { $(SUDO) apt-get update -qq && apt-get download -qq prometheus; }; } && \
	dpkg-deb -x prometheus_*.deb . && cp usr/bin/promtool $(TOOLS)/ && rm -rf $(TOOLS)/unpacked; }
