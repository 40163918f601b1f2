internal import LinuxSystem
internal import Synchronization

/// Where and how often metrics go out as StatsD datagrams (`monitoring.statsd`).
package struct StatsDSettings: Sendable, Hashable {
    package let host: String
    package let port: UInt16
    /// Stands before each name, joined by a dot unless it ends in one; empty for none.
    package let prefix: String
    package let flushMilliseconds: Int

    /// - Parameter flushMilliseconds: the reference's default; at least 10.
    package init(host: String, port: UInt16 = 8125, prefix: String = "", flushMilliseconds: Int = 100) {
        precondition(flushMilliseconds >= 10)
        self.host = host
        self.port = port
        self.prefix = prefix
        self.flushMilliseconds = flushMilliseconds
    }
}

/// Sends what changed in a registry to a StatsD server over UDP, on a thread of its own.
///
/// Datagrams may get lost, as is StatsD's nature; nobody in the server ever waits for them. While the server's name
/// cannot be resolved, changes add up and go out when it can.
package final class StatsDReporter: Sendable {
    private let stop = ThreadSignal()
    private let thread: LoopThread

    /// Starts at once.
    ///
    /// - Throws: ``SystemCallError`` when no thread can be had.
    package init(_ settings: StatsDSettings, registry: MetricRegistry, log: Log) throws {
        let stop = self.stop
        thread = try LoopThread(name: "statsd") {
            StatsDLink(settings, log).run(registry, until: stop)
        }
        log.observe(
            .newStatsDClient,
            [
                "host": "\(settings.host):\(settings.port)", "prefix": .text(settings.prefix),
                "flush_period_ms": .count(settings.flushMilliseconds),
            ]
        )
    }

    /// Sends what has changed up to now and ends. Waits for that, which takes milliseconds unless the name
    /// of the StatsD server is being resolved.
    package func close() {
        stop.raise()
        thread.join()
    }
}

/// The reporter's own side: lives on its thread alone.
private final class StatsDLink {
    private let settings: StatsDSettings
    private let log: Log
    private var lines: StatsDLines
    private var triesAgainAt = MonotonicTime(nanoseconds: 0)

    private var lastFailure: MonotonicTime?

    private static let retryMilliseconds = 10_000
    /// A failure after so long without one is news.
    private static let forgetMilliseconds = 60_000

    init(_ settings: StatsDSettings, _ log: Log) {
        self.settings = settings
        self.log = log
        lines = StatsDLines(prefix: settings.prefix)
    }

    func run(_ registry: MetricRegistry, until stop: ThreadSignal) {
        var socket: UDPSocket?
        var next = MonotonicTime.now.adding(milliseconds: settings.flushMilliseconds)
        var isRunning = true
        while isRunning {
            isRunning = !stop.wait(until: next)
            next = MonotonicTime.now.adding(milliseconds: settings.flushMilliseconds)
            if socket == nil { socket = open(isLastTry: !isRunning) }
            // FORCE: what can't be copied can't be bound to a name for a call.
            if socket != nil { flush(registry, socket!) }
        }
    }

    private func open(isLastTry: Bool) -> UDPSocket? {
        guard isLastTry || MonotonicTime.now >= triesAgainAt else { return nil }
        do {
            return try UDPSocket(host: settings.host, port: settings.port)
        } catch {
            triesAgainAt = MonotonicTime.now.adding(milliseconds: Self.retryMilliseconds)
            report(error)
            return nil
        }
    }

    private func flush(_ registry: MetricRegistry, _ socket: borrowing UDPSocket) {
        for datagram in lines.datagrams(for: registry.snapshot()) {
            do {
                try socket.send(datagram)
            } catch {
                report(error)
            }
        }
    }

    /// Once for as long as it lasts: nobody can do more about it for being told each second.
    private func report(_ error: any Error) {
        let now = MonotonicTime.now
        defer { lastFailure = now }
        if let lastFailure, now < lastFailure.adding(milliseconds: Self.forgetMilliseconds) { return }
        log.observe(
            .statsDUnreachable,
            ["host": "\(settings.host):\(settings.port)", "error": .describing(error)]
        )
    }
}
