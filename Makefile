# Thin on purpose: installs what is missing and calls SwiftPM or our own tools.

SHELL := /bin/bash
SWIFT ?= swift
ARGS ?=
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# What the default build needs, and what only tests, code generation and benchmarks need.
BUILD_PACKAGES := libssl-dev libprotobuf-c-dev pkg-config
TEST_PACKAGES := $(BUILD_PACKAGES) protobuf-c-compiler libprotobuf-dev prometheus

.DEFAULT_GOAL := help
.PHONY: help run build test test-asan test-tsan check generate bench bench-codecs clean deps test-deps

help: ## Shows this list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: deps ## Runs the demo: receiver and simulated vehicles on this machine. ARGS="--seconds 10"
	@$(SWIFT) build -c release --product fleet-telemetry
	@exec "$$($(SWIFT) build -c release --show-bin-path)/fleet-telemetry" demo $(ARGS)

build: deps ## Builds the release executable and prints its path.
	@$(SWIFT) build -c release --product fleet-telemetry
	@echo "$$($(SWIFT) build -c release --show-bin-path)/fleet-telemetry"

test: test-deps ## Runs all tests.
	@$(SWIFT) test $(ARGS)

test-asan: test-deps ## Runs all tests with the address sanitizer.
	@SWIFT_BACKTRACE=enable=no $(SWIFT) test --sanitize=address --scratch-path .build-asan $(ARGS)

test-tsan: test-deps ## Runs all tests with the thread sanitizer.
	@SWIFT_BACKTRACE=enable=no $(SWIFT) test --sanitize=thread --scratch-path .build-tsan $(ARGS)

check: test-deps ## Checks format, imports and warnings; generated files are checked by the tests.
	@$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests
	@FLEET_TELEMETRY_STRICT=1 $(SWIFT) build --build-tests --scratch-path .build-check \
		--explicit-target-dependency-import-check error

bench: test-deps ## Measures records/s, ack latency, memory and handshakes, beside a minimal server in C.
	@$(SWIFT) build -c release --product fleet-telemetry
	@$(SWIFT) build -c release --product c-anchor
	@$(SWIFT) build -c release --product fleet-bench
	@exec "$$($(SWIFT) build -c release --show-bin-path)/fleet-bench" $(ARGS)

generate: test-deps ## Makes the C code and the Swift tables from proto/ again; both are checked in.
	@protoc-c -Iproto -I/usr/include --c_out=Sources/CTelemetryProtos proto/*.proto google/protobuf/timestamp.proto
	@mv Sources/CTelemetryProtos/*.pb-c.h Sources/CTelemetryProtos/include/
	@mv Sources/CTelemetryProtos/google/protobuf/*.pb-c.h Sources/CTelemetryProtos/include/google/protobuf/
	@$(SWIFT) run proto-tables proto Sources/TelemetryModel/Generated

clean: ## Removes everything that was built.
	@rm -rf .build .build-asan .build-tsan .build-check

deps:
	@missing=; for package in $(BUILD_PACKAGES); do dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
	if [ -n "$$missing" ]; then echo "installing$$missing"; \
	$(SUDO) apt-get update -qq && $(SUDO) DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; fi

test-deps:
	@missing=; for package in $(TEST_PACKAGES); do dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
	if [ -n "$$missing" ]; then echo "installing$$missing"; \
	$(SUDO) apt-get update -qq && $(SUDO) DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; fi
