internal import LinuxSystem
internal import OpenSSLTransport
internal import Synchronization

/// Vehicles that are not there: connections, records, waiting for acks and coming back, as real ones do it.
///
/// Thousands of vehicles share one thread. Start it, look at ``counts`` from time to time, and ``wait()``.
package final class SimulatedFleet: Sendable {
    private let settings: FleetSettings
    private let channels: [FleetChannel]
    private let threads: [LoopThread]

    /// Starts the vehicles.
    ///
    /// - Throws: `TLSContextError` when OpenSSL refuses a certificate, `SystemCallError` when the system has no
    ///   descriptor or thread for us. Servers that cannot be reached are no error: vehicles try again.
    package init(_ settings: FleetSettings) throws {
        // Contexts belong to the threads; this one only finds out early whether they can be made.
        _ = try TLSClientContext(authorities: settings.authorities, identity: settings.credentials[0].identity)
        self.settings = settings
        channels = try (0..<settings.threads).map { _ in try FleetChannel() }
        threads = try channels.enumerated().map { index, channel in
            try LoopThread(name: "vehicles-\(index)") { channel.run(settings, index: index) }
        }
    }

    /// What has happened so far.
    package var counts: FleetCounts {
        var sum = FleetCounts()
        for channel in channels { sum.add(channel.counts) }
        return sum
    }

    /// Stops sending. Missing acks are waited for, then every vehicle says goodbye.
    package func stop() {
        for channel in channels { channel.mailbox.post(.stop) }
    }

    /// Whether every vehicle has said goodbye.
    package var isFinished: Bool { channels.allSatisfy { $0.result != nil } }

    /// Blocks until the end, which is after ``FleetSettings/seconds``, at the end of a replay, or after ``stop()``.
    package func wait() -> FleetReport {
        for thread in threads { thread.join() }
        var report = FleetReport(
            vehicles: settings.vehicles,
            threads: settings.threads,
            counts: counts,
            seconds: 0,
            sendingSeconds: 0,
            latency: LatencyHistogram(),
            reasons: [:],
            residentBytes: ProcessFacts.residentMemoryBytes
        )
        var first = UInt64.max
        var last: UInt64 = 0
        for result in channels.compactMap(\.result) {
            report.seconds = max(report.seconds, result.seconds)
            report.latency.merge(result.latency)
            report.reasons.merge(result.reasons, uniquingKeysWith: +)
            if let sentAt = result.firstSentAt { first = min(first, sentAt) }
            if let answeredAt = result.lastAnsweredAt { last = max(last, answeredAt) }
        }
        if last > first { report.sendingSeconds = Double(last - first) / 1e9 }
        return report
    }
}

/// What a loop and the rest of the program say to each other.
final class FleetChannel: Sendable {
    enum Command: Sendable {
        case stop
    }

    struct LoopResult: Sendable {
        var seconds: Double = 0
        var latency = LatencyHistogram()
        var reasons: [String: Int] = [:]
        var firstSentAt: UInt64?
        var lastAnsweredAt: UInt64?
    }

    let mailbox: Mailbox<Command>
    private let published = Mutex<FleetCounts>(FleetCounts())
    private let ended = Mutex<LoopResult?>(nil)

    init() throws(SystemCallError) {
        mailbox = try Mailbox()
    }

    var counts: FleetCounts { published.withLock { $0 } }
    var result: LoopResult? { ended.withLock { $0 } }

    func publish(_ counts: FleetCounts) {
        published.withLock { $0 = counts }
    }

    /// The body of a loop's thread.
    func run(_ settings: FleetSettings, index: Int) {
        var result = LoopResult()
        do {
            let loop = try FleetLoop(settings, index: index, channel: self)
            try loop.run()
            publish(loop.counts)
            result.seconds = Double(loop.now - loop.startedAt) / 1e9
            result.latency = loop.latency
            result.reasons = loop.reasons
            result.firstSentAt = loop.firstSentAt
            result.lastAnsweredAt = loop.lastAnsweredAt
        } catch {
            result.reasons = ["\(error)": 1]
        }
        ended.withLock { $0 = result }
    }
}
