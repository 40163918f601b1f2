import LinuxSystem
import Observability
import Testing

private func text(_ registry: MetricRegistry) -> String {
    String(decoding: registry.exposition(), as: UTF8.self)
}

@Suite struct MetricRegistryTests {
    @Test func `families are sorted and carry help and type`() {
        let registry = MetricRegistry()
        registry.gauge("b_depth", help: "Depth.", labels: [("lane", "x")]).set(1.5)
        registry.counter("a_total", help: "All.").add(3)
        #expect(
            text(registry) == """
                # HELP a_total All.
                # TYPE a_total counter
                a_total 3
                # HELP b_depth Depth.
                # TYPE b_depth gauge
                b_depth{lane="x"} 1.5

                """
        )
    }

    @Test func `the same name and labels give the same object, whatever the order of labels`() {
        let registry = MetricRegistry()
        let first = registry.counter("a_total", help: "h", labels: [("x", "1"), ("y", "2")])
        let second = registry.counter("a_total", help: "h", labels: [("y", "2"), ("x", "1")])
        let third = registry.counter("a_total", help: "h", labels: [("x", "1"), ("y", "3")])
        #expect(first === second)
        #expect(first !== third)
        #expect(registry.gauge("g", help: "h") === registry.gauge("g", help: "h"))
        #expect(registry.histogram("h", help: "h") === registry.histogram("h", help: "h"))
    }

    @Test func `label values and help are escaped`() {
        let registry = MetricRegistry()
        registry.counter("a_total", help: "one\\two\nthree \"four\"", labels: [("x", "a\"b\\c\r\nd é")]).add()
        #expect(
            text(registry)
                == "# HELP a_total one\\\\two\\nthree \"four\"\n# TYPE a_total counter\n"
                + "a_total{x=\"a\\\"b\\\\c\r\\nd é\"} 1\n"
        )
    }

    @Test func `labels that look alike when escaped stay apart`() {
        let registry = MetricRegistry()
        let first = registry.counter("a_total", help: "h", labels: [("x", "a\",y=\"b")])
        let second = registry.counter("a_total", help: "h", labels: [("x", "a"), ("y", "b")])
        #expect(first !== second)
    }

    @Test func `a histogram shows cumulative buckets, sum and count`() {
        let registry = MetricRegistry()
        let latency = registry.histogram("l_seconds", help: "L.", labels: [("d", "x")], buckets: [0.25, 1])
        for seconds in [0.125, 0.25, 0.5, 1, 7, -3, .nan] { latency.observe(seconds: seconds) }
        #expect(
            text(registry) == """
                # HELP l_seconds L.
                # TYPE l_seconds histogram
                l_seconds_bucket{d="x",le="0.25"} 4
                l_seconds_bucket{d="x",le="1"} 6
                l_seconds_bucket{d="x",le="+Inf"} 7
                l_seconds_sum{d="x"} 8.875
                l_seconds_count{d="x"} 7

                """
        )
    }

    @Test func `a duration that several things share counts for each`() {
        let latency = Histogram(bounds: [1])
        latency.observe(seconds: 0.5, times: 4)
        #expect(latency.snapshot.counts == [4, 0])
        #expect(latency.snapshot.sum == 2)
    }

    @Test func `a metric that hides shows from its first use on`() {
        let registry = MetricRegistry()
        let counter = registry.counter("a_total", help: "h", hiddenUntilUsed: true)
        let gauge = registry.gauge("g", help: "h", hiddenUntilUsed: true)
        #expect(text(registry) == "")
        counter.add()
        gauge.set(0)
        #expect(text(registry).contains("\na_total 1\n"))
        #expect(text(registry).contains("\ng 0\n"))
    }

    @Test func `a gauge that is read is read at each scrape, and a newer source replaces the older`() {
        let registry = MetricRegistry()
        let source = Counter()
        registry.gauge("g", help: "h", read: { Double(source.value) })
        #expect(text(registry).contains("\ng 0\n"))
        source.add(5)
        #expect(text(registry).contains("\ng 5\n"))
        registry.gauge("g", help: "h", read: { -1 })
        #expect(text(registry).contains("\ng -1\n"))
    }

    @Test func `a source may use the registry that reads it`() {
        let registry = MetricRegistry()
        registry.gauge(
            "g",
            help: "h",
            read: { [weak registry] in
                // A strong reference would keep the registry alive for ever.
                registry.map { Double($0.counter("a_total", help: "h").value) } ?? .nan
            }
        )
        #expect(text(registry).contains("\ng 0\n"))
    }

    @Test func `numbers are written as Prometheus reads them`() {
        let registry = MetricRegistry()
        for (name, value) in [
            ("a", 0.1), ("b", 1e20), ("c", -0.0), ("d", .infinity), ("e", -.infinity), ("f", .nan),
            ("g", 123_456_789_012),
        ] as [(String, Double)] {
            registry.gauge(name, help: "h").set(value)
        }
        let lines = text(registry).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines == ["a 0.1", "b 1e+20", "c 0", "d +Inf", "e -Inf", "f NaN", "g 123456789012"])
    }

    @Test func `gauges add up from several threads`() throws {
        let gauge = Gauge()
        let counter = Counter()
        let latency = Histogram(bounds: [1])
        let threads = try (0..<4).map { _ in
            try LoopThread(name: "adder") {
                for _ in 0..<5000 {
                    gauge.add(1)
                    counter.add(2)
                    latency.observe(seconds: 0.5)
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(gauge.value == 20_000)
        #expect(counter.value == 40_000)
        #expect(latency.snapshot.count == 20_000)
        #expect(latency.snapshot.sum == 10_000)
    }

    @Test func `one name for two kinds of metric stops the program`() async {
        await #expect(processExitsWith: .failure) {
            let registry = MetricRegistry()
            _ = registry.counter("a", help: "h")
            _ = registry.gauge("a", help: "h")
        }
    }

    @Test func `a name that Prometheus does not read stops the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = MetricRegistry().counter("a-b", help: "h")
        }
        await #expect(processExitsWith: .failure) {
            _ = MetricRegistry().counter("a_total", help: "h", labels: [("__x", "1")])
        }
    }
}
